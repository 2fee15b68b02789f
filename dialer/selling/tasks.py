"""Call tasks: calls that should be placed at a time to come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.cadence import instant_of
from dialer.domain.money import ReceivableState
from dialer.domain.words import Mode, Purpose, TaskState, UserRole
from dialer.models import AuditEntry, CallTask, Contact, User
from dialer.models.money import Receivable
from dialer.models.visibility import sees_task
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime
from dialer.selling.errors import BadValue, NotFound, TaskStarted

# An instant that was right when the form was opened is no mistake.
LATE = timedelta(minutes=1)
MACHINE_PURPOSES = (Purpose.REMINDER, Purpose.COLLECTION)


@dataclass(frozen=True, kw_only=True)
class NewTask:
    """A call to be placed at an instant, or at an agreed wall time (naive) in a zone.

    A machine's call, or one that `rings` its rep, is placed by the clock when it is due; any
    other stands on the rep's list. `occurrence` names the wish: planned twice, it is one task.
    """

    purpose: Purpose
    number_id: int
    mode: Mode = Mode.REP
    rings: bool = False
    receivable_id: int | None = None
    contact_id: int | None = None
    due_at: datetime | None = None
    due_local: datetime | None = None
    due_zone: str | None = None
    not_after_at: datetime | None = None
    note: str = ""
    occurrence: str | None = None


def plan_task(rt: Runtime, actor: User, new: NewTask) -> int:
    """Plan a call of the actor's own and return the task's id. Raises BadValue."""
    try:
        return write_task(rt, actor, new)
    except sa.exc.IntegrityError:
        with rt.sessions.read() as session:
            found = session.scalar(
                sa.select(CallTask.id).where(CallTask.occurrence_key == new.occurrence)
            )
        if found is None:
            raise
        return found


def write_task(rt: Runtime, actor: User, new: NewTask) -> int:
    """Write the task's row."""
    with rt.sessions.write() as session:
        contact = session.get(Contact, new.contact_id) if new.contact_id else None
        check_matter(session, new, contact)
        due_at = check_due(new, rt.now())
        known = find_same(session, new, due_at)
        if known is not None:
            return known
        task = CallTask(
            occurrence_key=new.occurrence,
            purpose=new.purpose,
            mode=new.mode,
            contact_id=new.contact_id,
            account_id=contact.account_id if contact else None,
            number_id=new.number_id,
            owner_id=owner_of(actor, contact),
            due_at=due_at,
            ready_at=due_at if new.rings or new.mode is Mode.MACHINE else None,
            receivable_id=new.receivable_id,
            due_local=new.due_local.isoformat(timespec="minutes") if new.due_local else None,
            due_zone=new.due_zone,
            not_after_at=new.not_after_at,
            note=new.note,
            created_by_id=actor.id,
            created_at=rt.now(),
        )
        session.add(task)
        session.flush()
        session.add(audit(rt, actor, "task.add", task.id))
        wake_clock(session)
        return task.id


def owner_of(actor: User, contact: Contact | None) -> int:
    """A boss plans for the rep whose customer it is; a rep for themselves."""
    account = contact.account if contact else None
    if actor.role is UserRole.REP or account is None or account.owner_id is None:
        return actor.id
    return account.owner_id


def find_same(session: Session, new: NewTask, due_at: datetime) -> int | None:
    """The task that waits for the same already: planned twice, it is one."""
    return session.scalar(
        sa.select(CallTask.id).where(
            CallTask.state == TaskState.WAITING,
            CallTask.number_id == new.number_id,
            CallTask.contact_id == new.contact_id,
            CallTask.purpose == new.purpose,
            CallTask.mode == new.mode,
            CallTask.receivable_id == new.receivable_id,
            CallTask.due_at == due_at,
        )
    )


