"""The planned hour: everybody placed once or explained, in order, and over in time."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.facts import Facts
from dialer.domain.gate import may_dial
from dialer.domain.planning import Candidate, HeldBecause, Pace, Plan, Rep, Window, plan_hour, rank
from dialer.domain.starts import allowed_starts
from dialer.domain.verdict import Allowed
from dialer.domain.words import AccountClass, Purpose
from tests.domain.asking import (
    BERLIN,
    DUBAI,
    MIAMI,
    NEW_YORK,
    PARIS,
    SHANGHAI,
    WRITTEN,
    past,
    shipped,
)

EIGHT = int(datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp())  # 20:00 in Shanghai
HOUR = Window(start=EIGHT, end=EIGHT + 3_600)
PACE = Pace(
    ring_seconds=30, talk_seconds=200, wrap_up_seconds=35, least_per_hour=12, most_per_hour=15,
    talks_needed=5,
)  # fmt: skip
ALL_HOUR = ((HOUR.start, HOUR.end - 60),)
MINUTE = 60


def customer(id_: int, **fields: Any) -> Candidate:
    defaults: dict[str, Any] = {
        "owner_id": 1, "account_class": AccountClass.B, "starts": ALL_HOUR,
    }  # fmt: skip
    return Candidate(id=id_, **{**defaults, **fields})


def plan(*candidates: Candidate, reps: tuple[Rep, ...] = (Rep(id=1),)) -> Plan:
    return plan_hour(reps, candidates, HOUR, PACE)


def order(made: Plan, rep_id: int = 1) -> list[int]:
    return [slot.candidate_id for slot in made.slots[rep_id]]


def minutes(made: Plan, candidate_id: int) -> float:
    """After how many minutes of the hour a call begins."""
    slots = (slot for many in made.slots.values() for slot in many)
    return next((s.start - HOUR.start) / 60 for s in slots if s.candidate_id == candidate_id)


@pytest.mark.parametrize("talk", [30, 200, 900])
def test_a_rep_fits_twelve_to_fifteen_calls_into_the_hour(talk: int) -> None:
    made = plan(*map(customer, range(40)), reps=(Rep(id=1, talks=(talk,) * 5),))
    most = {30: 15, 200: 13, 900: 9}
    assert len(made.slots[1]) == most[talk]


def test_no_call_begins_whose_talk_would_run_past_the_end() -> None:
    made = plan(*map(customer, range(40)), reps=(Rep(id=1, talks=(300,) * 5),))
    assert max(slot.start for slot in made.slots[1]) + 30 + 300 <= HOUR.end


def test_too_few_talks_say_nothing_about_a_rep() -> None:
    few, many = Rep(id=1, talks=(900,) * 4), Rep(id=1, talks=(900,) * 5)
    callers = [customer(n) for n in range(40)]
    assert len(plan(*callers, reps=(few,)).slots[1]) == 13
    assert len(plan(*callers, reps=(many,)).slots[1]) == 9


def test_one_long_talk_among_short_ones_does_not_thin_the_plan() -> None:
    rep = Rep(id=1, talks=(60, 60, 60, 60, 3_000))
    assert len(plan(*map(customer, range(40)), reps=(rep,)).slots[1]) == 15


def test_the_better_class_comes_first_and_then_the_talk_longest_ago() -> None:
    made = plan(
        customer(1, account_class=AccountClass.D),
        customer(2, account_class=AccountClass.B, last_talk_at=900),
        customer(3, account_class=AccountClass.B, last_talk_at=500),
        customer(4, account_class=AccountClass.A),
    )
    assert order(made) == [4, 3, 2, 1]


def test_a_promise_is_kept_to_the_minute_before_any_class() -> None:
    at = HOUR.start + 20 * MINUTE
    others = [customer(n, account_class=AccountClass.A) for n in range(2, 30)]
    made = plan(customer(1, account_class=AccountClass.D, promised_at=at), *others)
    assert minutes(made, 1) == 20


def test_a_promise_of_before_the_hour_is_kept_first() -> None:
    late = customer(1, account_class=AccountClass.D, promised_at=HOUR.start - 5 * MINUTE)
    assert order(plan(customer(2, account_class=AccountClass.A), late)) == [1, 2]


def test_a_promise_for_after_the_hour_is_not_broken_into() -> None:
    made = plan(customer(1, promised_at=HOUR.end))
    assert made.held == {1: HeldBecause.PROMISED_LATER}


def test_class_e_gets_no_time_unless_it_was_promised() -> None:
    idle = customer(1, account_class=AccountClass.E)
    promised = customer(2, account_class=AccountClass.E, promised_at=HOUR.start)
    made = plan(idle, promised)
    assert (order(made), made.held) == ([2], {1: HeldBecause.GIVEN_UP})


def test_a_window_that_opens_late_is_waited_for() -> None:
    opens = HOUR.start + 30 * MINUTE
    made = plan(customer(1, starts=((opens, HOUR.end - 60),)))
    assert minutes(made, 1) == 30


def test_whom_the_gate_never_lets_through_is_held_back_by_it() -> None:
    closed = customer(1, starts=())
    outside = customer(2, starts=((HOUR.end, HOUR.end + 600),))
    assert plan(closed, outside).held == {1: HeldBecause.GATE, 2: HeldBecause.GATE}


def test_a_full_hour_says_so() -> None:
    made = plan(*map(customer, range(14)))
    assert made.held == {13: HeldBecause.NO_ROOM}


def test_the_customer_of_somebody_who_is_not_there_is_not_given_away() -> None:
    assert plan(customer(1, owner_id=7)).held == {1: HeldBecause.NO_REP}


def test_nobodys_customers_are_shared_out() -> None:
    free = [customer(n, owner_id=None) for n in range(4)]
    made = plan(*free, reps=(Rep(id=1), Rep(id=2)))
    assert (order(made, 1), order(made, 2)) == ([0, 2], [1, 3])


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        Window(start=5, end=5)


offsets = st.integers(-900, 4_500)
spans = st.lists(st.tuples(offsets, st.integers(0, 3_000)), max_size=3).map(
    lambda pairs: tuple((HOUR.start + a, HOUR.start + a + b) for a, b in sorted(pairs))
)
many_candidates = st.lists(
    st.builds(
        Candidate,
        id=st.integers(1, 10_000),
        owner_id=st.sampled_from((1, 2, 3, None)),
        account_class=st.sampled_from(AccountClass),
        starts=st.one_of(st.just(ALL_HOUR), spans),
        promised_at=st.none() | offsets.map(lambda n: HOUR.start + n),
        last_talk_at=st.none() | st.integers(1, HOUR.start),
    ),
    max_size=60,
    unique_by=lambda one: one.id,
)
many_reps = st.lists(
    st.builds(
        Rep, id=st.sampled_from((1, 2)),
        talks=st.lists(st.integers(1, 2_000), max_size=8).map(tuple),
    ),
    max_size=2, unique_by=lambda rep: rep.id,
)  # fmt: skip


@given(many_reps, many_candidates)
def test_everybody_is_placed_once_or_explained(reps: list[Rep], many: list[Candidate]) -> None:
    made = plan_hour(reps, many, HOUR, PACE)
    placed = [slot.candidate_id for slots in made.slots.values() for slot in slots]
    assert sorted([*placed, *made.held]) == sorted(one.id for one in many)


@given(many_reps, many_candidates)
def test_no_call_begins_outside_its_hours_its_promise_or_the_soft_stop(
    reps: list[Rep], many: list[Candidate]
) -> None:
    known = {one.id: one for one in many}
    made = plan_hour(reps, many, HOUR, PACE)
    for slot in (slot for slots in made.slots.values() for slot in slots):
        one = known[slot.candidate_id]
        assert any(first <= slot.start <= last for first, last in one.starts)
        assert max(HOUR.start, one.promised_at or 0) <= slot.start < HOUR.end - PACE.ring_seconds


@given(many_reps, many_candidates)
def test_a_rep_has_one_call_at_a_time_and_only_own_customers(
    reps: list[Rep], many: list[Candidate]
) -> None:
    known = {one.id: one for one in many}
    for rep_id, slots in plan_hour(reps, many, HOUR, PACE).slots.items():
        assert all(one.end <= other.start for one, other in pairwise(slots))
        assert {known[slot.candidate_id].owner_id for slot in slots} <= {rep_id, None}


@given(many_candidates)
def test_of_two_who_could_be_called_at_any_time_the_first_in_rank_is_called_first(
    many: list[Candidate],
) -> None:
    free = [one for one in many if one.starts == ALL_HOUR and one.promised_at is None]
    made = plan_hour([Rep(id=1)], many, HOUR, PACE)
    place = {id_: n for n, id_ in enumerate(order(made))}
    own = [one for one in sorted(free, key=lambda one: rank(one, HOUR)) if one.id in place]
    assert [place[one.id] for one in own] == sorted(place[one.id] for one in own)


@given(many_reps, many_candidates, st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_the_order_of_its_input(
    reps: list[Rep], many: list[Candidate], dice: Any
) -> None:
    shuffled = dice.sample(many, len(many))
    assert plan_hour(reps, many, HOUR, PACE) == plan_hour(reps[::-1], shuffled, HOUR, PACE)


@given(
    st.sampled_from((SHANGHAI, MIAMI, NEW_YORK, BERLIN, PARIS, DUBAI)),
    st.sampled_from(Purpose),
    st.integers(0, 14 * 24 * 3_600),
    st.lists(
        st.sampled_from(
            (
                "2026-11-21 12:00 conversation",
                "2026-11-22 11:00 attempt",
                "2026-11-20 12:30 refusal",
            )
        ),
        unique=True,
    ),
)
def test_the_starts_are_those_that_the_gate_would_allow(
    to: str, purpose: Purpose, offset: int, calls: list[str]
) -> None:
    facts = Facts(to=to, purpose=purpose, consent=WRITTEN, history=past(*calls))
    begin, end = EIGHT + offset, EIGHT + offset + 7_200
    starts = allowed_starts(facts, shipped(), begin, end)
    edges = {edge + n for span in starts for edge in span for n in (-1, 0, 1)}
    for second in sorted({*range(begin, end, 400), *edges} & set(range(begin, end))):
        verdict = may_dial(facts, shipped(), datetime.fromtimestamp(second, UTC))
        inside = any(first <= second <= last for first, last in starts)
        assert isinstance(verdict, Allowed) == inside, second
