"""The rows that every installation has from its first start."""

from datetime import datetime

from sqlalchemy.orm import Session

from dialer.models.machinery import Installation, Pace


def prepare(session: Session, number_key: str, now: datetime) -> None:
    """Write the installation's rows if this is its first start; a key that stands, stays."""
    if session.get(Installation, 1) is None:
        session.add(Installation(id=1, number_key=number_key, created_at=now))
    if session.get(Pace, 1) is None:
        session.add(Pace(id=1, next_at=now))
