"""Engines and sessions for SQLite and PostgreSQL, durable by construction."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dialer.models.wake import WAKES, tell_clock

BUSY_SECONDS = 5


def make_engine(url: str) -> sa.Engine:
    """An engine whose commits survive a power cut.

    `postgres://` and `postgresql://` mean psycopg 3.
    """
    parsed = sa.make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            parsed, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True
        )
        sa.event.listen(engine, "connect", harden_sqlite)
        sa.event.listen(engine, "begin", begin_sqlite)
        return engine
    return sa.create_engine(
        parsed,
        pool_pre_ping=True,
        hide_parameters=True,
        pool_size=16,
        max_overflow=16,
        # Every statement is short: compiling one takes longer than running it.
        connect_args={"options": "-c synchronous_commit=on -c jit=off"},
    )


def harden_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """WAL with FULL keeps a committed intent through a power cut; NORMAL would not."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: sa.Connection) -> None:
    """Take the write lock at once: an upgrade from reading ignores the busy timeout."""
    reads = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@dataclass(frozen=True)
class Sessions:
    """Hands out sessions; each `with` block is one transaction.

    No carrier request is ever made inside one. `address` is where the asker sits; what is written
    to the audit log says so.
    """

    engine: sa.Engine
    address: str | None = None

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits at the end of the block and rolls back on an exception."""
        session = Session(self.engine, expire_on_commit=False, info={"address": self.address})
        with session, session.begin():
            yield session
        if session.info.get(WAKES):
            tell_clock(self.engine)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads, so that on SQLite it waits for nobody."""
        with Session(
            self.engine.execution_options(reads_only=True), expire_on_commit=False
        ) as session:
            yield session

    @property
    def is_sqlite(self) -> bool:
        """Whether one machine's file is the database."""
        return self.engine.dialect.name == "sqlite"


def insert_into(session: Session, table: type[Any]) -> sqlite.Insert | postgresql.Insert:
    """An insert that knows what to do about a row that is there already."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)
