"""Money owed, and what was promised of it; amounts in minor units of an ISO currency."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dialer.models.base import Base
from dialer.models.customers import Account, Contact


class ReceivableState(StrEnum):
    """Whether money may still be asked for."""

    OPEN = "open"
    PAID = "paid"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"


class PromiseState(StrEnum):
    """What became of a promise; judged the day after it was due."""

    OPEN = "open"
    KEPT = "kept"
    PARTIAL = "partial"
    BROKEN = "broken"
    CANCELLED = "cancelled"


class Receivable(Base):
    """Money owed on an invoice. What is open is `amount_minor - paid_minor`."""

    __tablename__ = "receivables"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "reference"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("paid_minor >= 0", name="paid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contacts.id"), index=True)
    reference: Mapped[str] = mapped_column(sa.String(80), index=True)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    paid_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    currency: Mapped[str] = mapped_column(sa.String(3))
    due_on: Mapped[date]
    state: Mapped[ReceivableState] = mapped_column(default=ReceivableState.OPEN)
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship()
    contact: Mapped[Contact] = relationship()

    @property
    def open_minor(self) -> int:
        """What is still owed."""
        return max(0, self.amount_minor - self.paid_minor)


class Promise(Base):
    """An amount and a date that a payer agreed to on a call; one per call and receivable."""

    __tablename__ = "promises"
    __table_args__ = (sa.UniqueConstraint("receivable_id", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    receivable_id: Mapped[int] = mapped_column(sa.ForeignKey("receivables.id"), index=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    due_on: Mapped[date]
    state: Mapped[PromiseState] = mapped_column(default=PromiseState.OPEN)
    created_at: Mapped[datetime]

    receivable: Mapped[Receivable] = relationship()
