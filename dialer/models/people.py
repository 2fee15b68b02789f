"""Users, their sessions and tokens, and what they did."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dialer.domain.words import Language, PauseReason, PhoneMode, UserRole
from dialer.models.base import Base, BigId


class Team(Base):
    """Reps under one roof; a supervisor sees the own team."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)


class User(Base):
    """Someone who logs in. `phone` is the E.164 telephone that is rung for the rep's leg.

    A browser phone that `answers_itself` takes the calls that its own user has just asked for.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    full_name: Mapped[str] = mapped_column(sa.String(120), default="")
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    role: Mapped[UserRole]
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("teams.id"), index=True)
    phone: Mapped[str | None] = mapped_column(sa.String(32))
    press_one: Mapped[bool] = mapped_column(default=True)
    phone_mode: Mapped[PhoneMode] = mapped_column(
        default=PhoneMode.BROWSER_ELSE_TELEPHONE,
        server_default=PhoneMode.BROWSER_ELSE_TELEPHONE.value,
    )
    answers_itself: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    language: Mapped[Language] = mapped_column(default=Language.ZH_CN)
    time_zone: Mapped[str | None] = mapped_column(sa.String(64))
    theme: Mapped[str] = mapped_column(sa.String(8), default="auto")
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[PauseReason | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    # The second factor: of what its secret is derived, since when it counts, its last used step.
    factor_salt: Mapped[str | None] = mapped_column(sa.String(64))
    factor_at: Mapped[datetime | None]
    factor_step: Mapped[int | None]

    team: Mapped[Team | None] = relationship()


class UserSession(Base):
    """A browser that is logged in; the cookie holds the secret, the table its SHA-256.

    One that is `half` open has shown the password, and owes a code of the second factor.
    """

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(sa.String(200), default="")
    address: Mapped[str | None] = mapped_column(sa.String(64))
    is_half: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    user: Mapped[User] = relationship()


class PasswordLink(Base):
    """A way to choose a password, once and for a while; the table holds its secret's SHA-256."""

    __tablename__ = "password_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=[user_id])


class RecoveryCode(Base):
    """A code that stands for a second factor that was lost, once; hashed like a secret."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LoginThrottle(Base):
    """Failed logins by account and by address, shared by all processes."""

    __tablename__ = "login_throttles"

    key: Mapped[str] = mapped_column(sa.String(160), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    first_failed_at: Mapped[datetime]
    blocked_until_at: Mapped[datetime | None]


class ApiToken(Base):
    """An integration's key: SHA-256 at rest, scoped, revoked at once."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class IdempotencyKey(Base):
    """The answer that a key was given once: the same key and body get it again."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (sa.UniqueConstraint("user_id", "route", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    route: Mapped[str] = mapped_column(sa.String(80))
    key: Mapped[str] = mapped_column(sa.String(200))
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[int | None]
    body: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]


class AuditEntry(Base):
    """Who did what to what; written in the transaction of the deed."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    action: Mapped[str] = mapped_column(sa.String(80))
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    address: Mapped[str | None] = mapped_column(sa.String(64))

    actor: Mapped[User | None] = relationship()


@sa.event.listens_for(AuditEntry, "before_insert")
def say_from_where(_mapper: Any, _connection: sa.Connection, entry: AuditEntry) -> None:
    """Every verb's entry carries the asker's address; it lies with the session, see `Sessions`."""
    session = sa.orm.object_session(entry)
    if session is not None and entry.address is None:
        entry.address = session.info.get("address")
