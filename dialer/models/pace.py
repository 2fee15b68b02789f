"""The account's pace: rows that all processes take their turn from."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.models.machinery import Pace

# Requests that ring somebody, and requests that only ask.
SENDS, READS = 1, 2
# No pause is longer than this.
MOST_AHEAD = timedelta(minutes=2)


def take_turn(session: Session, now: datetime, per_second: float) -> datetime:
    """Reserve the next free instant at which a request may leave; never before `now`.

    Customer legs of waiting reps come first because they ask first: whoever waits for longer
    than a second does not reserve, but asks again.
    """
    pace = lock(session, SENDS)
    turn = max(now, believed(pace, now))
    pace.next_at = turn + timedelta(seconds=1 / per_second)
    return turn


def take_from_budget(session: Session, now: datetime, per_second: float, burst: float) -> bool:
    """Take one of the requests that only ask; False if so many were made that it must wait.

    Up to `burst` seconds' worth may be made at once after a quiet time.
    """
    pace = lock(session, READS)
    next_at = believed(pace, now)
    if next_at > now + timedelta(seconds=burst):
        return False
    pace.next_at = max(now, next_at) + timedelta(seconds=1 / per_second)
    return True


def believed(pace: Pace, now: datetime) -> datetime:
    """When the next may leave; an instant beyond every pause of ours came from a wrong clock."""
    return pace.next_at if pace.next_at <= now + MOST_AHEAD else now


def hold_back(session: Session, row: int, now: datetime, until: datetime) -> None:
    """Let nothing of a kind leave before an instant, for the carrier asked for it.

    A longer pause is asked for again by the next one that leaves.
    """
    pace = lock(session, row)
    pace.next_at = min(max(believed(pace, now), until), now + MOST_AHEAD)


def lock(session: Session, row: int) -> Pace:
    """A row, held until the transaction ends."""
    return session.execute(
        sa.select(Pace)
        .where(Pace.id == row)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def is_free(session: Session, now: datetime) -> bool:
    """Whether a request that rings somebody could leave now."""
    return believed(session.get_one(Pace, SENDS, populate_existing=True), now) <= now
