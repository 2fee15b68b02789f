"""What the carrier tells is stored before it is acknowledged."""

from itertools import permutations

import pytest
import sqlalchemy as sa

from dialer.domain.words import AttemptState, CallStatus, LegStatus
from dialer.models import Attempt
from tests.carrier.forms import AMD, ENDED, JOINED, LEG, RECORDED, ROOM_ENDED, changed
from tests.webhooks.doors import CUSTOMER, NOBODY, REP, REP_SID, Doors

TOLD = "204 NO CONTENT"
ANSWERED = changed(LEG, CallStatus="in-progress", SequenceNumber="2")


def test_a_fact_is_stored_and_acknowledged(doors: Doors) -> None:
    assert doors.tell(LEG) == TOLD
    [event] = doors.events()
    assert (event.kind, event.leg_status, event.source) == ("leg", LegStatus.RINGING, "status")
    assert event.params == LEG
    assert doors.call().legs[0].status is LegStatus.RINGING


def test_an_end_is_told_to_the_attempt(doors: Doors) -> None:
    doors.tell(ENDED)
    assert doors.attempt().state is AttemptState.DONE
    assert doors.call().legs[0].status is LegStatus.BUSY


def test_the_answer_is_empty_and_sets_no_cookie(doors: Doors) -> None:
    answer = doors.knock(f"/webhooks/status/{CUSTOMER}", LEG)
    assert answer.data == b""
    assert "Set-Cookie" not in answer.headers


def test_a_room_tells_who_joined_it(doors: Doors) -> None:
    assert doors.tell(JOINED, "conference", REP) == TOLD
    assert doors.call().room_sid == JOINED["ConferenceSid"]
    assert doors.call().legs[0].joined_at is not None


def test_a_room_tells_who_ended_it(doors: Doors) -> None:
    doors.tell(ROOM_ENDED, "conference", REP)
    [event] = doors.events()
    assert (event.kind, event.data["ended_by_sid"]) == (
        "room_ended", ROOM_ENDED["CallSidEndingConference"],
    )  # fmt: skip


def test_a_recording_is_known_by_its_sid(doors: Doors) -> None:
    assert doors.tell(RECORDED, "recording", REP) == TOLD
    assert doors.call().recording_sid == RECORDED["RecordingSid"]


def test_the_detectors_word_is_kept(doors: Doors) -> None:
    assert doors.tell(AMD, "amd") == TOLD
    assert doors.call().answered_by == "human"


def test_a_fact_for_an_unknown_leg_is_kept_as_an_orphan(doors: Doors) -> None:
    assert doors.tell(ENDED, token=NOBODY) == TOLD
    [event] = doors.events()
    assert (event.call_id, event.token) == (None, NOBODY)
    assert doors.attempt().state is AttemptState.LIVE


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_order_and_repeats_change_nothing(doors: Doors, order: tuple[int, ...]) -> None:
    facts = LEG, ANSWERED, changed(ENDED, CallStatus="completed", CallDuration="30")
    for index in (*order, *order):
        assert doors.tell(facts[index]) == TOLD
    [leg] = doors.call().legs
    assert (leg.status, leg.talk_seconds) == (LegStatus.COMPLETED, 30)
    assert len(doors.events()) == 3


def test_a_late_ringing_does_not_wake_the_dead(doors: Doors) -> None:
    doors.tell(changed(ENDED, CallStatus="completed"), token=CUSTOMER)
    doors.tell(LEG)
    assert doors.call().legs[0].status is LegStatus.COMPLETED
    assert doors.call().status is not CallStatus.CUSTOMER_RINGING


def test_a_rooms_end_is_nobodys_leg(doors: Doors) -> None:
    """A customer who was never rung has no SID either, and is not whom the room tells of."""
    forget_sid(doors)
    doors.tell(ROOM_ENDED, "conference", REP)
    assert [event.attempt_id for event in doors.events()] == [None]
    assert doors.call().legs == []


def test_another_attempts_leg_does_not_become_this_ones(doors: Doors) -> None:
    forget_sid(doors)
    assert doors.tell(changed(LEG, CallSid=REP_SID)) == TOLD
    assert doors.attempt().carrier_sid is None
    assert doors.attempt(REP).carrier_sid == REP_SID


def forget_sid(doors: Doors) -> None:
    """The customer's receipt was never stored."""
    with doors.rt.sessions.write() as session:
        customer = Attempt.token == CUSTOMER
        session.execute(sa.update(Attempt).where(customer).values(carrier_sid=None))