def check_due(new: NewTask, now: datetime) -> datetime:
    """The instant at which it is due. Raises BadValue for one that is over, or never comes."""
    field = "due_local" if new.due_local is not None else "due_at"
    due_at = due_instant(new, now)
    if new.due_local is not None and new.due_zone is not None:
        there = due_at.astimezone(ZoneInfo(new.due_zone)).replace(tzinfo=None)
        if there != new.due_local:
            raise BadValue(field, "must be a time that the clocks there do not skip")
    if due_at < now - LATE:
        raise BadValue(field, "must not be over already")
    if new.not_after_at is not None and new.not_after_at <= due_at:
        raise BadValue("not_after", "must be after the time at which the call is due")
    return due_at


def check_matter(session: Session, new: NewTask, contact: Contact | None) -> None:
    """A machine knows whom it calls, and what about. Raises BadValue."""
    if new.mode is Mode.MACHINE and new.purpose not in MACHINE_PURPOSES:
        raise BadValue("purpose", "must be reminder or collection for a call by machine")
    if new.mode is Mode.MACHINE and contact is None:
        raise BadValue("contact_id", "must be given for a call by machine")
    if new.receivable_id is None:
        if new.mode is Mode.MACHINE and new.purpose is Purpose.COLLECTION:
            raise BadValue("receivable_id", "must be given for a collection call by machine")
        return
    receivable = session.get(Receivable, new.receivable_id)
    if receivable is None or contact is None or receivable.account_id != contact.account_id:
        raise BadValue("receivable_id", "must be a receivable of the contact's account")
    if receivable.state is not ReceivableState.OPEN or receivable.open_minor == 0:
        raise BadValue("receivable_id", "must be open")


def due_instant(new: NewTask, now: datetime) -> datetime:
    """The instant; of a wall time that the clocks skip, the next that exists; else now."""
    if new.due_local is not None and new.due_zone is not None:
        return instant_of(new.due_local, new.due_zone)
    return new.due_at or now


def move_task(
    rt: Runtime,
    actor: User,
    task_id: int,
    *,
    due_at: datetime | None = None,
    due_local: datetime | None = None,
    due_zone: str | None = None,
) -> None:
    """Let a waiting task be due at another time. Raises NotFound, TaskStarted, BadValue."""
    with rt.sessions.write() as session:
        task = find_waiting(session, actor, task_id)
        moved = NewTask(
            purpose=task.purpose, number_id=task.number_id or 0, due_at=due_at,
            due_local=due_local, due_zone=due_zone, not_after_at=task.not_after_at,
        )  # fmt: skip
        task.due_at = check_due(moved, rt.now())
        task.due_local = due_local.isoformat(timespec="minutes") if due_local else None
        task.due_zone = due_zone
        task.held_by = None
        if task.ready_at is not None:
            task.ready_at = task.due_at
        session.add(audit(rt, actor, "task.move", task_id))
        wake_clock(session)


def find_waiting(session: Session, actor: User, task_id: int) -> CallTask:
    """A task that the actor may see and that waits, its row locked. Raises as its callers do."""
    task = session.scalar(
        sa.select(CallTask).where(CallTask.id == task_id, sees_task(actor)).with_for_update()
    )
    if task is None:
        raise NotFound("task")
    if task.state is not TaskState.WAITING:
        raise TaskStarted
    return task


def audit(rt: Runtime, actor: User, action: str, task_id: int) -> AuditEntry:
    """Who did what to which task."""
    return AuditEntry(
        at=rt.now(), actor_id=actor.id, action=action, subject_kind="task", subject_id=task_id
    )


def cancel_task(rt: Runtime, actor: User, task_id: int) -> None:
    """Take back a task that still waits; one that is cancelled already is fine.

    Raises NotFound or TaskStarted.
    """
    with rt.sessions.write() as session:
        task = session.scalar(
            sa.select(CallTask).where(CallTask.id == task_id, sees_task(actor)).with_for_update()
        )
        if task is None:
            raise NotFound("task")
        if task.state not in (TaskState.WAITING, TaskState.CANCELLED):
            raise TaskStarted
        task.state = TaskState.CANCELLED
        session.add(audit(rt, actor, "task.cancel", task_id))
