"""Dialling what is due: a machine's call is placed, a rep's rings the rep.

A task is taken from `waiting` in the transaction that writes its call, so any number of clocks
may look at the same agenda.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.calling.click import Click, click_to_dial
from dialer.calling.each import for_each
from dialer.calling.errors import CallingError, Refused
from dialer.calling.gate import decide
from dialer.calling.legs import plan_customer_leg
from dialer.calling.place import place_leg
from dialer.calling.stops import knows_the_time, may_send
from dialer.domain.verdict import Allowed, NotUntil, Verdict
from dialer.domain.words import Mode, Outcome, TaskState
from dialer.models.calls import Call, CallTask
from dialer.models.events import Fact, append
from dialer.models.ledger import lock_receivable
from dialer.models.money import Receivable
from dialer.models.people import User
from dialer.models.transitions import By
from dialer.models.verdicts import Asked
from dialer.models.withdrawals import ASKS
from dialer.runtime import Runtime

BATCH = 50
OTHER_HOUR = timedelta(hours=1)
# Read off its index; tasks that another clock takes up now are left to `lock_task`.
TASKS = CallTask.__table__
AGENDA = (
    sa.select(TASKS.c.id)
    .where(
        TASKS.c.state == sa.literal(TaskState.WAITING, literal_execute=True),
        TASKS.c.mode == sa.bindparam("mode"),
        TASKS.c.ready_at <= sa.bindparam("now"),
    )
    .order_by(TASKS.c.ready_at, TASKS.c.id)
    .limit(sa.bindparam("most"))
)


def dial_due_tasks(rt: Runtime) -> int:
    """Take up every machine task whose time has come; returns how many calls were placed."""
    return for_each(due_tasks(rt, Mode.MACHINE), lambda task_id: dial_task(rt, task_id))


def dial_task(rt: Runtime, task_id: int) -> bool:
    """Take up one task; True if a request left."""
    attempt_id = None if rt.stopping() else take_up(rt, task_id)
    return attempt_id is not None and place_leg(rt, attempt_id, actor="clock")


def due_tasks(rt: Runtime, mode: Mode) -> list[int]:
    """Tasks whose time has come, the earliest first."""
    with rt.sessions.read() as session:
        if not may_send(session, rt.now()):
            return []
        asked = {"mode": mode, "now": rt.now(), "most": BATCH}
        return list(session.connection().execute(AGENDA, asked).scalars().all())


def take_up(rt: Runtime, task_id: int) -> int | None:
    """Write the call of a task, or why it waits or ends; the attempt's id if it may be placed."""
    try:
        with rt.sessions.write() as session:
            task = lock_task(session, task_id)
            if task is None or ends_unplaced(session, task, rt.now()):
                return None
            verdict = ask_for_task(rt, session, task)
            if not isinstance(verdict, Allowed):
                keep_waiting(task, verdict)
                return None
            if repeats_the_hour(session, task, verdict, rt.now()):
                return None
            return open_call(rt, session, task)
    except IntegrityError:
        # Another clock took it up at the same instant; the index let one through.
        return None


def lock_task(session: Session, task_id: int) -> CallTask | None:
    """The task if it still waits and nobody else has it.

    What it asks for is held first, as a payment holds it: a call is written before the money comes
    in and withdrawn by it, or not at all.
    """
    about = sa.select(CallTask.receivable_id).where(CallTask.id == task_id)
    receivable_id = session.scalar(about)
    if receivable_id is not None:
        lock_receivable(session, receivable_id)
    return session.execute(
        sa.select(CallTask)
        .where(CallTask.id == task_id, CallTask.state == TaskState.WAITING)
        .with_for_update(skip_locked=True, of=CallTask)
    ).scalar_one_or_none()


def ends_unplaced(session: Session, task: CallTask, now: datetime) -> bool:
    """A task that came too late expires; one whose matter is settled is withdrawn."""
    if task.not_after_at is not None and task.not_after_at <= now:
        task.state = TaskState.EXPIRED
        return True
    if task.receivable_id is not None:
        receivable = session.get_one(Receivable, task.receivable_id)
        if receivable.is_settled and task.purpose in ASKS:
            task.state = TaskState.CANCELLED
            task.held_by = f"receivable:{receivable.state}"
            return True
    return False


