"""Waking the clock: a word on PostgreSQL's wire; on SQLite the clock looks every 250 ms."""

import logging

import sqlalchemy as sa
from sqlalchemy.orm import Session

CHANNEL = "dialer_clock"
WAKES = "wakes_clock"
TELL = sa.text(f"SELECT set_config('synchronous_commit', 'off', true), pg_notify('{CHANNEL}', '')")

log = logging.getLogger(__name__)


def wake_clock(session: Session) -> None:
    """Tell the clock, once this transaction is committed, that something is to be done now."""
    session.info[WAKES] = True


def tell_clock(engine: sa.Engine) -> None:
    """Send the word, in a transaction of its own that waits for no disk.

    PostgreSQL commits those that send one after the other: whoever sends it along with rows keeps
    everybody waiting while they reach the disk. One that is lost costs a second: the clock looks
    by itself.
    """
    if engine.dialect.name != "postgresql":
        return
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(TELL)
    except sa.exc.SQLAlchemyError:
        log.warning("the clock was not woken; it looks by itself")
