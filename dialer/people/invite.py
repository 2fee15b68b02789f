"""One-time links: an invited user, or one who forgot, chooses the password without anybody else
ever knowing it. Only a link's hash is kept; whoever made it copies it once and hands it over."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.domain.words import Language, UserRole
from dialer.models import PasswordLink, User
from dialer.people.errors import LinkSpent, NotThere
from dialer.people.log_in import secret_hash
from dialer.people.passwords import NO_PASSWORD, check_strength, hash_password
from dialer.people.rights import check_team, find_managed
from dialer.people.users import NewUser, add_user, audit, revoke_links, write_password
from dialer.runtime import Runtime

INVITED = timedelta(days=3)
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Link:
    """The secret of a link, for whom it is, and until when it counts."""

    user_id: int
    secret: str
    expires_at: datetime


def invite(rt: Runtime, actor: User, new: NewUser) -> Link:
    """Make a user without a password, and the link by which they choose one.

    A supervisor invites reps into the own team. Raises BadUserName, NameTaken or NotThere.
    """
    if actor.role is not UserRole.ADMIN:
        if actor.role is not UserRole.SUPERVISOR or new.role is not UserRole.REP:
            raise NotThere("role")
        new = replace(new, team_id=actor.team_id)
    with rt.sessions.read() as session:
        check_team(session, new.team_id)
    user_id = add_user(rt, replace(new, password=None), actor.id)
    return make_link(rt, actor, user_id)


def make_link(rt: Runtime, actor: User | None, user_id: int) -> Link:
    """A fresh link for a user who may act; the ones before do not count any more.

    Without an actor it is the installation's owner who asks, at its command line. Raises NotThere.
    """
    secret, now = rt.token() + rt.token(), rt.now()
    with rt.sessions.write() as session:
        user = find_managed(session, actor, user_id) if actor else session.get_one(User, user_id)
        if user.disabled_at is not None:
            raise NotThere("user")
        revoke_links(session, user.id, now)
        is_new = user.password_hash == NO_PASSWORD
        link = PasswordLink(
            secret_hash=secret_hash(secret),
            user_id=user.id,
            created_by_id=actor.id if actor else None,
            created_at=now,
            expires_at=now + (INVITED if is_new else FORGOTTEN),
        )
        session.add(link)
        actor_id = actor.id if actor else None
        audit(session, now, actor_id, "user.invite" if is_new else "user.link", user.id)
        return Link(user_id=user.id, secret=secret, expires_at=link.expires_at)


def find_link(session: Session, secret: str, now: datetime) -> PasswordLink | None:
    """The link with this secret, if it still counts."""
    return session.scalar(
        sa.select(PasswordLink)
        .join(PasswordLink.user)
        .options(joinedload(PasswordLink.user))
        .where(
            PasswordLink.secret_hash == secret_hash(secret),
            PasswordLink.used_at.is_(None),
            PasswordLink.revoked_at.is_(None),
            PasswordLink.expires_at > now,
            User.disabled_at.is_(None),
        )
    )


def use_link(rt: Runtime, secret: str, password: str, language: Language) -> str:
    """Choose password and language, once; every session of the user ends. Returns the user's name.

    Raises LinkSpent or WeakPassword.
    """
    with rt.sessions.read() as session:
        known = find_link(session, secret, rt.now())
    if known is None:
        raise LinkSpent
    check_strength(password, known.user.name)
    password_hash = hash_password(password, rt.token)
    with rt.sessions.write() as session:
        spend(session, known.id, rt.now())
        session.get_one(User, known.user_id).language = language
        write_password(session, known.user_id, password_hash, known.user_id, rt.now())
    return known.user.name


def spend(session: Session, link_id: int, now: datetime) -> None:
    """Raises LinkSpent if somebody was quicker."""
    spent = session.execute(
        sa.update(PasswordLink)
        .where(
            PasswordLink.id == link_id,
            PasswordLink.used_at.is_(None),
            PasswordLink.revoked_at.is_(None),
        )
        .values(used_at=now)
        .returning(PasswordLink.id)
    ).all()
    if not spent:
        raise LinkSpent
