"""A rep's task: it stands on the list, or rings the rep when it is due."""

from datetime import timedelta
from typing import Any

from dialer.domain.words import CallStatus, Purpose, TaskState
from dialer.models import CallTask, Contact, User
from tests.make import REP_PHONE, ZHANG_WEI, make_task
from tests.world import World


def plan(world: World, **fields: Any) -> int:
    """A follow-up of the first rep, due in a minute, that rings."""
    soon = world.sim.now() + timedelta(minutes=1)
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        defaults = {
            "owner_id": world.here.rep_id, "number_id": world.here.number_id, "due_at": soon,
            "ready_at": soon, "note": "the offer",
        }  # fmt: skip
        return make_task(session, world.sim.now(), contact, **{**defaults, **fields}).id


def task(world: World, task_id: int) -> CallTask:
    with world.sessions.read() as session:
        return session.get_one(CallTask, task_id)


def rep_answers(world: World) -> None:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(3).hangs_up_after(20)


def test_a_rep_who_asked_for_it_is_rung_when_a_call_is_due(world: World) -> None:
    rep_answers(world)
    task_id = plan(world)
    world.advance(50)
    assert world.sim.rings(REP_PHONE) == []
    world.advance(30)
    assert len(world.sim.rings(REP_PHONE)) == len(world.sim.rings(ZHANG_WEI)) == 1
    assert task(world, task_id).state in (TaskState.DIALING, TaskState.LIVE)


def test_a_task_that_only_stands_on_the_list_rings_nobody(world: World) -> None:
    plan(world, ready_at=None)
    world.advance(120)
    assert world.sim.rings() == []


def test_a_rep_who_talks_is_rung_afterwards(world: World) -> None:
    rep_answers(world)
    later = world.sim.now() + timedelta(seconds=10)
    plan(world, purpose=Purpose.REMINDER, ready_at=later)
    first = world.click()
    world.advance(20)
    assert world.call(first).status is CallStatus.TALKING
    world.advance(60)
    assert len(world.sim.rings(REP_PHONE)) == 2


def test_a_paused_rep_is_not_rung(world: World) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).paused_at = world.sim.now()
    task_id = plan(world)
    world.advance(120)
    assert world.sim.rings() == []
    assert task(world, task_id).state is TaskState.WAITING


def test_outside_its_hours_it_waits_for_the_opening(world: World) -> None:
    task_id = plan(world, purpose=Purpose.CLOSING)
    world.advance(90)
    waiting = task(world, task_id)
    assert waiting.held_by == "purpose_hours:closing"
    assert waiting.ready_at is not None
    assert waiting.ready_at.isoformat() == "2026-03-02T12:00:00+00:00"
