"""Promises: written, judged the day after, and what a broken one sets in motion."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dialer.domain.credit import MarkKind
from dialer.domain.money import PromiseState
from dialer.domain.words import Mode, Purpose, TaskState
from dialer.models import CallTask, CreditMark
from dialer.models.desk import open_tasks
from dialer.models.statements import kept_rates
from dialer.selling.errors import BadValue
from dialer.selling.judging import judge_promises
from dialer.selling.promises import NewPromise, cancel_promise, promise_payment
from tests.selling.owing import TODAY, owe, pay, promise, rep
from tests.web.logged import log_call
from tests.world import World

FRIDAY = date(2026, 3, 6)


def agree(world: World, receivable_id: int, **fields: object) -> int:
    new = {
        "receivable_id": receivable_id, "call_id": log_call(world), "amount_minor": 123450,
        "due_on": FRIDAY, **fields,
    }  # fmt: skip
    return promise_payment(world.rt, rep(world), NewPromise(**new))  # type: ignore[arg-type]


def days_later(world: World, days: float) -> None:
    world.sim.advance(days * 86_400)
    judge_promises(world.rt)


@pytest.mark.parametrize(
    "fields",
    [
        {"due_on": TODAY - timedelta(days=1)}, {"due_on": TODAY + timedelta(days=61)},
        {"amount_minor": 0}, {"amount_minor": 123451},
    ],
)  # fmt: skip
def test_a_promise_that_nobody_can_keep_is_refused(world: World, fields: dict[str, object]) -> None:
    with pytest.raises(BadValue):
        agree(world, owe(world), **fields)


def test_a_promise_is_open_on_its_day_and_judged_the_day_after(world: World) -> None:
    promise_id = agree(world, owe(world))
    days_later(world, 4.5)  # Friday, 22:00 where the customer is
    assert promise(world, promise_id).state is PromiseState.OPEN
    days_later(world, 0.1)
    assert promise(world, promise_id).state is PromiseState.BROKEN


@pytest.mark.parametrize(
    ("paid", "state"), [(123450, PromiseState.KEPT), (1000, PromiseState.PARTIAL)]
)
def test_a_promise_is_judged_by_what_was_paid(world: World, paid: int, state: PromiseState) -> None:
    promise_id = agree(world, owe(world))
    pay(world, paid, paid_on=TODAY)
    days_later(world, 5)
    row = promise(world, promise_id)
    assert (row.state, row.received_minor) == (state, paid)


def test_money_that_was_there_before_keeps_no_promise(world: World) -> None:
    receivable_id = owe(world)
    pay(world, 100000)
    world.sim.advance(60)
    promise_id = agree(world, receivable_id, amount_minor=23450)
    days_later(world, 5)
    assert promise(world, promise_id).state is PromiseState.BROKEN


def test_money_that_is_told_late_still_keeps_it(world: World) -> None:
    promise_id = agree(world, owe(world))
    days_later(world, 6)
    pay(world, paid_on=FRIDAY)
    assert promise(world, promise_id).state is PromiseState.KEPT


def test_a_broken_promise_stands_on_top_and_marks_the_credit(world: World) -> None:
    agree(world, owe(world))
    days_later(world, 5)
    with world.sessions.read() as session:
        tasks = open_tasks(session, world.here.rep_id, world.rt.now() + timedelta(days=1))
        (mark,) = session.scalars(sa.select(CreditMark))
    assert (tasks[0].note, tasks[0].goes_first) == ("broken promise", True)
    assert (tasks[0].purpose, tasks[0].mode) == (Purpose.COLLECTION, Mode.REP)
    assert mark.kind is MarkKind.BROKEN_PROMISE


def test_a_kept_promise_sets_nothing_in_motion(world: World) -> None:
    agree(world, owe(world))
    pay(world, paid_on=TODAY)
    days_later(world, 5)
    with world.sessions.read() as session:
        waiting = sa.select(CallTask.purpose).where(CallTask.state == TaskState.WAITING)
        assert session.scalars(waiting).all() == [Purpose.THANK_YOU]
        assert session.scalars(sa.select(CreditMark)).all() == []


def test_a_second_promise_replaces_the_first(world: World) -> None:
    receivable_id = owe(world)
    first = agree(world, receivable_id)
    second = agree(world, receivable_id, due_on=FRIDAY + timedelta(days=3))
    assert promise(world, first).state is PromiseState.CANCELLED
    assert promise(world, second).state is PromiseState.OPEN


def test_a_promise_that_was_none_is_taken_back_with_a_reason(world: World) -> None:
    promise_id = agree(world, owe(world))
    with pytest.raises(BadValue):
        cancel_promise(world.rt, rep(world), promise_id, " ")
    cancel_promise(world.rt, rep(world), promise_id, "misheard")
    days_later(world, 5)
    assert promise(world, promise_id).state is PromiseState.CANCELLED


@pytest.mark.parametrize("by", ["owner", "step", "account"])
def test_the_rate_of_kept_promises_counts_what_was_judged(world: World, by: str) -> None:
    agree(world, owe(world))
    agree(world, owe(world, reference="INV-8", amount_minor=500), amount_minor=500)
    pay(world, paid_on=TODAY)
    days_later(world, 5)
    with world.sessions.read() as session:
        (kept,) = kept_rates(session, rep(world), by, world.rt.now() - timedelta(days=30))
    assert (kept.made, kept.kept, kept.broken, kept.rate) == (2, 1, 1, 0.5)
