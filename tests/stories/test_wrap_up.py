"""After the call: the disposition and the next step, in one transaction."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from dialer.calling.errors import NotLive, NotYours, WrongDisposition
from dialer.calling.wrap_up import WrapUp, save_note, wrap_up
from dialer.domain.cadence import NextStep, dispositions_for, propose
from dialer.domain.words import (
    AccountClass,
    Disposition,
    Purpose,
    SuppressionReason,
    TaskState,
)
from dialer.models import Account, AuditEntry, CallTask, Suppression
from tests.make import REP_PHONE, ZHANG_WEI
from tests.world import World

CHINA = "Asia/Shanghai"


def ended_call(world: World) -> int:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(3).hangs_up_after(20)
    call_id = world.click()
    world.advance(45)
    return call_id


def say(world: World, disposition: Disposition = Disposition.SAID, **fields: object) -> WrapUp:
    return WrapUp(user_id=world.here.rep_id, disposition=disposition, **fields)  # type: ignore[arg-type]


def tasks(world: World) -> list[CallTask]:
    with world.sessions.read() as session:
        return list(session.execute(sa.select(CallTask).order_by(CallTask.id)).scalars())


def test_a_wrap_up_writes_the_disposition_the_note_and_the_next_call(world: World) -> None:
    call_id = ended_call(world)
    step = NextStep(
        purpose=Purpose.FOLLOW_UP,
        due_local=datetime.fromisoformat("2026-03-03T10:00"),
        zone=CHINA,
        note="price",
    )
    wrap_up(world.rt, call_id, say(world, note="wants a quote", next_step=step))
    call, (task,) = world.call(call_id), tasks(world)
    assert (call.disposition, call.note) == (Disposition.SAID, "wants a quote")
    assert task.due_at.isoformat() == "2026-03-03T02:00:00+00:00"
    assert (task.owner_id, task.note) == (world.here.rep_id, "price")


def test_a_corrected_wrap_up_replaces_its_next_step(world: World) -> None:
    call_id = ended_call(world)
    step = NextStep(
        purpose=Purpose.CARE, due_local=datetime.fromisoformat("2026-03-03T10:00"), zone=CHINA
    )
    wrap_up(world.rt, call_id, say(world, next_step=step))
    wrap_up(world.rt, call_id, say(world, Disposition.REFUSED, next_step=step))
    assert [task.state for task in tasks(world)] == [TaskState.CANCELLED, TaskState.WAITING]
    assert world.call(call_id).disposition is Disposition.REFUSED


def test_a_correction_is_on_record_with_what_was_said_before(world: World) -> None:
    call_id = ended_call(world)
    wrap_up(world.rt, call_id, say(world))
    wrap_up(world.rt, call_id, say(world, Disposition.REFUSED))
    with world.sessions.read() as session:
        corrected = sa.select(AuditEntry).where(AuditEntry.action == "call.correct")
        (entry,) = session.scalars(corrected)
    assert (entry.actor_id, entry.subject_id) == (world.here.rep_id, call_id)
    assert entry.detail == {"was": "said", "now": "refused"}


def test_a_lifted_stage_is_the_accounts(world: World) -> None:
    call_id = ended_call(world)
    wrap_up(world.rt, call_id, say(world, reached_stage=4))
    with world.sessions.read() as session:
        assert session.get_one(Account, world.here.account_id).stage == 4


@pytest.mark.parametrize(
    ("disposition", "reason"),
    [
        (Disposition.OPTED_OUT, SuppressionReason.OPT_OUT),
        (Disposition.WRONG_NUMBER, SuppressionReason.WRONG_NUMBER),
    ],
)
def test_who_opts_out_is_not_called_again(
    world: World, disposition: Disposition, reason: SuppressionReason
) -> None:
    wrap_up(world.rt, ended_call(world), say(world, disposition))
    with world.sessions.read() as session:
        assert session.execute(sa.select(Suppression.reason)).scalar_one() is reason


def test_a_live_call_is_not_wrapped_up(world: World) -> None:
    with pytest.raises(NotLive):
        wrap_up(world.rt, world.click(), say(world))


def test_another_reps_call_is_not_wrapped_up(world: World) -> None:
    stranger = WrapUp(user_id=world.here.other_rep_id, disposition=Disposition.SAID)
    with pytest.raises(NotYours):
        wrap_up(world.rt, ended_call(world), stranger)


def test_a_closing_call_never_ends_in_maybe(world: World) -> None:
    ends = dispositions_for(world.rt.cadence, Purpose.CLOSING)
    assert {Disposition.YES, Disposition.NO, Disposition.APPOINTMENT} <= set(ends)
    assert Disposition.SAID not in ends
    with pytest.raises(WrongDisposition):
        wrap_up(world.rt, ended_call(world), say(world, Disposition.PROMISED))


def test_notes_are_kept_as_they_are_typed(world: World) -> None:
    call_id = world.click()
    save_note(world.rt, call_id, world.here.rep_id, "calls back at fi")
    assert world.call(call_id).note == "calls back at fi"


@pytest.mark.parametrize(
    ("account_class", "days"),
    [(AccountClass.A, 1), (AccountClass.B, 3), (AccountClass.C, 14), (AccountClass.D, 30)],
)
def test_the_class_decides_how_soon_the_next_call_is(
    world: World, account_class: AccountClass, days: int
) -> None:
    today = date(2026, 3, 2)
    step = propose(
        world.rt.cadence, Purpose.FOLLOW_UP, Disposition.SAID, account_class, today, CHINA
    )
    assert step is not None
    assert (step.due_local.date() - today).days == days


def test_class_e_gets_no_next_step(world: World) -> None:
    today = date(2026, 3, 2)
    assert (
        propose(world.rt.cadence, Purpose.CARE, Disposition.SAID, AccountClass.E, today, CHINA)
        is None
    )
