"""Users: made, changed, shut out. What they were allowed before ends in the same transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import Language, UserRole
from dialer.models import ApiToken, AuditEntry, User, UserSession
from dialer.people.errors import BadUserName, NameTaken, NoSuchUser, WrongLogin
from dialer.people.log_in import is_text
from dialer.people.passwords import check_strength, hash_password, is_right, normal_form
from dialer.runtime import Runtime

NAME_LENGTH = 80


@dataclass(frozen=True, kw_only=True)
class NewUser:
    """A user to be. `phone` is E.164, the telephone that is rung for the rep's leg."""

    name: str
    password: str
    role: UserRole
    full_name: str = ""
    phone: str | None = None
    language: Language = Language.ZH_CN
    team_id: int | None = None
    time_zone: str | None = None


def add_user(rt: Runtime, new: NewUser, actor_id: int | None = None) -> int:
    """Make a user and return the id. Raises BadUserName, NameTaken or WeakPassword."""
    name = normal_form(new.name).strip()
    if not name or len(name) > NAME_LENGTH or not is_text(name):
        raise BadUserName
    check_strength(new.password, name)
    user = User(
        name=name,
        full_name=new.full_name,
        password_hash=hash_password(new.password, rt.token),
        role=new.role,
        phone=new.phone,
        language=new.language,
        team_id=new.team_id,
        time_zone=new.time_zone,
        created_at=rt.now(),
    )
    try:
        with rt.sessions.write() as session:
            session.add(user)
            session.flush()
            audit(session, rt.now(), actor_id or user.id, "user.add", user.id, role=new.role)
            return user.id
    except sa.exc.IntegrityError:
        raise NameTaken(name) from None


def audit(
    session: Session, at: datetime, actor_id: int | None, action: str, user_id: int, **detail: Any
) -> None:
    """Who did what to which user."""
    session.add(
        AuditEntry(
            at=at,
            actor_id=actor_id,
            action=action,
            subject_kind="user",
            subject_id=user_id,
            detail=detail,
        )
    )


def change_password(rt: Runtime, user_id: int, old: str, new: str) -> None:
    """Replace one's own password and end every session. Raises WrongLogin or WeakPassword."""
    with rt.sessions.read() as session:
        user = session.get_one(User, user_id)
    if not is_right(old, user.password_hash):
        raise WrongLogin
    set_password(rt, user_id, new, actor_id=user_id)


def set_password(rt: Runtime, user_id: int, new: str, actor_id: int | None) -> None:
    """Give a user a new password and end every session. Raises WeakPassword."""
    with rt.sessions.read() as session:
        user = session.get_one(User, user_id)
    check_strength(new, user.name)
    password_hash = hash_password(new, rt.token)
    with rt.sessions.write() as session:
        session.get_one(User, user_id).password_hash = password_hash
        end_sessions(session, user_id, rt.now())
        audit(session, rt.now(), actor_id, "user.password", user_id)


def change_role(rt: Runtime, user_id: int, role: UserRole, actor_id: int | None) -> None:
    """Give a user another role; whoever is logged in as the old one is out at once."""
    with rt.sessions.write() as session:
        user = session.get_one(User, user_id)
        audit(session, rt.now(), actor_id, "user.role", user_id, was=user.role, role=role)
        user.role = role
        end_sessions(session, user_id, rt.now())


def disable_user(rt: Runtime, user_id: int, actor_id: int | None) -> None:
    """Shut a user out: no log-in, no session, no token, from the commit on."""
    now = rt.now()
    with rt.sessions.write() as session:
        session.get_one(User, user_id).disabled_at = now
        end_sessions(session, user_id, now)
        session.execute(
            sa.update(ApiToken)
            .where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        audit(session, now, actor_id, "user.disable", user_id)


def end_sessions(session: Session, user_id: int, now: datetime) -> None:
    """Every open session of a user ends."""
    session.execute(
        sa.update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def find_user(session: Session, name: str) -> User:
    """The active user of that name. Raises NoSuchUser."""
    wanted = normal_form(name).strip()
    query = sa.select(User).where(User.name == wanted, User.disabled_at.is_(None))
    user = session.scalar(query) if is_text(wanted) else None
    if user is None:
        raise NoSuchUser(name)
    return user
