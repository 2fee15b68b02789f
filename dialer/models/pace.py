"""The account's pace: one row that all processes take their turn from."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.models.machinery import Pace


def take_turn(session: Session, now: datetime, per_second: float) -> datetime:
    """Reserve the next free instant at which a request may leave; never before `now`.

    Customer legs of waiting reps come first because they ask first: whoever waits for longer
    than a second does not reserve, but asks again.
    """
    pace = session.execute(sa.select(Pace).where(Pace.id == 1).with_for_update()).scalar_one()
    turn = max(now, pace.next_at)
    pace.next_at = turn + timedelta(seconds=1 / per_second)
    return turn


def is_free(session: Session, now: datetime) -> bool:
    """Whether a request could leave now."""
    next_at = session.execute(sa.select(Pace.next_at).where(Pace.id == 1)).scalar_one()
    return next_at <= now
