"""Logging in and out: the password first, then a code where the user has a second factor."""

import hashlib
from datetime import datetime, timedelta
from typing import NewType

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.models import AuditEntry, User, UserSession
from dialer.people import throttle
from dialer.people.errors import CodeNeeded, WrongLogin
from dialer.people.passwords import is_right, is_too_long, normal_form
from dialer.runtime import Runtime

SessionSecret = NewType("SessionSecret", str)

# Under this name the doors keep the secret in the browser's signed cookie.
SESSION_SECRET = "secret"  # noqa: S105 - a name, no password

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
# How long after the password a code of the second factor may come.
HALF = timedelta(minutes=10)
SEEN_STEP = timedelta(minutes=1)
USER_AGENT_LENGTH = 200
ADDRESS_LENGTH = 64


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

    `address` is the client's, as the server saw it. Raises WrongLogin, Throttled or CodeNeeded,
    and works as long for a user who does not exist.
    """
    keys = throttle.throttle_keys(name, address)
    with rt.sessions.write() as session:
        throttle.count_try(session, keys, rt.now())
    user = find_owner(rt, name, password)
    if user is None:
        raise WrongLogin
    with rt.sessions.write() as session:
        throttle.forgive(session, keys, rt.now())
        if replaces:
            revoke_session(session, replaces, rt.now())
        owes = user.factor_at is not None
        secret = open_session(
            rt, session, user.id, user_agent, address=address, life=HALF if owes else None
        )
    if owes:
        raise CodeNeeded(secret)
    return secret


def find_owner(rt: Runtime, name: str, password: str) -> User | None:
    """Whose password it is, if anybody's; no transaction is open while Argon2 works."""
    if is_too_long(password):
        return None
    user = find_active(rt, normal_form(name).strip())
    fits = is_right(password, user.password_hash if user else None)
    return user if user and fits else None


def find_active(rt: Runtime, name: str) -> User | None:
    """The user of that name who may act."""
    if not is_text(name):
        return None
    with rt.sessions.read() as session:
        return session.scalar(sa.select(User).where(User.name == name, User.disabled_at.is_(None)))


def is_text(name: str) -> bool:
    """Whether a database can hold it: no NUL, no half of a character."""
    return "\x00" not in name and name.isprintable()


def open_session(
    rt: Runtime,
    session: Session,
    user_id: int,
    user_agent: str,
    *,
    address: str = "",
    life: timedelta | None = None,
) -> SessionSecret:
    """A fresh session; only the hash of its secret is kept. One with a `life` is half open."""
    secret, now = SessionSecret(rt.token() + rt.token()), rt.now()
    session.add(
        UserSession(
            secret_hash=secret_hash(secret),
            user_id=user_id,
            created_at=now,
            seen_at=now,
            expires_at=now + (life or ABSOLUTE),
            user_agent=printable(user_agent)[:USER_AGENT_LENGTH],
            address=printable(address)[:ADDRESS_LENGTH] or None,
            is_half=life is not None,
        )
    )
    session.add(entry(now, user_id, "log_in" if life is None else "log_in.password"))
    return secret


def entry(at: datetime, user_id: int, action: str) -> AuditEntry:
    """What a user did at the door."""
    return AuditEntry(
        at=at, actor_id=user_id, action=action, subject_kind="user", subject_id=user_id
    )


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
    """Neither revoked nor half nor idle nor older than it may grow, and the user may act."""
    return sa.and_(
        UserSession.revoked_at.is_(None),
        UserSession.is_half.is_(False),
        UserSession.expires_at > now,
        UserSession.seen_at > now - IDLE,
        User.disabled_at.is_(None),
    )


def is_owed(now: datetime) -> sa.ColumnElement[bool]:
    """Half open: the password was right a while ago, and the code may still come."""
    return sa.and_(
        UserSession.revoked_at.is_(None),
        UserSession.is_half.is_(True),
        UserSession.expires_at > now,
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
    session.add(entry(now, found.user_id, "log_out"))
