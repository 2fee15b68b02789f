"""E-mail: who may be written to, and what was written, beside the log of calls."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dialer.domain.words import Language
from dialer.models.base import Base
from dialer.models.customers import Contact


class LetterKind(StrEnum):
    """What a letter is about."""

    NOTICE = "notice"


class LetterState(StrEnum):
    """The life of a letter. A refused one never leaves: no consent, no address, unsubscribed."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"


class EmailAddress(Base):
    """A contact's address. Without a consent, or after an unsubscription, nothing is sent to it.

    `token` stands in the link by which the contact unsubscribes.
    """

    __tablename__ = "email_addresses"

    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contacts.id"), primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(254))
    token: Mapped[str] = mapped_column(sa.String(64), unique=True)
    consented_at: Mapped[datetime | None]
    consent_source: Mapped[str] = mapped_column(sa.String(120), default="")
    unsubscribed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Letter(Base):
    """One e-mail, as it was or will be sent; `reason` says why it was not."""

    __tablename__ = "letters"
    __table_args__ = (
        sa.Index(
            "ix_letters_due",
            "next_at",
            sqlite_where=sa.text("state IN ('waiting', 'sending')"),
            postgresql_where=sa.text("state IN ('waiting', 'sending')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    kind: Mapped[LetterKind]
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contacts.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    receivable_id: Mapped[int | None] = mapped_column(sa.ForeignKey("receivables.id"))
    call_id: Mapped[int | None] = mapped_column(sa.ForeignKey("calls.id"))
    address: Mapped[str] = mapped_column(sa.String(254), default="")
    language: Mapped[Language]
    subject: Mapped[str] = mapped_column(sa.String(200), default="")
    body: Mapped[str] = mapped_column(sa.Text, default="")
    message_id: Mapped[str] = mapped_column(sa.String(120), default="")
    state: Mapped[LetterState]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]

    contact: Mapped[Contact] = relationship()
