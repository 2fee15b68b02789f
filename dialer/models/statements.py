"""What people look at about money: open items by age, promises kept, what waits for a decision."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.domain.money import Age, Part, PromiseState, ReceivableState, by_age
from dialer.domain.words import Disposition, UserRole
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Account
from dialer.models.incoming import select_payments, waits_for_person
from dialer.models.ledger import load_open_parts
from dialer.models.money import Payment, Promise, Receivable
from dialer.models.people import AuditEntry, User
from dialer.models.visibility import sees_account, sees_user

MOST_PROMISES = 200
MOST_OF_ACCOUNT = 50
STANDS_OPEN = (ReceivableState.OPEN, ReceivableState.DISPUTED)


@dataclass(frozen=True, kw_only=True)
class StatementRow:
    """One receivable on a statement: its open parts, and minor units by age."""

    receivable: Receivable
    parts: tuple[Part, ...]
    ages: Mapping[Age, int]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How promises fared. `key` is an owner's id, a step's name or an account's id."""

    key: int | str | None
    made: int
    open: int
    kept: int
    partial: int
    broken: int

    @property
    def rate(self) -> float | None:
        """The share of those judged that were kept whole; None while none was judged."""
        judged = self.kept + self.partial + self.broken
        return self.kept / judged if judged else None


def statement(
    session: Session,
    viewer: User,
    today: date,
    owner_id: int | None = None,
    account_id: int | None = None,
) -> list[StatementRow]:
    """Open receivables, disputed ones too, of what the viewer sees; the oldest first."""
    query = (
        sa.select(Receivable)
        .join(Account, Account.id == Receivable.account_id)
        .where(
            sees_account(viewer),
            Receivable.state.in_(STANDS_OPEN),
            Receivable.paid_minor < Receivable.amount_minor,
        )
        .order_by(Receivable.due_on, Receivable.id)
        .options(
            joinedload(Receivable.account).joinedload(Account.owner),
            joinedload(Receivable.contact),
        )
    )
    if owner_id is not None:
        query = query.where(Account.owner_id == owner_id)
    if account_id is not None:
        query = query.where(Account.id == account_id)
    rows = session.scalars(query).all()
    parts = load_open_parts(session, rows)
    return [
        StatementRow(receivable=row, parts=parts[row.id], ages=by_age(parts[row.id], today))
        for row in rows
    ]


def totals(rows: Iterable[StatementRow]) -> dict[str, dict[Age, int]]:
    """The columns' sums, each currency on its own."""
    sums = defaultdict[str, dict[Age, int]](lambda: dict.fromkeys(Age, 0))
    for row in rows:
        for age, minor in row.ages.items():
            sums[row.receivable.currency][age] += minor
    return dict(sums)


KEYS: Mapping[str, sa.ColumnElement[Any] | sa.orm.InstrumentedAttribute[Any]] = {
    "owner": Promise.owner_id,
    "step": Promise.step,
    "account": Receivable.account_id,
}


def kept_rates(
    session: Session, viewer: User, by: str, since: datetime, owner_id: int | None = None
) -> list[Kept]:
    """Promises made since an instant, counted by `owner`, `step` or `account`.

    `owner_id`: only those of this owner's customers.
    """
    key = KEYS[by]
    rows = session.execute(
        sa.select(key, Promise.state, sa.func.count(Promise.id))
        .join(Receivable, Receivable.id == Promise.receivable_id)
        .join(Account, Account.id == Receivable.account_id)
        .where(sees_account(viewer), Promise.created_at >= since, owned_by(owner_id))
        .group_by(key, Promise.state)
    )
    counts = defaultdict[Any, dict[PromiseState, int]](dict)
    for name, state, count in rows:
        counts[name][state] = count
    return [
        Kept(
            key=name,
            made=sum(by_state.values()),
            open=by_state.get(PromiseState.OPEN, 0),
            kept=by_state.get(PromiseState.KEPT, 0),
            partial=by_state.get(PromiseState.PARTIAL, 0),
            broken=by_state.get(PromiseState.BROKEN, 0),
        )
        for name, by_state in sorted(counts.items(), key=lambda pair: str(pair[0]))
    ]


def undecided_payments(session: Session, viewer: User) -> Sequence[Payment]:
    """Money that waits for a person: what it is for, or what becomes of the surplus.

    Supervisors and admins decide on all of it, for nobody's account is known.
    """
    if viewer.role is UserRole.REP:
        return ()
    return session.scalars(
        select_payments(viewer).where(waits_for_person()).order_by(Payment.id)
    ).all()


def owned_by(owner_id: int | None) -> sa.ColumnElement[bool]:
    """Customers of one owner, or of anybody."""
    return sa.true() if owner_id is None else Account.owner_id == owner_id


def list_promises(
    session: Session, viewer: User, state: PromiseState | None, owner_id: int | None
) -> Sequence[Promise]:
    """The latest promises, those that wait for their day by that day."""
    order = Promise.due_on if state is PromiseState.OPEN else Promise.id.desc()
    query = (
        sa.select(Promise)
        .join(Receivable, Receivable.id == Promise.receivable_id)
        .join(Account, Account.id == Receivable.account_id)
        .where(sees_account(viewer), owned_by(owner_id))
        .order_by(order)
        .limit(MOST_PROMISES)
        .options(
            joinedload(Promise.receivable).joinedload(Receivable.account).joinedload(Account.owner),
            joinedload(Promise.receivable).joinedload(Receivable.contact),
        )
    )
    return session.scalars(query.where(Promise.state == state) if state else query).all()


def dispute_reasons(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """What was written down when each of these receivables was disputed, the latest."""
    rows = session.scalars(
        sa.select(AuditEntry)
        .where(
            AuditEntry.action == "receivable.dispute",
            AuditEntry.subject_kind == "receivable",
            AuditEntry.subject_id.in_(ids),
        )
        .order_by(AuditEntry.id)
    )
    return {row.subject_id: str(row.detail.get("why", "")) for row in rows if row.subject_id}


def dispute_calls(session: Session, ids: Sequence[int]) -> dict[int, Call]:
    """The latest call on which each of these receivables was disputed."""
    rows = session.execute(
        sa.select(CallTask.receivable_id, Call)
        .join(Call, Call.task_id == CallTask.id)
        .where(CallTask.receivable_id.in_(ids), Call.disposition == Disposition.DISPUTED)
        .order_by(Call.id)
    )
    return {receivable_id: call for receivable_id, call in rows if receivable_id}


def is_disputed(viewer: User) -> sa.ColumnElement[bool]:
    """What is disputed, of what the viewer sees. Literal, so that its index is found."""
    return sa.and_(
        Receivable.state == sa.literal_column("'disputed'"),
        Receivable.account.has(sees_account(viewer)),
    )


def count_disputes(session: Session, viewer: User) -> int:
    """How many wait for a supervisor's word."""
    return session.scalar(sa.select(sa.func.count(Receivable.id)).where(is_disputed(viewer))) or 0


def open_disputes(session: Session, viewer: User) -> Sequence[Receivable]:
    """What is disputed and waits for a supervisor, the oldest first."""
    return session.scalars(
        sa.select(Receivable)
        .where(is_disputed(viewer))
        .order_by(Receivable.id)
        .options(joinedload(Receivable.account), joinedload(Receivable.contact))
    ).all()


def owners_seen(session: Session, viewer: User) -> Sequence[User]:
    """Whose customers a viewer may choose to look at; a rep has the own ones alone."""
    if viewer.role is UserRole.REP:
        return ()
    return session.scalars(sa.select(User).where(sees_user(viewer)).order_by(User.name)).all()
