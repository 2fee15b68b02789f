"""Logging in and out."""

import hashlib
from datetime import datetime, timedelta
from typing import NewType

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.models import AuditEntry, User, UserSession
from dialer.people import throttle
from dialer.people.errors import WrongLogin
from dialer.people.passwords import is_right, is_too_long, normal_form
from dialer.runtime import Runtime

SessionSecret = NewType("SessionSecret", str)

# Under this name the doors keep the secret in the browser's signed cookie.
SESSION_SECRET = "secret"  # noqa: S105 - a name, no password

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
SEEN_STEP = timedelta(minutes=1)
USER_AGENT_LENGTH = 200


def log_in(
    rt: Runtime,
    name: str,
    password: str,
    address: str,
    user_agent: str = "",
    *,
    replaces: str | None = None,
) -> SessionSecret:
    """Open a session and return its cookie's secret; the session that it `replaces` ends.

    `address` is the client's, as the server saw it. Raises WrongLogin or Throttled, and works
    as long for a user who does not exist.
    """
    with rt.sessions.write() as session:
        throttle.count_try(session, name, address, rt.now())
    user_id = find_user_id(rt, name, password)
    if user_id is None:
        raise WrongLogin
    with rt.sessions.write() as session:
        throttle.forgive(session, name, address, rt.now())
        if replaces:
            revoke_session(session, replaces, rt.now())
        return open_session(rt, session, user_id, user_agent)


def find_user_id(rt: Runtime, name: str, password: str) -> int | None:
    """Whose password it is, if anybody's; no transaction is open while Argon2 works."""
    if is_too_long(password):
        return None
    user = find_active(rt, normal_form(name).strip())
    fits = is_right(password, user.password_hash if user else None)
    return user.id if user and fits else None


def find_active(rt: Runtime, name: str) -> User | None:
    """The user of that name who may act."""
    if not is_text(name):
        return None
    with rt.sessions.read() as session:
        return session.scalar(sa.select(User).where(User.name == name, User.disabled_at.is_(None)))


def is_text(name: str) -> bool:
    """Whether a database can hold it: no NUL, no half of a character."""
    return "\x00" not in name and name.isprintable()


def open_session(rt: Runtime, session: Session, user_id: int, user_agent: str) -> SessionSecret:
    """A fresh session; only the hash of its secret is kept."""
    secret, now = SessionSecret(rt.token() + rt.token()), rt.now()
    session.add(
        UserSession(
            secret_hash=secret_hash(secret),
            user_id=user_id,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
            user_agent=printable(user_agent)[:USER_AGENT_LENGTH],
        )
    )
    session.add(
        AuditEntry(
            at=now, actor_id=user_id, action="log_in", subject_kind="user", subject_id=user_id
        )
    )
    return secret


def printable(text: str) -> str:
    """Without what a log line or a database cannot hold."""
    return "".join(c for c in text if c.isprintable())


def secret_hash(secret: str) -> str:
    """What the table holds: secrets have 256 random bits, so that no salt is needed."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def find_session(rt: Runtime, secret: str) -> User | None:
    """Whose session it is; None if it is unknown, expired, revoked, or its user disabled."""
    now = rt.now()
    with rt.sessions.read() as session:
        found = session.scalar(
            sa.select(UserSession)
            .join(UserSession.user)
            .options(joinedload(UserSession.user).joinedload(User.team))
            .where(UserSession.secret_hash == secret_hash(secret), is_open(now))
        )
    if found is None:
        return None
    if now - found.seen_at >= SEEN_STEP:
        mark_seen(rt, found.id, now)
    return found.user


def is_open(now: datetime) -> sa.ColumnElement[bool]:
    """Neither revoked nor idle nor older than it may grow, and the user may act."""
    return sa.and_(
        UserSession.revoked_at.is_(None),
        UserSession.expires_at > now,
        UserSession.seen_at > now - IDLE,
        User.disabled_at.is_(None),
    )


def mark_seen(rt: Runtime, session_id: int, now: datetime) -> None:
    """The idle time begins again."""
    with rt.sessions.write() as session:
        session.execute(
            sa.update(UserSession)
            .where(UserSession.id == session_id, UserSession.revoked_at.is_(None))
            .values(seen_at=now)
        )


def log_out(rt: Runtime, secret: str) -> None:
    """End the session of this secret; an unknown one is nothing."""
    with rt.sessions.write() as session:
        revoke_session(session, secret, rt.now())


def revoke_session(session: Session, secret: str, now: datetime) -> None:
    """End one session."""
    found = session.scalar(
        sa.select(UserSession).where(
            UserSession.secret_hash == secret_hash(secret), UserSession.revoked_at.is_(None)
        )
    )
    if found is None:
        return
    found.revoked_at = now
    session.add(
        AuditEntry(
            at=now,
            actor_id=found.user_id,
            action="log_out",
            subject_kind="user",
            subject_id=found.user_id,
        )
    )
