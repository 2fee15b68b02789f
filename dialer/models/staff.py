"""People as their supervisors and administrators look them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.domain.words import UserRole
from dialer.models.people import Team, User, UserSession
from dialer.models.visibility import Condition, sees_user

PAGE_SIZE = 50


class Standing(StrEnum):
    """Whether somebody can log in: yes, not yet, not any more."""

    ACTIVE = "active"
    INVITED = "invited"
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class PeopleFilter:
    """What to look for; those who are shut out are only shown where they are asked for."""

    text: str = ""
    role: UserRole | None = None
    team_id: int | None = None
    standing: Standing | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """A user, and when one of their sessions was used last."""

    user: User
    seen_at: datetime | None

    @property
    def standing(self) -> Standing:
        """Whether they can log in."""
        return standing_of(self.user)


def standing_of(user: User) -> Standing:
    """Whether a user can log in."""
    if user.disabled_at is not None:
        return Standing.DISABLED
    return Standing.ACTIVE if user.password_hash else Standing.INVITED


def list_people(
    session: Session, viewer: User, wanted: PeopleFilter, page: int
) -> tuple[list[Person], bool]:
    """A page by team and name, and whether there are more."""
    seen = (
        sa.select(sa.func.max(UserSession.seen_at))
        .where(UserSession.user_id == User.id, UserSession.is_half.is_(False))
        .scalar_subquery()
    )
    query = (
        sa.select(User, seen)
        .outerjoin(User.team)
        .where(sees_user(viewer), *conditions(wanted))
        .options(joinedload(User.team))
        .order_by(Team.name.is_(None), Team.name, User.name)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    )
    rows = [Person(user=user, seen_at=seen_at) for user, seen_at in session.execute(query)]
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE


def conditions(wanted: PeopleFilter) -> list[Condition]:
    """One condition for each field that asks for something."""
    found: list[Condition] = []
    text = wanted.text.strip()
    if text:
        found.append(
            sa.or_(
                User.name.icontains(text, autoescape=True),
                User.full_name.icontains(text, autoescape=True),
            )
        )
    if wanted.role is not None:
        found.append(User.role == wanted.role)
    if wanted.team_id is not None:
        found.append(User.team_id == wanted.team_id)
    found.append(has_standing(wanted.standing))
    return found


def has_standing(standing: Standing | None) -> Condition:
    """Those of one standing; without one, everybody who is not shut out."""
    if standing is Standing.DISABLED:
        return User.disabled_at.is_not(None)
    here = User.disabled_at.is_(None)
    if standing is Standing.INVITED:
        return sa.and_(here, User.password_hash == "")
    if standing is Standing.ACTIVE:
        return sa.and_(here, User.password_hash != "")
    return here


def find_person(session: Session, viewer: User, user_id: int) -> User | None:
    """A user whom the viewer may see."""
    return session.scalar(
        sa.select(User).where(User.id == user_id, sees_user(viewer)).options(joinedload(User.team))
    )


def list_teams(session: Session) -> Sequence[tuple[Team, int]]:
    """All teams by name, each with how many people may log in."""
    count = (
        sa.select(sa.func.count())
        .where(User.team_id == Team.id, User.disabled_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(sa.select(Team, count).order_by(Team.name))
    return [(team, size) for team, size in rows]
