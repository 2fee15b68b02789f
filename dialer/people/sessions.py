"""A user's open sessions: which there are, and ending them one by one or all at once."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import UserRole
from dialer.models import User, UserSession
from dialer.people.errors import NotThere
from dialer.people.log_in import is_open, secret_hash
from dialer.people.users import audit
from dialer.runtime import Runtime


def list_open(session: Session, user_id: int, now: datetime) -> Sequence[UserSession]:
    """A user's open sessions, the last one seen first."""
    return session.scalars(
        sa.select(UserSession)
        .join(UserSession.user)
        .where(UserSession.user_id == user_id, is_open(now))
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    ).all()


def find_id(session: Session, secret: str) -> int | None:
    """Which of them is the one that asks."""
    return session.scalar(
        sa.select(UserSession.id).where(UserSession.secret_hash == secret_hash(secret))
    )


def end_session(rt: Runtime, actor: User, session_id: int) -> None:
    """End one session: one's own, or as an administrator anybody's. Raises NotThere."""
    now = rt.now()
    with rt.sessions.write() as session:
        found = session.get(UserSession, session_id)
        if found is None or not may_end(actor, found.user_id):
            raise NotThere("session")
        if found.revoked_at is None:
            found.revoked_at = now
            audit(session, now, actor.id, "session.end", found.user_id)


def may_end(actor: User, user_id: int) -> bool:
    """Whether the actor may end sessions of this user."""
    return actor.id == user_id or actor.role is UserRole.ADMIN


def end_others(rt: Runtime, actor: User, user_id: int, keep: str | None = None) -> int:
    """End a user's sessions but the one with the secret `keep`; how many ended. Raises NotThere."""
    now = rt.now()
    if not may_end(actor, user_id):
        raise NotThere("session")
    with rt.sessions.write() as session:
        ended = session.execute(
            sa.update(UserSession)
            .where(
                UserSession.user_id == user_id,
                UserSession.revoked_at.is_(None),
                UserSession.secret_hash != secret_hash(keep or ""),
            )
            .values(revoked_at=now)
            .returning(UserSession.id)
        ).all()
        if ended:
            audit(session, now, actor.id, "session.end_all", user_id, count=len(ended))
        return len(ended)
