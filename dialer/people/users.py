"""Users: made, changed, shut out. What they were allowed before ends in the same transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import Language, UserRole
from dialer.models import ApiToken, AuditEntry, PasswordLink, User, UserSession
from dialer.people import throttle
from dialer.people.errors import BadUserName, NameTaken, NoSuchUser, NotThere, WrongLogin
from dialer.people.log_in import is_text
from dialer.people.passwords import (
    NO_PASSWORD,
    check_strength,
    hash_password,
    is_right,
    is_too_long,
    normal_form,
)
from dialer.people.rights import check_admin_stays, check_not_oneself, check_team, find_managed
from dialer.runtime import Runtime

NAME_LENGTH = 80


@dataclass(frozen=True, kw_only=True)
class NewUser:
    """A user to be. `phone` is E.164, the telephone that is rung for the rep's leg.

    Without a password nobody can log in before a link was used to choose one.
    """

    name: str
    role: UserRole
    password: str | None = None
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
    if new.password is not None:
        check_strength(new.password, name)
    user = User(
        name=name,
        full_name=new.full_name,
        password_hash=hash_password(new.password, rt.token) if new.password else NO_PASSWORD,
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
    """Replace one's own password and end every session.

    Raises WrongLogin, WeakPassword, or Throttled where the old one was guessed at too often.
    """
    prove(rt, user_id, old)
    set_password(rt, user_id, new, actor_id=user_id)


def prove(rt: Runtime, user_id: int, password: str) -> None:
    """That it is the user who sits at the open session. Raises WrongLogin or Throttled."""
    keys = [throttle.proof_key(user_id)]
    with rt.sessions.write() as session:
        throttle.count_try(session, keys, rt.now())
    with rt.sessions.read() as session:
        user = session.get_one(User, user_id)
    if is_too_long(password) or not is_right(password, user.password_hash):
        raise WrongLogin
    with rt.sessions.write() as session:
        throttle.forgive(session, keys, rt.now())


def set_password(rt: Runtime, user_id: int, new: str, actor_id: int | None) -> None:
    """Give a user a new password and end every session. Raises WeakPassword."""
    with rt.sessions.read() as session:
        user = session.get_one(User, user_id)
    check_strength(new, user.name)
    password_hash = hash_password(new, rt.token)
    with rt.sessions.write() as session:
        write_password(session, user_id, password_hash, actor_id, rt.now())


def write_password(
    session: Session, user_id: int, password_hash: str, actor_id: int | None, now: datetime
) -> None:
    """The new password counts, and nothing that the old one had opened."""
    session.get_one(User, user_id).password_hash = password_hash
    end_sessions(session, user_id, now)
    revoke_links(session, user_id, now)
    audit(session, now, actor_id, "user.password", user_id)


def change_role(rt: Runtime, user_id: int, role: UserRole, actor_id: int | None) -> None:
    """Give a user another role; whoever is logged in as the old one is out at once."""
    with rt.sessions.write() as session:
        user = session.get_one(User, user_id)
        write_role(session, user, role, actor_id, rt.now())


def write_role(
    session: Session, user: User, role: UserRole, actor_id: int | None, now: datetime
) -> None:
    """Another role, and a fresh start with it."""
    audit(session, now, actor_id, "user.role", user.id, was=user.role, role=role)
    user.role = role
    end_sessions(session, user.id, now)


def move_user(rt: Runtime, actor: User, user_id: int, role: UserRole, team_id: int | None) -> None:
    """Give somebody another role or team, which ends every session; for administrators.

    Raises NotThere, NotOneself or LastAdmin.
    """
    with rt.sessions.write() as session:
        user = find_managed(session, actor, user_id)
        if actor.role is not UserRole.ADMIN:
            raise NotThere("user")
        check_team(session, team_id)
        if role is not user.role:
            check_not_oneself(actor, user)
            check_admin_stays(session, user)
            write_role(session, user, role, actor.id, rt.now())
        if team_id != user.team_id:
            audit(session, rt.now(), actor.id, "user.team", user.id, was=user.team_id, team=team_id)
            user.team_id = team_id
            end_sessions(session, user.id, rt.now())


def describe_user(
    rt: Runtime, actor: User, user_id: int, full_name: str, phone: str | None
) -> None:
    """Change what colleagues call somebody and which telephone (E.164) is rung. Raises NotThere."""
    with rt.sessions.write() as session:
        user = find_managed(session, actor, user_id)
        user.full_name, user.phone = full_name, phone
        audit(session, rt.now(), actor.id, "user.change", user.id)


def disable_user(rt: Runtime, user_id: int, actor_id: int | None) -> None:
    """Shut a user out: no log-in, no session, no token, no link, from the commit on."""
    with rt.sessions.write() as session:
        shut_out(session, session.get_one(User, user_id), actor_id, rt.now())


def shut_out(session: Session, user: User, actor_id: int | None, now: datetime) -> None:
    """Everything that the user could come in by ends."""
    if user.disabled_at is not None:
        return
    user.disabled_at = now
    end_sessions(session, user.id, now)
    revoke_links(session, user.id, now)
    session.execute(
        sa.update(ApiToken)
        .where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    audit(session, now, actor_id, "user.disable", user.id)


def dismiss_user(rt: Runtime, actor: User, user_id: int) -> None:
    """Shut a colleague out. Raises NotThere, NotOneself or LastAdmin."""
    with rt.sessions.write() as session:
        user = find_managed(session, actor, user_id)
        check_not_oneself(actor, user)
        check_admin_stays(session, user)
        shut_out(session, user, actor.id, rt.now())


def enable_user(rt: Runtime, actor: User, user_id: int) -> None:
    """Let a user log in again, with the old password; tokens stay revoked. Raises NotThere."""
    with rt.sessions.write() as session:
        user = find_managed(session, actor, user_id)
        if user.disabled_at is not None:
            user.disabled_at = None
            audit(session, rt.now(), actor.id, "user.enable", user.id)


def end_sessions(session: Session, user_id: int, now: datetime) -> None:
    """Every open session of a user ends."""
    session.execute(
        sa.update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def revoke_links(session: Session, user_id: int, now: datetime) -> None:
    """No link to choose a password counts any more."""
    session.execute(
        sa.update(PasswordLink)
        .where(
            PasswordLink.user_id == user_id,
            PasswordLink.used_at.is_(None),
            PasswordLink.revoked_at.is_(None),
        )
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
