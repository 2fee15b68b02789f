"""Seats that only one process may hold."""

from datetime import datetime

import sqlalchemy as sa

from dialer.models.database import Sessions
from dialer.models.machinery import ProcessLease


def hold_seat(sessions: Sessions, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Take or keep a seat; False if somebody else holds it."""
    with sessions.write() as session:
        seat = session.get(ProcessLease, name)
        if seat is not None and seat.holder != holder and seat.until_at > now:
            return False
        session.merge(ProcessLease(name=name, holder=holder, until_at=until))
        return True


def leave_seat(sessions: Sessions, name: str, holder: str) -> None:
    """Give up a seat, so that the next process need not wait."""
    with sessions.write() as session:
        session.execute(
            sa.delete(ProcessLease).where(ProcessLease.name == name, ProcessLease.holder == holder)
        )
