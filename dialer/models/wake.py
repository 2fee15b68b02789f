"""Waking the clock: a word on PostgreSQL's wire; on SQLite the clock looks every 250 ms."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

CHANNEL = "dialer_clock"


def wake_clock(session: Session) -> None:
    """Tell the clock, upon commit, that something is to be done now."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text(f"NOTIFY {CHANNEL}"))
