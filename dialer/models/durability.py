"""Whether a commit survives a power cut: an intent that vanished would be sent twice."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.models.database import Sessions

LEVELS = {0: "off", 1: "normal", 2: "full", 3: "full"}
# All of these wait for our own disk, and some for others' too.
WAITING = frozenset({"on", "local", "remote_write", "remote_apply"})

# What the database does at a commit: name, value, and what it must be.
Promise = tuple[str, str, str]


class ForgetfulDatabase(Exception):
    """The database may forget what it committed; the message says which setting lets it."""


def refuse_forgetful(sessions: Sessions) -> None:
    """Start nothing on a database whose sessions may forget. Raises ForgetfulDatabase."""
    with sessions.read() as session:
        promises = sqlite_promises(session) if sessions.is_sqlite else [session_promise(session)]
    weak = [f"{name} is {value}, must be {must}" for name, value, must in promises if value != must]
    if weak:
        raise ForgetfulDatabase(f"DATABASE_URL: {'; '.join(weak)}: it may forget what it stored")


def all_promises(sessions: Sessions) -> list[Promise]:
    """Those of our sessions, and those that only whoever runs the server can make."""
    with sessions.read() as session:
        if sessions.is_sqlite:
            return sqlite_promises(session)
        server = [(name, show(session, name), "on") for name in ("fsync", "full_page_writes")]
        return [*server, session_promise(session)]


def sqlite_promises(session: Session) -> list[Promise]:
    """What our connections set."""
    level = session.execute(sa.text("PRAGMA synchronous")).scalar_one()
    journal = session.execute(sa.text("PRAGMA journal_mode")).scalar_one()
    return [("synchronous", LEVELS[level], "full"), ("journal_mode", journal, "wal")]


def session_promise(session: Session) -> Promise:
    """What our connections ask for; a pooler between us and the server may have dropped it."""
    value = show(session, "synchronous_commit")
    return ("synchronous_commit", "on" if value in WAITING else value, "on")


def show(session: Session, name: str) -> str:
    """One setting of PostgreSQL's."""
    return str(session.execute(sa.text(f"SHOW {name}")).scalar_one())


def database_time(sessions: Sessions) -> datetime | None:
    """The server's clock; SQLite has none of its own."""
    if sessions.is_sqlite:
        return None
    with sessions.read() as session:
        at: datetime = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return at
