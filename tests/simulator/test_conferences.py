"""Conferences and their participants, as the product uses them: a rep, a customer, a supervisor."""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.listening import BASE, BOSS, CUSTOMER, REP, App, ring, stage
from tests.wire import Simulation

ROOM = (
    "<Dial><Conference participantLabel='rep' beep='false' waitUrl='' endConferenceOnExit='true'"
    " statusCallback='/room' statusCallbackEvent='start end join leave mute hold modify'>"
    "room-1</Conference></Dial>"
)


def room_with_rep(page: str = ROOM) -> tuple[Simulation, App, Any, Any]:
    """A rep who sits alone in the room, and the room's resource."""
    sim, app, client = stage(voice=page)
    sim.phone(REP).answers_after(1)
    ring(sim, client, REP)
    sim.advance(5)
    (room,) = client.conferences.list(friendly_name="room-1")
    return sim, app, client, client.conferences(room.sid)


def add(sim: Simulation, room: Any, to: str = CUSTOMER, **more: Any) -> Any:
    return room.participants.create(from_=sim.caller_id, to=to, **{"label": "customer", **more})


def room_with_both() -> tuple[Simulation, App, Any, Any]:
    sim, app, client, room = room_with_rep()
    sim.phone(CUSTOMER).answers_after(3)
    add(sim, room, end_conference_on_exit=True)
    sim.advance(10)
    return sim, app, client, room


def events(sim: Simulation) -> list[str]:
    return [told["StatusCallbackEvent"] for told in sim.told("conference")]


def code_of(act: Any) -> int:
    with pytest.raises(TwilioRestException) as caught:
        act()
    return int(caught.value.code)


def test_the_room_starts_with_the_second_and_ends_with_the_one_who_ends_it() -> None:
    sim, _, _, room = room_with_both()
    assert events(sim) == ["participant-join", "participant-join", "conference-start"]
    line = sim.line(CUSTOMER)
    assert line
    line.hang_up()
    sim.advance(1)
    assert events(sim)[3:] == ["participant-leave", "participant-leave", "conference-end"]
    end = sim.told("conference")[-1]
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert end["ParticipantLabelEndingConference"] == "customer"
    assert sim.talking() == set()
    assert room.fetch().status == "completed"


def test_the_room_ends_with_the_last_who_leaves_it() -> None:
    sim, _, _, room = room_with_rep(ROOM.replace("endConferenceOnExit='true'", ""))
    line = sim.line(REP)
    assert line
    line.hang_up()
    sim.advance(1)
    assert room.fetch().status == "completed"
    assert sim.told("conference")[-1]["ReasonConferenceEnded"] == "last-participant-left"


def test_sequence_numbers_of_a_conference_count_up() -> None:
    sim, _, _, _ = room_with_both()
    assert [told["SequenceNumber"] for told in sim.told("conference")] == ["0", "1", "2"]


def test_a_participant_goes_from_queued_to_connected() -> None:
    sim, _, _, room = room_with_rep()
    sim.phone(CUSTOMER).answers_after(5)
    seen = [add(sim, room).status]
    for seconds in (0.2, 1, 10):
        sim.advance(seconds)
        seen.append(room.participants("customer").fetch().status)
    assert seen == ["queued", "connecting", "ringing", "connected"]


def test_a_label_can_be_taken_once_even_while_it_rings() -> None:
    sim, _, _, room = room_with_rep()
    sim.phone(CUSTOMER).never_answers()
    add(sim, room)
    assert code_of(lambda: add(sim, room, "+8613800138011")) == 16026
    sim.advance(120)
    add(sim, room, "+8613800138011")
    assert len(sim.accepted("Participants")) == 2


def test_nobody_is_rung_for_a_room_that_is_over() -> None:
    sim, _, client, room = room_with_rep()
    room.update(status="completed")
    assert code_of(lambda: add(sim, room)) == 16022
    assert code_of(lambda: add(sim, client.conferences("CF" + "0" * 32))) == 16022
    sim.advance(60)
    assert sim.rings(CUSTOMER) == []


def test_by_name_a_new_room_is_opened_and_the_customer_rings() -> None:
    sim, _, client = stage()
    add(sim, client.conferences("room-9"))
    sim.advance(5)
    assert len(sim.rings(CUSTOMER)) == 1
    assert [room.status for room in client.conferences.list(friendly_name="room-9")] == ["init"]


def test_whoever_is_still_rung_when_the_room_ends_is_let_go() -> None:
    sim, _, _, room = room_with_rep()
    sim.phone(CUSTOMER).never_answers()
    add(sim, room)
    sim.advance(5)
    line = sim.line(REP)
    assert line
    line.hang_up()
    sim.advance(1)
    assert [ring.ended_as for ring in sim.rings(CUSTOMER)] == ["canceled"]


