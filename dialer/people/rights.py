"""Who may change whom: an administrator everybody, a supervisor the reps of the own team."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import UserRole
from dialer.models import Team, User
from dialer.models.visibility import sees_user
from dialer.people.errors import LastAdmin, NotOneself, NotThere


def may_manage(actor: User, user: User) -> bool:
    """Whether the actor may shut a user out, or help one in again."""
    if actor.role is UserRole.ADMIN:
        return True
    is_boss = actor.role is UserRole.SUPERVISOR and user.role is UserRole.REP
    return is_boss and actor.team_id == user.team_id


def find_managed(session: Session, actor: User, user_id: int) -> User:
    """A user whom the actor may change, the row locked. Raises NotThere."""
    user = session.scalar(
        sa.select(User).where(User.id == user_id, sees_user(actor)).with_for_update(of=User)
    )
    if user is None or not may_manage(actor, user):
        raise NotThere("user")
    return user


def check_not_oneself(actor: User, user: User) -> None:
    """Raises NotOneself."""
    if actor.id == user.id:
        raise NotOneself


def check_admin_stays(session: Session, leaving: User) -> None:
    """Raises LastAdmin unless another administrator can log in; called before `leaving` leaves."""
    if leaving.role is not UserRole.ADMIN:
        return
    # Locked in one order, so that two who shut each other out at once cannot both succeed.
    admins = session.scalars(
        sa.select(User)
        .where(User.role == UserRole.ADMIN, User.disabled_at.is_(None), User.password_hash != "")
        .order_by(User.id)
        .with_for_update(of=User)
    ).all()
    if all(admin.id == leaving.id for admin in admins):
        raise LastAdmin


def check_team(session: Session, team_id: int | None) -> None:
    """Raises NotThere for a team that does not exist."""
    if team_id is not None and session.get(Team, team_id) is None:
        raise NotThere("team")
