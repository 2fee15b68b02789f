"""Call tasks: calls that should be placed at a time to come."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import Mode, Purpose, TaskState
from dialer.models import AuditEntry, CallTask, Contact, User
from dialer.models.money import Receivable, ReceivableState
from dialer.models.visibility import sees_task
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime
from dialer.selling.errors import BadValue, NotFound, TaskStarted


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
        due_at = due_instant(new, rt.now())
        task = CallTask(
            occurrence_key=new.occurrence,
            purpose=new.purpose,
            mode=new.mode,
            contact_id=new.contact_id,
            account_id=contact.account_id if contact else None,
            number_id=new.number_id,
            owner_id=actor.id,
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
        wake_clock(session)
        return task.id


def check_matter(session: Session, new: NewTask, contact: Contact | None) -> None:
    """A machine knows whom it calls, and what about. Raises BadValue."""
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
        return new.due_local.replace(tzinfo=ZoneInfo(new.due_zone), fold=0).astimezone(UTC)
    return new.due_at or now


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
        session.add(
            AuditEntry(
                at=rt.now(),
                actor_id=actor.id,
                action="task.cancel",
                subject_kind="task",
                subject_id=task_id,
            )
        )
