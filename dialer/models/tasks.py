"""Planned calls as their page shows them: a list by filters, one with its tries, whom to plan."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from dialer.domain.money import ReceivableState
from dialer.domain.words import LegRole, Mode, Purpose, TaskState
from dialer.models.attempts import Attempt, StoredVerdict
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Account, Contact
from dialer.models.money import Receivable
from dialer.models.people import User
from dialer.models.visibility import sees_contact, sees_task

PAGE_SIZE = 50
CONTACTS_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    """What to look for; None asks for nothing."""

    state: TaskState | None = None
    mode: Mode | None = None
    purpose: Purpose | None = None
    owner_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """A task, who has it, and why it waits: the gate's last answer about it."""

    task: CallTask
    owner: User | None
    verdict: StoredVerdict | None


@dataclass(frozen=True, kw_only=True)
class Try:
    """A call that was made for a task, and its customer leg's attempt."""

    call: Call
    attempt: Attempt


def list_tasks(
    session: Session, viewer: User, wanted: TaskFilter, page: int
) -> tuple[list[TaskRow], bool]:
    """A page, what is due next first and what is over after it; and whether there are more."""
    query = select_tasks(viewer)
    for name in ("state", "mode", "purpose", "owner_id"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(getattr(CallTask, name) == value)
    is_over = CallTask.state.not_in((TaskState.WAITING, TaskState.DIALING, TaskState.LIVE))
    found = session.execute(
        query.order_by(
            is_over,
            CallTask.goes_first.desc(),
            sa.case((is_over, None), else_=CallTask.due_at),
            CallTask.due_at.desc(),
            CallTask.id,
        )
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    ).all()
    verdicts = last_verdicts(session, [task.id for task, _ in found])
    rows = [TaskRow(task=task, owner=owner, verdict=verdicts.get(task.id)) for task, owner in found]
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE


def select_tasks(viewer: User) -> sa.Select[CallTask, User]:
    """Tasks that the viewer may see, with their owners."""
    return (
        sa.select(CallTask, User)
        .outerjoin(User, User.id == CallTask.owner_id)
        .where(sees_task(viewer))
        .options(
            joinedload(CallTask.account),
            joinedload(CallTask.contact).selectinload(Contact.numbers),
        )
    )


def find_task(session: Session, viewer: User, task_id: int) -> TaskRow | None:
    """One task that the viewer may see."""
    found = session.execute(select_tasks(viewer).where(CallTask.id == task_id)).one_or_none()
    if found is None:
        return None
    task, owner = found
    return TaskRow(
        task=task, owner=owner, verdict=last_verdicts(session, [task_id]).get(task_id)
    )  # fmt: skip


def last_verdicts(session: Session, task_ids: Sequence[int]) -> dict[int, StoredVerdict]:
    """By task: what the gate said of it last."""
    latest = (
        sa.select(sa.func.max(StoredVerdict.id))
        .where(StoredVerdict.task_id.in_(task_ids))
        .group_by(StoredVerdict.task_id)
    )
    rows = session.scalars(sa.select(StoredVerdict).where(StoredVerdict.id.in_(latest)))
    return {row.task_id: row for row in rows if row.task_id is not None}


def list_tries(session: Session, task_id: int) -> list[Try]:
    """The calls made for a task, the first one first."""
    rows = session.execute(
        sa.select(Call, Attempt)
        .join(Attempt, sa.and_(Attempt.call_id == Call.id, Attempt.role == LegRole.CUSTOMER))
        .where(Call.task_id == task_id)
        .order_by(Attempt.id)
        .options(selectinload(Call.legs))
    )
    return [Try(call=call, attempt=attempt) for call, attempt in rows]


def list_next_steps(session: Session, task_id: int) -> Sequence[CallTask]:
    """What was planned because of a task's calls."""
    return session.scalars(
        sa.select(CallTask)
        .join(Call, Call.id == CallTask.from_call_id)
        .where(Call.task_id == task_id)
        .order_by(CallTask.id)
    ).all()


def search_contacts(session: Session, viewer: User, text: str) -> Sequence[Contact]:
    """Contacts whose name, or whose account's, contains a text."""
    if not text:
        return ()
    named = sa.or_(
        Contact.name.icontains(text, autoescape=True),
        Contact.account.has(Account.name.icontains(text, autoescape=True)),
    )
    return session.scalars(
        sa.select(Contact)
        .where(sees_contact(viewer), named)
        .options(joinedload(Contact.account))
        .order_by(Contact.name, Contact.id)
        .limit(CONTACTS_SHOWN)
    ).all()


def open_receivables(session: Session, account_id: int | None) -> Sequence[Receivable]:
    """What an account still owes."""
    return session.scalars(
        sa.select(Receivable)
        .where(
            Receivable.account_id == account_id,
            Receivable.state == ReceivableState.OPEN,
            Receivable.paid_minor < Receivable.amount_minor,
        )
        .order_by(Receivable.due_on, Receivable.id)
    ).all()
