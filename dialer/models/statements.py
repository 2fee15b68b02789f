"""What people look at about money: open items by age, promises kept, what waits for a decision."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from dialer.domain.money import Age, Part, PaymentState, PromiseState, ReceivableState, by_age
from dialer.domain.words import UserRole
from dialer.models.credit import CreditMark
from dialer.models.customers import Account
from dialer.models.ledger import load_open_parts
from dialer.models.letters import Letter
from dialer.models.money import Allocation, Payment, Promise, Receivable
from dialer.models.people import User
from dialer.models.visibility import sees_account

STANDS_OPEN = (ReceivableState.OPEN, ReceivableState.DISPUTED)
UNDECIDED = (PaymentState.DOUBTFUL, PaymentState.UNMATCHED)


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


def kept_rates(session: Session, viewer: User, by: str, since: datetime) -> list[Kept]:
    """Promises made since an instant, counted by `owner`, `step` or `account`."""
    key = KEYS[by]
    rows = session.execute(
        sa.select(key, Promise.state, sa.func.count(Promise.id))
        .join(Receivable, Receivable.id == Promise.receivable_id)
        .join(Account, Account.id == Receivable.account_id)
        .where(sees_account(viewer), Promise.created_at >= since)
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
    surplus = sa.and_(Payment.surplus_minor > 0, Payment.surplus_settled_at.is_(None))
    return session.scalars(
        sa.select(Payment)
        .where(sa.or_(Payment.state.in_(UNDECIDED), surplus))
        .order_by(Payment.id)
        .options(selectinload(Payment.allocations).joinedload(Allocation.receivable))
    ).all()


def open_disputes(session: Session, viewer: User) -> Sequence[Receivable]:
    """What is disputed and waits for a supervisor, the oldest first."""
    return session.scalars(
        sa.select(Receivable)
        .where(
            Receivable.state == ReceivableState.DISPUTED,
            Receivable.account.has(sees_account(viewer)),
        )
        .order_by(Receivable.id)
        .options(joinedload(Receivable.account), joinedload(Receivable.contact))
    ).all()


def letters_of(session: Session, account_id: int) -> Sequence[Letter]:
    """What was written to an account's people, the latest first."""
    return session.scalars(
        sa.select(Letter)
        .where(Letter.account_id == account_id)
        .order_by(Letter.id.desc())
        .options(joinedload(Letter.contact))
    ).all()


def open_marks(session: Session, account_id: int) -> Sequence[CreditMark]:
    """What speaks against an account's credit and was not cleared."""
    return session.scalars(
        sa.select(CreditMark)
        .where(CreditMark.account_id == account_id, CreditMark.cleared_at.is_(None))
        .order_by(CreditMark.id)
    ).all()
