"""Money owed, promised and received; amounts in minor units of an ISO currency."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dialer.domain.money import PaymentState, PromiseState, ReceivableState
from dialer.models.base import Base
from dialer.models.customers import Account, Contact


class Receivable(Base):
    """Money owed on an invoice. What is open is `amount_minor - paid_minor`.

    `waited_days` do not count for the ladder of calls: our own mistake let it wait, and it waits
    until `waits_until_on`. `looks_at` is when the clock looks again whether a call is due; None
    means at once.
    """

    __tablename__ = "receivables"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "reference"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("paid_minor >= 0", name="paid"),
        sa.Index(
            "ix_receivables_looks_at",
            "looks_at",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index(
            "ix_receivables_disputed",
            "id",
            sqlite_where=sa.text("state = 'disputed'"),
            postgresql_where=sa.text("state = 'disputed'"),
        ),
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
    waited_days: Mapped[int] = mapped_column(default=0, server_default="0")
    waits_until_on: Mapped[date | None]
    looks_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship()
    contact: Mapped[Contact] = relationship()
    instalments: Mapped[list["Instalment"]] = relationship(order_by="Instalment.position")

    @property
    def open_minor(self) -> int:
        """What is still owed."""
        return max(0, self.amount_minor - self.paid_minor)

    @property
    def is_settled(self) -> bool:
        """Whether nobody is to be asked for it any more."""
        return self.state is not ReceivableState.OPEN or self.open_minor == 0


class Instalment(Base):
    """A part of a receivable with a due date of its own; all of them make up the amount."""

    __tablename__ = "instalments"
    __table_args__ = (
        sa.UniqueConstraint("receivable_id", "position"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    receivable_id: Mapped[int] = mapped_column(sa.ForeignKey("receivables.id"))
    position: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    due_on: Mapped[date]


class Promise(Base):
    """An amount and a date that a payer agreed to on a call; one per call and receivable.

    `received_minor` is what was paid from the promise until its day, as it was known when it was
    judged. `step` names the rung of the ladder whose call won it, `owner_id` the user to whom it
    counts (no foreign key: SQLite adds none to a table that stands).
    """

    __tablename__ = "promises"
    __table_args__ = (sa.UniqueConstraint("receivable_id", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    receivable_id: Mapped[int] = mapped_column(sa.ForeignKey("receivables.id"), index=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    due_on: Mapped[date]
    state: Mapped[PromiseState] = mapped_column(default=PromiseState.OPEN)
    received_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    judged_at: Mapped[datetime | None]
    owner_id: Mapped[int | None] = mapped_column(index=True)
    step: Mapped[str | None] = mapped_column(sa.String(40))
    created_at: Mapped[datetime]

    receivable: Mapped[Receivable] = relationship()


class Payment(Base):
    """Money that came in, as it was told; what it is for are its allocations.

    `text` is all that the payer wrote, `payment_reference` the bank's or the sender's own name of
    the payment. A doubtful one has its doubt and whom it may concern (ids of receivables).
    `surplus_minor` exceeds what was owed and waits for a person until `surplus_settled_at`.
    """

    __tablename__ = "payments"
    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.Index(
            "ix_payments_undecided",
            "id",
            sqlite_where=sa.text("state IN ('doubtful', 'unmatched')"),
            postgresql_where=sa.text("state IN ('doubtful', 'unmatched')"),
        ),
        sa.Index(
            "ix_payments_surplus",
            "id",
            sqlite_where=sa.text("surplus_minor > 0 AND surplus_settled_at IS NULL"),
            postgresql_where=sa.text("surplus_minor > 0 AND surplus_settled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    payer: Mapped[str] = mapped_column(sa.String(200), default="")
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    paid_on: Mapped[date] = mapped_column(index=True)
    payment_reference: Mapped[str] = mapped_column(sa.String(120), index=True)
    # The same payment told twice is one row, whoever tells it.
    dedupe_key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    source: Mapped[str] = mapped_column(sa.String(16))
    state: Mapped[PaymentState]
    doubt: Mapped[str | None] = mapped_column(sa.String(32))
    suggested: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    surplus_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    surplus_settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]

    allocations: Mapped[list["Allocation"]] = relationship(order_by="Allocation.id")


class Allocation(Base):
    """A share of a payment that pays a receivable."""

    __tablename__ = "allocations"
    __table_args__ = (
        sa.UniqueConstraint("payment_id", "receivable_id"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payments.id"))
    receivable_id: Mapped[int] = mapped_column(sa.ForeignKey("receivables.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)

    receivable: Mapped[Receivable] = relationship()
