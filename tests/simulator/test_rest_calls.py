"""The Calls resource as the real twilio client sees it."""

from datetime import timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.simulator.listening import BASE, CUSTOMER, ring, stage, statuses
from tests.wire import Simulation, Wire


def refusal(sim: Simulation, **order: Any) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        sim.client().calls.create(
            **{"to": CUSTOMER, "from_": sim.caller_id, "url": f"{BASE}/voice", **order}
        )
    return caught.value.status, caught.value.code


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"to": ""}, 21201),
        ({"to": "12345"}, 21211),
        ({"to": "+15005550001"}, 21217),
        ({"to": "+15005550002"}, 21214),
        ({"to": "+15005550003"}, 21215),
        ({"to": "+15005550004"}, 21216),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": "+15005550007"}, 21210),
        ({"from_": ""}, 21213),
        ({"to": "+15005550006"}, 21211),
        ({"url": "not a url"}, 21205),
        ({"url": "https://under_score.test/"}, 21205),
        ({"url": ""}, 21205),
        ({"url": "", "twiml": "x" * 4001}, 32018),
        ({"timeout": 601}, 21208),
        ({"method": "PUT"}, 21209),
        ({"send_digits": "12x"}, 21206),
        ({"machine_detection": "Perhaps"}, 21234),
    ],
)
def test_a_bad_order_is_refused_with_its_code(order: dict[str, Any], code: int) -> None:
    sim = Simulation()
    assert refusal(sim, **order) == (400, code)
    assert sim.accepted() == []


def test_wrong_credentials_are_401_20003() -> None:
    sim = Simulation()
    intruder = Client(sim.settings.account_sid, "wrong", http_client=Wire(sim))
    with pytest.raises(TwilioRestException) as caught:
        intruder.api.accounts(sim.settings.account_sid).fetch()
    assert (caught.value.status, caught.value.code) == (401, 20003)


