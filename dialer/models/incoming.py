"""Money that came in, as people look at it: what they may see of it, and whom it may be for."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from dialer.domain.money import PaymentState
from dialer.domain.words import UserRole
from dialer.models.customers import Account
from dialer.models.money import Allocation, Payment, Receivable
from dialer.models.payment_search import ASKED_FOR
from dialer.models.people import User
from dialer.models.visibility import sees_account

PAGE_SIZE = 50
MOST_FOUND = 20
UNDECIDED = (PaymentState.DOUBTFUL, PaymentState.UNMATCHED)


def sees_payment(user: User) -> sa.ColumnElement[bool]:
    """Payments that a user may see: a rep those of the own customers and of their own hand, bosses
    all, for nobody knows whose money it is until somebody has decided.
    """
    if user.role is not UserRole.REP:
        return sa.true()
    own = sa.or_(Account.owner_id == user.id, Account.owner_id.is_(None))
    pays = Allocation.receivable.has(Receivable.account.has(own))
    return sa.or_(Payment.created_by_id == user.id, Payment.allocations.any(pays))


def waits_for_person() -> sa.ColumnElement[bool]:
    """Payments on which somebody has to decide: what it is for, or what becomes of the surplus."""
    return sa.or_(is_undecided(), has_surplus())


def is_undecided() -> sa.ColumnElement[bool]:
    """Whether it is not known what a payment is for. Literal, so that its index is found."""
    return Payment.state.in_([sa.literal_column(f"'{state}'") for state in UNDECIDED])


def has_surplus() -> sa.ColumnElement[bool]:
    """Whether more came than was owed, and nobody has said what becomes of it."""
    nothing: sa.ColumnElement[int] = sa.literal_column("0")
    return sa.and_(Payment.surplus_minor > nothing, Payment.surplus_settled_at.is_(None))


def count_waiting(session: Session, viewer: User) -> int:
    """How many of them wait for the viewer; a rep decides on none."""
    if viewer.role is UserRole.REP:
        return 0
    count = sa.select(sa.func.count(Payment.id))
    # One after the other, each by its index; what is undecided has no surplus yet.
    return sum(session.scalar(count.where(one)) or 0 for one in (is_undecided(), has_surplus()))


def select_payments(viewer: User) -> sa.Select[Payment]:
    """What the viewer sees, each with what it pays."""
    shares = selectinload(Payment.allocations).joinedload(Allocation.receivable)
    return (
        sa.select(Payment)
        .where(sees_payment(viewer))
        .options(shares.joinedload(Receivable.account))
    )


def list_payments(session: Session, viewer: User, before: int | None) -> Sequence[Payment]:
    """One page, the latest first."""
    query = select_payments(viewer).order_by(Payment.id.desc()).limit(PAGE_SIZE)
    return session.scalars(query.where(Payment.id < before) if before else query).all()


def find_payment(session: Session, viewer: User, payment_id: int) -> Payment | None:
    """A payment that the viewer may see."""
    return session.scalar(select_payments(viewer).where(Payment.id == payment_id))


def find_candidates(
    session: Session, viewer: User, payment: Payment, text: str
) -> Sequence[Receivable]:
    """What the payment may pay: open, in its currency, and seen by the viewer.

    Those that a search finds by invoice or customer, else those that were suggested.
    """
    query = (
        sa.select(Receivable)
        .join(Account, Account.id == Receivable.account_id)
        .where(
            sees_account(viewer),
            Receivable.state.in_(ASKED_FOR),
            Receivable.currency == payment.currency,
            Receivable.paid_minor < Receivable.amount_minor,
        )
        .order_by(Receivable.due_on, Receivable.id)
        .limit(MOST_FOUND)
        .options(joinedload(Receivable.account), joinedload(Receivable.contact))
    )
    if not text:
        return session.scalars(query.where(Receivable.id.in_(payment.suggested))).all()
    found = sa.or_(
        Receivable.reference.icontains(text, autoescape=True),
        Account.name.icontains(text, autoescape=True),
    )
    return session.scalars(query.where(found)).all()
