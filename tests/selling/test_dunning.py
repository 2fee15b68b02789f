"""The ladder at work: what is planned, what is held back, and never anything twice."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dialer.calling.suppress import suppress
from dialer.domain.dunning import Held
from dialer.domain.money import Decision
from dialer.domain.words import Mode, Purpose, SuppressionReason, TaskState
from dialer.models import CallTask, ContactNumber
from dialer.selling.disputes import decide_dispute, dispute
from dialer.selling.dunning import DunningPlan, plan_dunning, preview_dunning
from dialer.selling.letters import resend_notice
from tests.selling.owing import TODAY, boss, owe, pay, receivable, rep
from tests.selling.test_promises import agree
from tests.world import World


def tasks(world: World) -> list[CallTask]:
    with world.sessions.read() as session:
        return list(session.scalars(sa.select(CallTask).order_by(CallTask.id)))


def preview(world: World, on: date = TODAY) -> DunningPlan:
    return preview_dunning(world.rt, rep(world), on)


def held(world: World, on: date = TODAY) -> list[Held]:
    return [one.why for one in preview(world, on).held]


def overdue(world: World, days: int = 1, **fields: object) -> int:
    return owe(world, due_on=TODAY - timedelta(days=days), **fields)


@pytest.mark.parametrize(
    ("days", "amount", "step", "mode"),
    [
        (-5, 100, "remind_5", Mode.MACHINE),
        (1, 100, "overdue_1", Mode.MACHINE),
        (10, 100, "overdue_10", Mode.MACHINE),
        (10, 5000000, "overdue_10_rep", Mode.REP),
        (45, 100, "overdue_30", Mode.REP),
    ],
)
def test_age_and_amount_choose_the_call(
    world: World, days: int, amount: int, step: str, mode: Mode
) -> None:
    receivable_id = overdue(world, days, amount_minor=amount)
    assert plan_dunning(world.rt) == 1
    (task,) = tasks(world)
    assert (task.step, task.mode, task.receivable_id) == (step, mode, receivable_id)
    assert task.purpose is (Purpose.COLLECTION if days > 0 else Purpose.REMINDER)
    assert (task.ready_at is None) == (mode is Mode.REP)


def test_what_is_shown_is_what_happens(world: World) -> None:
    overdue(world)
    shown = preview(world)
    plan_dunning(world.rt)
    (task,) = tasks(world)
    (call,) = shown.calls
    assert (call.step, call.due_at, call.contact_id) == (task.step, task.due_at, task.contact_id)
    (known,) = preview(world).calls
    assert known.task_id == task.id


def test_looking_again_plans_nothing_twice(world: World) -> None:
    overdue(world)
    assert [plan_dunning(world.rt) for _ in range(3)] == [1, 0, 0]


def test_a_step_that_was_taken_is_not_taken_again_when_its_call_is_over(world: World) -> None:
    overdue(world)
    plan_dunning(world.rt)
    with world.sessions.write() as session:
        session.execute(sa.update(CallTask).values(state=TaskState.DONE))
    for _ in range(3):
        world.sim.advance(86_400)
        plan_dunning(world.rt)
    assert [task.step for task in tasks(world)] == ["overdue_1", "overdue_4"]


def test_a_promise_is_quiet_until_its_day_is_over(world: World) -> None:
    agree(world, overdue(world))
    assert plan_dunning(world.rt) == 0
    assert held(world) == [Held.PROMISE]


def test_our_mistake_lets_the_clock_wait(world: World) -> None:
    receivable_id = overdue(world)
    resend_notice(world.rt, rep(world), receivable_id)
    assert plan_dunning(world.rt) == 0
    assert held(world) == [Held.CLOCK_WAITS]
    world.sim.advance(7 * 86_400)
    plan_dunning(world.rt)
    assert [task.step for task in tasks(world)] == ["overdue_1"]


def test_waiting_twice_at_once_is_waiting_once(world: World) -> None:
    receivable_id = overdue(world)
    resend_notice(world.rt, rep(world), receivable_id)
    world.sim.advance(86_400)
    resend_notice(world.rt, rep(world), receivable_id)
    row = receivable(world, receivable_id)
    assert (row.waited_days, row.waits_until_on) == (8, TODAY + timedelta(days=8))


def test_a_dispute_stops_everything_until_it_is_decided(world: World) -> None:
    receivable_id = overdue(world)
    plan_dunning(world.rt)
    dispute(world.rt, rep(world), receivable_id, "never ordered")
    assert tasks(world)[0].state is TaskState.CANCELLED
    assert held(world, TODAY + timedelta(days=4)) == [Held.DISPUTED]
    decide_dispute(world.rt, boss(world), receivable_id, Decision.STANDS, "here is the order")
    world.sim.advance(4 * 86_400)
    plan_dunning(world.rt)
    assert [task.step for task in tasks(world)] == ["overdue_1", "overdue_4"]


def test_what_is_withdrawn_is_asked_for_no_more(world: World) -> None:
    receivable_id = overdue(world)
    dispute(world.rt, rep(world), receivable_id, "never ordered")
    decide_dispute(world.rt, boss(world), receivable_id, Decision.WITHDRAWN, "true")
    assert (plan_dunning(world.rt), held(world)) == (0, [])


def test_money_that_may_be_for_it_holds_the_call(world: World) -> None:
    overdue(world)
    pay(world, currency="USD")
    assert plan_dunning(world.rt) == 0
    assert held(world) == [Held.PAYMENT_IN_DOUBT]


def test_nobody_is_called_twice_a_day_about_several_debts(world: World) -> None:
    overdue(world, 2)
    overdue(world, 1, reference="INV-8")
    assert held(world) == [Held.SAME_PAYER]
    assert plan_dunning(world.rt) == 1
    world.sim.advance(86_400)
    with world.sessions.write() as session:
        session.execute(sa.update(CallTask).values(state=TaskState.DONE))
    assert plan_dunning(world.rt) == 1


def test_a_suppressed_number_is_held_back_with_the_rule(world: World) -> None:
    overdue(world)
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "test")
    (one,) = preview(world).held
    assert one.why is Held.GATE
    assert one.verdict is not None
    assert one.verdict.rule == "suppressed"
    assert plan_dunning(world.rt) == 0


def test_a_payer_without_a_number_is_shown(world: World) -> None:
    overdue(world)
    with world.sessions.write() as session:
        session.execute(sa.delete(ContactNumber))
    assert held(world) == [Held.NO_NUMBER]
    assert plan_dunning(world.rt) == 0


def test_a_missed_step_is_let_go(world: World) -> None:
    overdue(world, 17)
    plan_dunning(world.rt)
    assert [task.step for task in tasks(world)] == ["overdue_10"]
    world.sim.advance(2 * 86_400)
    with world.sessions.write() as session:
        session.execute(sa.update(CallTask).values(state=TaskState.DONE))
    world.sim.advance(86_400)
    plan_dunning(world.rt)
    assert [task.step for task in tasks(world)] == ["overdue_10", "overdue_20"]