def ask_for_task(rt: Runtime, session: Session, task: CallTask) -> Verdict:
    """The gate's answer, stored beside the task."""
    asked = Asked(
        number_id=task.number_id or 0, purpose=task.purpose, mode=task.mode, task_id=task.id
    )
    return decide(rt, session, asked, task.contact_id)


def keep_waiting(task: CallTask, verdict: Verdict) -> None:
    """Wait for the next opening, show by which rule, or end where only a person can help."""
    task.held_by = verdict.rule
    if isinstance(verdict, NotUntil):
        task.ready_at = verdict.instant
        if task.not_after_at is not None and verdict.instant >= task.not_after_at:
            task.state = TaskState.EXPIRED
    else:
        task.state = TaskState.CANCELLED


def repeats_the_hour(session: Session, task: CallTask, verdict: Verdict, now: datetime) -> bool:
    """Whoever did not answer at this hour of the day is tried at another one."""
    last = session.execute(
        sa.select(Call).where(Call.task_id == task.id).order_by(Call.id.desc()).limit(1)
    ).scalar_one_or_none()
    if last is None or last.outcome is not Outcome.NO_ANSWER:
        return False
    zone = ZoneInfo(verdict.zones[0])
    if last.created_at.astimezone(zone).hour != now.astimezone(zone).hour:
        return False
    task.ready_at = now + OTHER_HOUR
    return True


def open_call(rt: Runtime, session: Session, task: CallTask) -> int:
    """The machine's call, its first event, and its one leg, PLANNED."""
    now = rt.now()
    owner = session.get(User, task.owner_id) if task.owner_id else None
    count = session.execute(
        sa.select(sa.func.count()).select_from(Call).where(Call.task_id == task.id)
    ).scalar_one()
    call = Call(
        room=f"call-{rt.token()}",
        purpose=task.purpose,
        mode=Mode.MACHINE,
        team_id=owner.team_id if owner else None,
        account_id=task.account_id,
        contact_id=task.contact_id,
        number_id=task.number_id,
        task_id=task.id,
        created_at=now,
    )
    session.add(call)
    session.flush()
    append(
        session,
        Fact(
            kind="scheduled",
            at=now,
            received_at=now,
            call_id=call.id,
            dedupe_key=f"scheduled:{call.id}",
        ),
    )
    task.state = TaskState.DIALING
    task.held_by = None
    by = By(actor="clock", at=now, reason="due")
    return plan_customer_leg(rt, session, call, f"task:{task.id}:{count + 1}", by).id


def ring_due_reps(rt: Runtime) -> int:
    """Ring the reps who asked to be rung when a call of their list is due."""
    return for_each(due_tasks(rt, Mode.REP), lambda task_id: ring_rep(rt, task_id))


def ring_rep(rt: Runtime, task_id: int) -> bool:
    """Click for the rep; a rep who is busy or away is asked again later."""
    with rt.sessions.write() as session:
        task = lock_task(session, task_id)
        if task is None or task.owner_id is None or ends_unplaced(session, task, rt.now()):
            return False
        owner = session.get_one(User, task.owner_id)
        if owner.paused_at is not None or owner.disabled_at is not None:
            return False
        click = Click(
            rep_id=owner.id,
            purpose=task.purpose,
            point=task.note or str(task.purpose),
            contact_id=task.contact_id,
            number_id=task.number_id,
            task_id=task.id,
            occurrence=f"ring:{task.id}:{task.tries}",
        )
    try:
        click_to_dial(rt, click)
    except Refused as refusal:
        with rt.sessions.write() as session:
            keep_waiting(session.get_one(CallTask, task_id), refusal.verdict)
        return False
    except CallingError:
        return False
    with rt.sessions.write() as session:
        session.get_one(CallTask, task_id).state = TaskState.DIALING
    return True


def expire_tasks(rt: Runtime) -> int:
    """End what waits past its time, for people to see."""
    with rt.sessions.write() as session:
        if not knows_the_time(session, rt.now()):
            return 0
        done = session.execute(
            sa.update(CallTask)
            .where(CallTask.state == TaskState.WAITING, CallTask.not_after_at <= rt.now())
            .values(state=TaskState.EXPIRED)
        )
        return int(done.rowcount)  # type: ignore[attr-defined]
