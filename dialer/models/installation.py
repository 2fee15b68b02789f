"""The rows that every installation has from its first start."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dialer.models.base import Base
from dialer.models.database import insert_into
from dialer.models.machinery import Installation, Pace, Pulse
from dialer.models.pace import READS, SENDS


def prepare(session: Session, number_key: str, now: datetime) -> None:
    """Write the installation's rows if this is its first start; what stands, stays.

    Several processes may start at once.
    """
    write_once(session, Installation, id=1, number_key=number_key, created_at=now)
    for row in (SENDS, READS):
        write_once(session, Pace, id=row, next_at=now)
    write_once(session, Pulse, id=1, beats=0, at=now, sane=0)


def write_once(session: Session, table: type[Base], **values: Any) -> None:
    """Write a row unless there is one of this id."""
    session.execute(
        insert_into(session, table).values(**values).on_conflict_do_nothing(index_elements=["id"])
    )
