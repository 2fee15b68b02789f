"""Rows by which several processes act as one: pace, switches, duties, the installation."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dialer.models.base import Base


class Installation(Base):
    """One row. `number_key` keys the hashes of numbers and outlives a change of SECRET_KEY.

    `works_from` is the oldest schema revision whose code still works with these tables: what a
    release takes away raises it, and what it only adds does not.
    """

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    number_key: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
    works_from: Mapped[str] = mapped_column(sa.String(8), default="0007", server_default="0007")


class Pulse(Base):
    """One row: how often the clock has beaten, when last, and how many beats in a row were sane.

    A database whose count is behind what a machine remembers was restored from a backup.
    """

    __tablename__ = "pulse"

    id: Mapped[int] = mapped_column(primary_key=True)
    beats: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    at: Mapped[datetime]
    sane: Mapped[int] = mapped_column(default=0)


class Pace(Base):
    """When the account's next request may leave, whichever process sends it.

    One row for those that ring somebody and one for those that only ask.
    """

    __tablename__ = "pace"

    id: Mapped[int] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]


class Switch(Base):
    """A switch that people or breakers throw, such as `hold`: no new call is placed."""

    __tablename__ = "switches"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    is_on: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class DutyRun(Base):
    """How each of the clock's duties fares."""

    __tablename__ = "duty_runs"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    last_at: Mapped[datetime | None]
    last_count: Mapped[int] = mapped_column(default=0)
    runs: Mapped[int] = mapped_column(default=0)
    errors: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.String(300), default="")
    last_error_at: Mapped[datetime | None]


class ProcessLease(Base):
    """Who holds a seat that only one process may hold, such as SQLite's one clock."""

    __tablename__ = "process_leases"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(120))
    until_at: Mapped[datetime]