def test_a_customer_who_does_not_come_leaves_the_rep_in_the_room() -> None:
    sim, _, _, room = room_with_rep()
    sim.phone(CUSTOMER).is_busy()
    add(sim, room, end_conference_on_exit=True)
    sim.advance(30)
    left = sim.told("conference")[-1]
    assert left["ReasonParticipantLeft"] == "participant_add_failed"
    assert left["ParticipantCallStatus"] == "busy"
    assert sim.talking() == {REP}


def test_hold_mute_and_coaching_decide_who_hears_whom() -> None:
    sim, _, client, room = room_with_both()
    assert sim.hearers(REP) == {CUSTOMER}
    sim.phone(BOSS).answers_after(1)
    rep_sid = client.calls.list(to=REP)[0].sid
    add(sim, room, BOSS, label="boss", coaching=True, call_sid_to_coach=rep_sid)
    sim.advance(5)
    assert (sim.hearers(BOSS), sim.hearers(CUSTOMER)) == ({REP}, {REP, BOSS})
    room.participants("boss").update(muted=True)
    assert sim.hearers(BOSS) == set()
    room.participants("boss").update(muted=False, coaching=False)
    assert sim.hearers(BOSS) == {REP, CUSTOMER}
    room.participants("customer").update(hold=True)
    assert (sim.hearers(REP), sim.hearers(CUSTOMER)) == ({BOSS}, set())
    sim.advance(1)
    assert set(events(sim)) >= {
        "participant-mute",
        "participant-unmute",
        "participant-modify",
        "participant-hold",
    }
    assert sim.heard(CUSTOMER, "music")


def test_nobody_can_be_coached_who_is_not_there() -> None:
    sim, _, _, room = room_with_rep()
    assert (
        code_of(lambda: add(sim, room, BOSS, label="boss", call_sid_to_coach="CA" + "0" * 32))
        == 16028
    )


def test_a_kicked_participant_is_gone_and_forgotten() -> None:
    sim, _, _, room = room_with_both()
    room.participants("customer").update(end_conference_on_exit=False)
    room.participants("customer").delete()
    sim.advance(1)
    assert sim.talking() == {REP}
    assert code_of(lambda: room.participants("customer").fetch()) == 20404
    assert [p.label for p in room.participants.list()] == ["rep"]


def test_a_redirected_participant_leaves_the_room_but_not_the_line() -> None:
    sim, app, client, room = room_with_both()
    app.pages["/elsewhere"] = "<Response><Pause length='60'/></Response>"
    room.participants("customer").update(end_conference_on_exit=False)
    client.calls(client.calls.list(to=CUSTOMER)[0].sid).update(url=f"{BASE}/elsewhere")
    sim.advance(5)
    assert sim.talking() == {REP, CUSTOMER}
    assert [p.label for p in room.participants.list()] == ["rep"]
    assert app.asked_at("/elsewhere")


def test_a_taken_label_in_twiml_goes_on_with_the_next_verb() -> None:
    sim, _, client, _ = room_with_rep(ROOM + "<Say>taken</Say>")
    sim.phone(BOSS).answers_after(1)
    ring(sim, client, BOSS)
    sim.advance(10)
    assert sim.heard(BOSS) == ["taken"]
    assert [fault.code for fault in sim.faults] == [16025]


def test_a_waiting_room_that_cannot_be_played_is_left() -> None:
    sim, _, client = stage(
        voice="<Dial><Conference waitUrl='/wait'>r</Conference></Dial>", wait=500
    )
    sim.phone(REP).answers_after(1)
    ring(sim, client, REP)
    sim.advance(10)
    assert [fault.code for fault in sim.faults] == [11200]
    assert sim.talking() == set()


def test_the_waiting_hear_the_wait_page_until_the_room_starts() -> None:
    page = "<Dial><Conference waitUrl='/wait'>r</Conference></Dial>"
    sim, _, client = stage(voice=page, wait="<Say>please wait</Say><Pause length='5'/>")
    sim.phone(REP).answers_after(1)
    sim.phone(BOSS).answers_after(1)
    ring(sim, client, REP)
    sim.advance(20)
    waited = len(sim.heard(REP))
    assert waited > 1
    ring(sim, client, BOSS)
    sim.advance(60)
    assert len(sim.heard(REP)) <= waited + 1


def test_an_announcement_is_heard_by_one_alone() -> None:
    sim, app, _, room = room_with_both()
    app.pages["/hint"] = "<Response><Say>three minutes</Say></Response>"
    room.participants("rep").update(announce_url=f"{BASE}/hint")
    sim.advance(5)
    assert (sim.heard(REP), sim.heard(CUSTOMER)) == (["three minutes"], [])


def test_a_participants_own_status_is_told_apart_from_the_rooms() -> None:
    sim, _, _, room = room_with_rep()
    sim.phone(CUSTOMER).answers_after(1).hangs_up_after(30)
    add(
        sim,
        room,
        status_callback=f"{BASE}/leg",
        status_callback_event=["initiated ringing answered completed"],
    )
    sim.advance(60)
    words = [told["CallStatus"] for told in sim.told("status") if told["To"] == CUSTOMER]
    assert words == ["initiated", "ringing", "in-progress", "completed"]