def test_an_unknown_call_is_404_20404() -> None:
    with pytest.raises(TwilioRestException) as caught:
        Simulation().client().calls("CA" + "0" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_a_call_lives_from_queued_to_completed() -> None:
    sim, _, client = stage(voice="<Pause length='30'/>")
    sim.phone(CUSTOMER).answers_after(3).hangs_up_after(10)
    call = ring(sim, client)
    seen = [call.status]
    for seconds in (1, 4, 20):
        sim.advance(seconds)
        seen.append(client.calls(call.sid).fetch().status)
    assert seen == ["queued", "ringing", "in-progress", "completed"]
    done = client.calls(call.sid).fetch()
    assert (done.duration, done.price, done.direction) == ("10", "-0.01400", "outbound-api")
    assert done.end_time - done.start_time == timedelta(seconds=10)


def test_over_limit_calls_wait_in_the_queue() -> None:
    sim, _, client = stage(voice="<Pause/>")
    queue_times = [ring(sim, client, f"+86138001380{n}").queue_time for n in range(10, 13)]
    assert queue_times == ["0", "1000", "2000"]
    sim.advance(1.2)
    assert len({told["CallSid"] for told in sim.told()}) == 2


def test_what_is_canceled_in_the_queue_is_never_told_about() -> None:
    sim, _, client = stage(voice="<Pause/>")
    ring(sim, client)
    waiting = ring(sim, client, "+8613800138011")
    client.calls(waiting.sid).update(status="canceled")
    sim.advance(60)
    assert client.calls(waiting.sid).fetch().status == "canceled"
    assert statuses(sim, waiting.sid) == []
    assert sim.rings("+8613800138011") == []


def test_a_ringing_call_can_be_canceled_but_a_talking_one_only_completed() -> None:
    sim, _, client = stage(voice="<Pause length='600'/>")
    sim.phone(CUSTOMER).answers_after(5)
    call = ring(sim, client)
    sim.advance(10)
    assert client.calls(call.sid).update(status="canceled").status == "in-progress"
    assert client.calls(call.sid).update(status="completed").status == "completed"

    ringing = ring(sim, client)
    sim.advance(2)
    assert client.calls(ringing.sid).update(status="canceled").status == "canceled"
    sim.advance(1)
    assert sim.told()[-1]["SipResponseCode"] == "487"


def test_a_finished_call_cannot_be_changed_but_deleted() -> None:
    sim, _, client = stage(voice="<Hangup/>")
    call = ring(sim, client)
    with pytest.raises(TwilioRestException) as unfinished:
        client.calls(call.sid).delete()
    sim.advance(60)
    for change in ({"twiml": "<Response/>"}, {"status": "completed"}):
        with pytest.raises(TwilioRestException) as finished:
            client.calls(call.sid).update(**change)
        assert finished.value.code == 21220
    assert unfinished.value.code == 20009
    assert client.calls(call.sid).delete()
    assert client.calls.list() == []


def test_a_talking_call_can_be_sent_elsewhere() -> None:
    sim, _, client = stage(voice="<Pause length='600'/>", other="<Say>elsewhere</Say>")
    sim.phone(CUSTOMER).answers_after(1)
    call = ring(sim, client)
    sim.advance(5)
    client.calls(call.sid).update(url=f"{BASE}/other")
    sim.advance(5)
    assert sim.heard(CUSTOMER) == ["elsewhere"]
    assert client.calls(call.sid).fetch().status == "completed"


def test_lists_are_filtered_and_paged_youngest_first() -> None:
    sim, _, client = stage(voice="<Hangup/>")
    sids = [ring(sim, client, f"+861380013{n}").sid for n in range(8050, 8057)]
    listed = [call.sid for call in client.calls.list(page_size=3)]
    assert listed == sids[::-1]
    assert [c.sid for c in client.calls.list(to="+8613800138052")] == [sids[2]]
    assert len(client.calls.list(status="queued")) == 7
    sim.advance(3600)
    assert client.calls.list(status="queued") == []


def test_start_time_filters_know_only_calls_that_were_dialled() -> None:
    sim, _, client = stage(voice="<Hangup/>")
    before = sim.now()
    ring(sim, client)
    late = ring(sim, client, "+8613800138011")
    sim.advance(0.5)
    assert len(client.calls.list(start_time_after=before)) == 1
    sim.advance(120)
    ring(sim, client, "+8613800138012")
    sim.advance(60)
    since = sim.now() - timedelta(seconds=100)
    assert len(client.calls.list(start_time_after=since)) == 1
    assert late.sid in {call.sid for call in client.calls.list(start_time_before=since)}


def test_turning_pages_while_calls_are_placed_neither_repeats_nor_hides() -> None:
    sim, _, client = stage(voice="<Hangup/>")
    sids = {ring(sim, client, f"+861380013{n}").sid for n in range(8050, 8056)}
    page = client.calls.page(page_size=2)
    seen = [call.sid for call in page]
    while page.next_page_url:
        ring(sim, client, "+8613800138099")
        page = page.next_page()
        seen += [call.sid for call in page]
    assert sorted(seen) == sorted(sids)


def test_the_doctor_finds_account_and_caller_ids() -> None:
    sim = Simulation(caller_ids=("+15005550006", "+12025550123"))
    client = sim.client()
    assert client.api.accounts(sim.settings.account_sid).fetch().status == "active"
    numbers = {n.phone_number for n in client.incoming_phone_numbers.list()}
    assert numbers == {n.phone_number for n in client.outgoing_caller_ids.list()}
    assert numbers == {"+15005550006", "+12025550123"}


def test_events_show_what_the_application_was_asked() -> None:
    sim, _, client = stage(voice="<Hangup/>")
    call = ring(sim, client)
    sim.advance(60)
    events = client.calls(call.sid).events.list()
    assert f"{BASE}/voice" in {event.request["url"] for event in events}
    assert {event.request["parameters"]["call_sid"] for event in events} == {call.sid}


def test_the_same_seed_lives_the_same_life() -> None:
    def life(seed: int) -> list[tuple[Any, ...]]:
        sim = Simulation(seed=seed)
        sim.network.storm(0.3)
        for n in range(20):
            sim.client().calls.create(
                to=f"+86138001381{n:02}", from_=sim.caller_id, twiml="<Response/>"
            )
        sim.advance(600)
        return [(r.call_sid, r.at, r.answered_at, r.ended_at) for r in sim.rings()]

    assert life(5) == life(5)
    assert life(5) != life(6)
