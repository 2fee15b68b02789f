"""What went wrong between us and the carrier, what was looked through, and what people decided."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dialer.domain.words import Decision, IncidentKind
from dialer.models.attempts import Attempt
from dialer.models.base import Base, BigId
from dialer.models.calls import Call
from dialer.models.people import User


class Incident(Base):
    """Something that must not happen, told once (`dedupe_key`) and kept for a person to see.

    Where a call lives that should not, `needs_hang_up` says so until `hung_up_at`. `data` are
    facts without numbers or names, for the sentence that a reader sees.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        sa.Index(
            "ix_incidents_to_hang_up",
            "id",
            sqlite_where=sa.text("needs_hang_up"),
            postgresql_where=sa.text("needs_hang_up"),
        ),
        sa.Index(
            "ix_incidents_unseen",
            "id",
            sqlite_where=sa.text("seen_at IS NULL"),
            postgresql_where=sa.text("seen_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[IncidentKind]
    at: Mapped[datetime]
    call_id: Mapped[int | None] = mapped_column(sa.ForeignKey("calls.id"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attempts.id"))
    carrier_sid: Mapped[str | None] = mapped_column(sa.String(40))
    dedupe_key: Mapped[str] = mapped_column(sa.String(96), unique=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    needs_hang_up: Mapped[bool] = mapped_column(default=False)
    hung_up_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))

    call: Mapped[Call | None] = relationship()
    seen_by: Mapped[User | None] = relationship()


class CarrierAudit(Base):
    """One comparison of the carrier's list with our attempts; without an end it failed."""

    __tablename__ = "carrier_audits"
    __table_args__ = (sa.Index("ix_carrier_audits_kind_begun_at", "kind", "begun_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    since_at: Mapped[datetime]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    calls: Mapped[int] = mapped_column(default=0)
    strange: Mapped[int] = mapped_column(default=0)


class AttemptDecision(Base):
    """What a supervisor decided about an attempt whose outcome nobody knows."""

    __tablename__ = "attempt_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"), unique=True)
    decision: Mapped[Decision]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("call_tasks.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[datetime]

    attempt: Mapped[Attempt] = relationship()


def note_incident(session: Session, incident: Incident) -> bool:
    """Write it; False if it was told before, except that it may have to be hung up now."""
    known = session.scalar(sa.select(Incident).where(Incident.dedupe_key == incident.dedupe_key))
    if known is None:
        session.add(incident)
        session.flush()
        return True
    if incident.needs_hang_up and known.hung_up_at is None:
        known.needs_hang_up = True
    return False
