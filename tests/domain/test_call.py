"""`fold`: any order, any repeats, any late arrival, the same view."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.call import Event, fold
from dialer.domain.words import (
    AnsweredBy,
    CallStatus,
    EndedBy,
    LegRole,
    LegStatus,
    Mode,
    Outcome,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REP, CUSTOMER = 1, 2
ROLES = {REP: LegRole.REP, CUSTOMER: LegRole.CUSTOMER}


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def leg(attempt: int, status: LegStatus, seconds: float, **fields: Any) -> Event:
    return Event(
        kind="leg", at=at(seconds), attempt_id=attempt, role=ROLES[attempt], leg_status=status,
        **{"source": "status", **fields},
    )  # fmt: skip


def fact(kind: str, seconds: float, attempt: int | None = None, **data: Any) -> Event:
    role = ROLES[attempt] if attempt else None
    return Event(kind=kind, at=at(seconds), attempt_id=attempt, role=role, data=data)


TALKED = [
    leg(REP, LegStatus.RINGING, 1, seq=1),
    fact("joined", 5, REP),
    leg(CUSTOMER, LegStatus.RINGING, 6, seq=1),
    leg(CUSTOMER, LegStatus.IN_PROGRESS, 10, seq=2),
    leg(CUSTOMER, LegStatus.COMPLETED, 70, seq=3, data={"duration": 60}),
    leg(REP, LegStatus.COMPLETED, 71, seq=3, data={"duration": 68}),
]


def test_all_orders_of_six_events_give_the_same_view() -> None:
    views = {fold(order, Mode.REP) for order in permutations(TALKED)}
    assert len(views) == 1
    assert views.pop().outcome is Outcome.TALKED


@given(st.lists(st.sampled_from(TALKED), min_size=1, max_size=12))
def test_repeats_change_nothing(events: list[Event]) -> None:
    unique = [event for event in TALKED if event in events]
    assert fold(events, Mode.REP) == fold(unique, Mode.REP)


@given(st.data())
def test_whatever_arrives_late_an_ended_leg_stays_ended(data: st.DataObject) -> None:
    late = data.draw(st.sampled_from([LegStatus.QUEUED, LegStatus.RINGING, LegStatus.IN_PROGRESS]))
    seconds = data.draw(st.integers(-100, 1000))
    view = fold([*TALKED, leg(CUSTOMER, late, seconds, seq=9)], Mode.REP)
    assert view.status is CallStatus.ENDED


def test_a_call_is_alive_until_both_legs_are_over() -> None:
    assert fold(TALKED[:-1], Mode.REP).ended_at is None
    assert fold(TALKED, Mode.REP).ended_at == at(71)


def test_a_machines_call_ends_with_the_customers_leg() -> None:
    assert fold(TALKED[2:5], Mode.MACHINE).status is CallStatus.ENDED


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([fact("clicked", 0)], CallStatus.PLACING),
        ([leg(REP, LegStatus.RINGING, 1)], CallStatus.REP_RINGING),
        ([leg(REP, LegStatus.IN_PROGRESS, 3)], CallStatus.REP_RINGING),
        (TALKED[:2], CallStatus.PLACING),
        (TALKED[:3], CallStatus.CUSTOMER_RINGING),
        (TALKED[:4], CallStatus.TALKING),
        ([fact("uncertain", 1, REP)], CallStatus.UNCERTAIN),
    ],
)
def test_the_status_says_what_the_call_is_doing(events: list[Event], status: CallStatus) -> None:
    assert fold(events, Mode.REP).status is status


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (LegStatus.BUSY, Outcome.BUSY),
        (LegStatus.NO_ANSWER, Outcome.NO_ANSWER),
        (LegStatus.FAILED, Outcome.FAILED),
        (LegStatus.CANCELED, Outcome.CANCELED),
    ],
)
def test_an_unanswered_customer_is_logged_as_the_carrier_says(
    end: LegStatus, outcome: Outcome
) -> None:
    events = [*TALKED[:3], leg(CUSTOMER, end, 30), leg(REP, LegStatus.COMPLETED, 31)]
    assert fold(events, Mode.REP).outcome is outcome


def test_a_fetched_end_is_believed_before_a_told_one() -> None:
    events = [
        leg(CUSTOMER, LegStatus.COMPLETED, 70, seq=9),
        leg(CUSTOMER, LegStatus.BUSY, 71, source="poll"),
    ]
    assert fold(events, Mode.MACHINE).outcome is Outcome.BUSY
    assert fold(events, Mode.MACHINE).legs[0].is_conflicted


def test_a_lost_answer_is_found_from_the_length_of_the_talk() -> None:
    view = fold([leg(CUSTOMER, LegStatus.COMPLETED, 70, data={"duration": 60})], Mode.MACHINE)
    assert view.answered_at == at(10)


def test_a_machine_that_answered_is_a_voicemail() -> None:
    events = [*TALKED, fact("amd", 12, CUSTOMER, answered_by="machine")]
    view = fold(events, Mode.REP)
    assert (view.outcome, view.answered_by) == (Outcome.VOICEMAIL, AnsweredBy.MACHINE)


def test_an_unknown_verdict_of_the_detector_is_a_human() -> None:
    events = [*TALKED, fact("amd", 12, CUSTOMER, answered_by="unknown")]
    assert fold(events, Mode.REP).outcome is Outcome.TALKED


def test_who_asked_for_the_end_ended_it() -> None:
    events = [*TALKED, fact("hangup_asked", 69, by="supervisor")]
    assert fold(events, Mode.REP).ended_by is EndedBy.SUPERVISOR


def test_the_leg_that_the_carrier_names_ended_the_room() -> None:
    events = [*TALKED, fact("room_ended", 70, attempt_id=REP)]
    assert fold(events, Mode.REP).ended_by is EndedBy.REP


def test_time_on_hold_is_added_up() -> None:
    held = [fact("held", 20, CUSTOMER), fact("unheld", 35, CUSTOMER), fact("held", 60, CUSTOMER)]
    view = fold([*TALKED, *held], Mode.REP)
    assert view.legs[1].hold_seconds == 15 + 10


def test_a_leg_that_nobody_can_account_for_is_an_unknown_call() -> None:
    events = [leg(CUSTOMER, LegStatus.QUEUED, 0), fact("unknown_closed", 700, CUSTOMER)]
    view = fold(events, Mode.MACHINE)
    assert (view.status, view.outcome) == (CallStatus.ENDED, Outcome.UNKNOWN)


def test_late_evidence_corrects_an_unknown_call() -> None:
    events = [
        fact("unknown_closed", 700, CUSTOMER),
        leg(CUSTOMER, LegStatus.COMPLETED, 60, data={"duration": 50}),
        fact("key", 20, CUSTOMER, digits="1"),
    ]
    assert fold(events, Mode.MACHINE).outcome is Outcome.TALKED


def test_the_cost_of_all_legs_is_added_before_it_is_rounded() -> None:
    costs = [fact("cost", 100, REP, cost="-0.0140", currency="USD"),
             fact("cost", 101, CUSTOMER, cost="-0.0130", currency="USD")]  # fmt: skip
    view = fold([*TALKED, *costs], Mode.REP)
    assert (view.cost_minor, view.cost_currency) == (3, "USD")


def test_a_script_to_which_nobody_pressed_a_key_got_no_response() -> None:
    events = [leg(CUSTOMER, LegStatus.COMPLETED, 60, data={"duration": 50})]
    assert fold(events, Mode.MACHINE).outcome is Outcome.NO_RESPONSE
