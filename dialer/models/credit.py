"""Deals and their terms, credit lines, and what marks a customer's credit."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from dialer.domain.credit import Credit, MarkKind, Terms
from dialer.domain.money import ReceivableState
from dialer.models.base import Base
from dialer.models.money import Receivable


class Deal(Base):
    """A purchase whose terms were agreed; what is owed for it is its receivable."""

    __tablename__ = "deals"
    __table_args__ = (sa.CheckConstraint("amount_minor > 0", name="amount"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contacts.id"))
    call_id: Mapped[int | None] = mapped_column(sa.ForeignKey("calls.id"), index=True)
    receivable_id: Mapped[int] = mapped_column(sa.ForeignKey("receivables.id"))
    terms: Mapped[Terms]
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    due_on: Mapped[date]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    agreed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    agreed_at: Mapped[datetime]


class CreditLine(Base):
    """How much an account may owe on account."""

    __tablename__ = "credit_lines"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), primary_key=True)
    limit_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    set_at: Mapped[datetime]


class CreditMark(Base):
    """What speaks against an account's credit until a supervisor has cleared it, with a reason.

    `occurrence_key` names the event, which marks once: cleared, it does not come back by itself.
    """

    __tablename__ = "credit_marks"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    kind: Mapped[MarkKind]
    occurrence_key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    cleared_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    clear_reason: Mapped[str] = mapped_column(sa.Text, default="")


def mark_credit(
    session: Session,
    account_id: int,
    kind: MarkKind,
    occurrence: str,
    at: datetime,
    *,
    note: str = "",
    user_id: int | None = None,
) -> bool:
    """Mark an account once for an occurrence; False if it was marked for it before."""
    known = session.scalar(sa.select(CreditMark.id).where(CreditMark.occurrence_key == occurrence))
    if known is not None:
        return False
    session.add(
        CreditMark(
            account_id=account_id, kind=kind, occurrence_key=occurrence, note=note,
            created_by_id=user_id, created_at=at,
        )
    )  # fmt: skip
    session.flush()
    return True


def load_credit(session: Session, account_id: int) -> Credit:
    """An account's standing."""
    line = session.get(CreditLine, account_id)
    marks = session.scalars(
        sa.select(CreditMark.kind).where(
            CreditMark.account_id == account_id, CreditMark.cleared_at.is_(None)
        )
    )
    purchases = sa.select(sa.func.count(Deal.id)).where(Deal.account_id == account_id)
    return Credit(
        purchases=session.scalar(purchases) or 0,
        exposure_minor=open_on_account(session, account_id, line.currency) if line else 0,
        limit_minor=line.limit_minor if line else None,
        currency=line.currency if line else None,
        marks=frozenset(marks),
    )


def open_on_account(session: Session, account_id: int, currency: str) -> int:
    """What is open of the deals that run on account."""
    return session.scalar(
        sa.select(sa.func.sum(Receivable.amount_minor - Receivable.paid_minor))
        .join(Deal, Deal.receivable_id == Receivable.id)
        .where(
            Deal.account_id == account_id,
            Deal.terms == Terms.ON_ACCOUNT,
            Receivable.currency == currency,
            Receivable.state.in_((ReceivableState.OPEN, ReceivableState.DISPUTED)),
        )
    ) or 0  # fmt: skip


def marked_accounts(session: Session, account_ids: list[int]) -> frozenset[int]:
    """Which of these accounts have a mark that nobody has cleared."""
    return frozenset(
        session.scalars(
            sa.select(CreditMark.account_id).where(
                CreditMark.account_id.in_(account_ids), CreditMark.cleared_at.is_(None)
            )
        )
    )
