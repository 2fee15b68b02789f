"""Who decides where nobody in particular does."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import UserRole
from dialer.models.people import User


def find_supervisor(session: Session, team_id: int | None) -> int | None:
    """The team's supervisor, else any, else an admin; None where there is nobody."""
    return session.execute(
        sa.select(User.id)
        .where(
            User.role.in_((UserRole.SUPERVISOR, UserRole.ADMIN)),
            User.disabled_at.is_(None),
        )
        .order_by(
            sa.case((User.team_id == team_id, 0), else_=1),
            sa.case((User.role == UserRole.SUPERVISOR, 0), else_=1),
            User.id,
        )
        .limit(1)
    ).scalar()
