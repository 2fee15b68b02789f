"""Attempts: one row per leg that costs a request at the carrier, and their transition log."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dialer.domain.words import AttemptState, LegRole, Mode, Purpose
from dialer.models.base import Base, BigId
from dialer.models.calls import Call
from dialer.models.customers import PhoneNumber

ONCE = sa.text(
    "role = 'customer' AND state IN ('planned','claimed','dialing','unknown','live','done',"
    "'closed_unknown')"
)
BUSY = sa.text("role = 'customer' AND state IN ('claimed','dialing','unknown','live')")


class Attempt(Base):
    """One try to reach one leg, at most one request at the carrier.

    `token` (128 bits) stands in the path of every callback URL. `epoch` grows with each claim
    and fences whoever held it before. An `intent_at` is committed before the request leaves.
    `address` is a rep's telephone or `client:` name; a customer's number is `number_id` alone.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        sa.Index(
            "uq_attempts_occurrence",
            "occurrence",
            unique=True,
            sqlite_where=ONCE,
            postgresql_where=ONCE,
        ),
        sa.Index(
            "uq_attempts_number_busy",
            "number_id",
            unique=True,
            sqlite_where=BUSY,
            postgresql_where=BUSY,
        ),
        sa.Index("ix_attempts_state", "state", "not_before_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"), index=True)
    occurrence: Mapped[str] = mapped_column(sa.String(160))
    role: Mapped[LegRole]
    state: Mapped[AttemptState] = mapped_column(default=AttemptState.PLANNED)
    epoch: Mapped[int] = mapped_column(default=0)
    token: Mapped[str] = mapped_column(sa.String(64), unique=True)
    token_revoked_at: Mapped[datetime | None]
    number_id: Mapped[int | None] = mapped_column(sa.ForeignKey("phone_numbers.id"))
    address: Mapped[str | None] = mapped_column(sa.String(160))
    from_number: Mapped[str] = mapped_column(sa.String(20))
    carrier_sid: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    created_at: Mapped[datetime]
    not_before_at: Mapped[datetime]
    not_after_at: Mapped[datetime | None]
    lease_until_at: Mapped[datetime | None]
    intent_at: Mapped[datetime | None] = mapped_column(index=True)
    queue_ms: Mapped[int | None]
    sends: Mapped[int] = mapped_column(default=0)
    misses: Mapped[int] = mapped_column(default=0)
    listed_at: Mapped[datetime | None]
    check_at: Mapped[datetime | None]
    # Since when the carrier says that it knows no such call.
    missing_since_at: Mapped[datetime | None]
    refusal_code: Mapped[int | None]

    call: Mapped[Call] = relationship()
    number: Mapped[PhoneNumber | None] = relationship()


class AttemptTransition(Base):
    """Each step of each attempt; append-only."""

    __tablename__ = "attempt_transitions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"), index=True)
    step: Mapped[str] = mapped_column(sa.String(4))
    from_state: Mapped[AttemptState | None]
    to_state: Mapped[AttemptState]
    epoch: Mapped[int]
    actor: Mapped[str] = mapped_column(sa.String(40))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[datetime]


class StoredVerdict(Base):
    """What the gate answered, when, and on which facts: codes and parameters, no sentences."""

    __tablename__ = "verdicts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    number_id: Mapped[int] = mapped_column(sa.ForeignKey("phone_numbers.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(sa.ForeignKey("calls.id"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attempts.id"))
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("call_tasks.id"))
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    purpose: Mapped[Purpose]
    mode: Mapped[Mode]
    verdict: Mapped[str] = mapped_column(sa.String(12))
    rule: Mapped[str] = mapped_column(sa.String(120))
    not_until_at: Mapped[datetime | None]
    zones: Mapped[list[str]]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    policy_hash: Mapped[str] = mapped_column(sa.String(64))
    zone_data: Mapped[str] = mapped_column(sa.String(64))
