"""Tasks, calls, their legs, and the append-only log that they are derived from."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dialer.domain.words import (
    AnsweredBy,
    CallStatus,
    Disposition,
    EndedBy,
    LegRole,
    LegStatus,
    Mode,
    Outcome,
    Purpose,
    TaskState,
)
from dialer.models.base import Base, BigId
from dialer.models.customers import Account, Contact, PhoneNumber
from dialer.models.people import User


class CallTask(Base):
    """A call that should be placed. An agreed time is wall time and zone; `due_at` follows.

    `held_by` is the rule of the gate that keeps it waiting; `tries` counts the calls made for it.
    `step` names the rung of the ladder of collection calls that it belongs to. One that
    `goes_first` stands before all others that are due.
    """

    __tablename__ = "call_tasks"
    __table_args__ = (
        sa.Index(
            "ix_call_tasks_ready",
            "ready_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        # What a clock takes up next, and what it ends, found at once however much waits.
        sa.Index(
            "ix_call_tasks_agenda",
            "mode",
            "ready_at",
            "id",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index(
            "ix_call_tasks_expiring",
            "not_after_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index("ix_call_tasks_owner_id_state", "owner_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_key: Mapped[str | None] = mapped_column(sa.String(160), unique=True)
    purpose: Mapped[Purpose]
    mode: Mapped[Mode]
    contact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contacts.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    number_id: Mapped[int | None] = mapped_column(sa.ForeignKey("phone_numbers.id"))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    due_at: Mapped[datetime]
    due_local: Mapped[str | None] = mapped_column(sa.String(32))
    due_zone: Mapped[str | None] = mapped_column(sa.String(64))
    not_after_at: Mapped[datetime | None]
    # When the clock looks at it next: due, or the opening that the gate named. None: a rep's list.
    ready_at: Mapped[datetime | None]
    held_by: Mapped[str | None] = mapped_column(sa.String(120))
    tries: Mapped[int] = mapped_column(default=0)
    receivable_id: Mapped[int | None] = mapped_column(sa.ForeignKey("receivables.id"), index=True)
    step: Mapped[str | None] = mapped_column(sa.String(40))
    goes_first: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    state: Mapped[TaskState] = mapped_column(default=TaskState.WAITING)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    outcome: Mapped[Outcome | None]
    disposition: Mapped[Disposition | None]
    # The call whose wrap-up asked for this one; no foreign key, for calls point at tasks already.
    from_call_id: Mapped[int | None] = mapped_column(index=True)
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]

    contact: Mapped[Contact | None] = relationship()
    account: Mapped[Account | None] = relationship()


class Call(Base):
    """One call and the projection of its events; `fold` is the only writer of the projection."""

    __tablename__ = "calls"
    __table_args__ = (
        # One live call per rep, whatever is clicked twice.
        sa.Index(
            "uq_calls_rep_live",
            "rep_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL AND rep_id IS NOT NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND rep_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_calls_live",
            "id",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str] = mapped_column(sa.String(64), unique=True)
    room_sid: Mapped[str | None] = mapped_column(sa.String(40))
    purpose: Mapped[Purpose]
    mode: Mapped[Mode]
    rep_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("teams.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contacts.id"), index=True)
    number_id: Mapped[int] = mapped_column(sa.ForeignKey("phone_numbers.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("call_tasks.id"), index=True)
    brief_point: Mapped[str] = mapped_column(sa.Text, default="")
    brief_target_stage: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(index=True)

    status: Mapped[CallStatus] = mapped_column(default=CallStatus.PLACING)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[EndedBy | None]
    outcome: Mapped[Outcome | None]
    answered_by: Mapped[AnsweredBy | None]
    recording_sid: Mapped[str | None] = mapped_column(sa.String(40))
    cost_minor: Mapped[int | None]
    cost_currency: Mapped[str | None] = mapped_column(sa.String(3))

    disposition: Mapped[Disposition | None]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    wrapped_up_at: Mapped[datetime | None]
    reached_stage: Mapped[int | None]

    rep: Mapped[User | None] = relationship()
    account: Mapped[Account | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
    number: Mapped[PhoneNumber] = relationship()
    legs: Mapped[list["CallLeg"]] = relationship(order_by="CallLeg.id")


class CallLeg(Base):
    """The projection of one leg; its id is its attempt's."""

    __tablename__ = "call_legs"

    id: Mapped[int] = mapped_column(
        sa.ForeignKey("attempts.id"), primary_key=True, autoincrement=False
    )
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"), index=True)
    role: Mapped[LegRole]
    status: Mapped[LegStatus]
    ringing_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    on_hold: Mapped[bool] = mapped_column(default=False)
    ring_seconds: Mapped[int] = mapped_column(default=0)
    talk_seconds: Mapped[int] = mapped_column(default=0)
    hold_seconds: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(sa.String(80))


class CallEvent(Base):
    """A fact about a call, appended once and never changed; also the bus of the live board.

    `params` are the carrier's raw parameters, the only column that an erasure may null;
    `data` are our own facts, without numbers or names. A signed event for a token that we do
    not know has no call: it is kept as an orphan.
    """

    __tablename__ = "call_events"
    __table_args__ = (sa.Index("ix_call_events_call_id_id", "call_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int | None] = mapped_column(sa.ForeignKey("calls.id"))
    attempt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attempts.id"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    source: Mapped[str] = mapped_column(sa.String(16))
    kind: Mapped[str] = mapped_column(sa.String(32))
    leg_status: Mapped[LegStatus | None]
    seq: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    carrier_sid: Mapped[str | None] = mapped_column(sa.String(40))
    token: Mapped[str | None] = mapped_column(sa.String(64))
    dedupe_key: Mapped[str] = mapped_column(sa.String(96), unique=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    params: Mapped[dict[str, Any] | None]
