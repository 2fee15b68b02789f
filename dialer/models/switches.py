"""Switches that people or breakers throw. While one of `STOPS` is on, no new call is placed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.models.database import insert_into
from dialer.models.machinery import Switch

# Thrown by people; by the carrier's refusal of the account; by too many doubtful calls; by a
# clock that nobody can trust; by a gap in what we know; by a database that is older than that.
HOLD, ACCOUNT, DOUBTS, CLOCK, GAP, RESTORED = (
    "hold", "account", "doubts", "clock", "gap", "restored",
)  # fmt: skip
STOPS = (HOLD, ACCOUNT, DOUBTS, CLOCK, GAP, RESTORED)
REASON_LENGTH = 200


def is_on(session: Session, name: str) -> bool:
    """Whether a switch is on; one that was never thrown is off."""
    switch = session.get(Switch, name, populate_existing=True)
    return switch is not None and switch.is_on


def stops(session: Session) -> Sequence[Switch]:
    """What stops new calls now, the oldest first."""
    return session.scalars(
        sa.select(Switch)
        .where(Switch.name.in_(STOPS), Switch.is_on)
        .order_by(Switch.changed_at, Switch.name)
        .execution_options(populate_existing=True)
    ).all()


def is_stopped(session: Session) -> bool:
    """Whether no new call may be placed."""
    return bool(stops(session))


def throw(
    session: Session,
    name: str,
    *,
    on: bool,
    at: datetime,
    reason: str = "",
    user_id: int | None = None,
) -> bool:
    """Throw a switch; False if it stood so already, and then its reason and time stay.

    Any number of processes may throw the same one at once. People's own word replaces a reason.
    """
    values: dict[str, Any] = {
        "is_on": on, "reason": reason[:REASON_LENGTH], "changed_at": at, "changed_by_id": user_id,
    }  # fmt: skip
    changes = sa.or_(Switch.is_on != on, sa.literal(user_id is not None))
    done = session.execute(
        insert_into(session, Switch)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values, where=changes)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
