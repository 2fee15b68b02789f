"""The sums over a filtered log of calls."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import LegRole
from dialer.models.calls import Call, CallLeg
from dialer.models.logbook import CallFilter, select_calls
from dialer.models.people import User


@dataclass(frozen=True, kw_only=True)
class Totals:
    """How many calls, how many were answered, how long they talked, how many too long."""

    calls: int
    answered: int
    talk_seconds: int
    over_six: int


def add_up(session: Session, viewer: User, wanted: CallFilter, *, over_seconds: int) -> Totals:
    """The sums over the calls that the viewer may see; longer than `over_seconds` is too long."""
    found = select_calls(viewer, wanted).with_only_columns(Call.id, Call.answered_at)
    calls = found.order_by(None).options().subquery()
    row = session.execute(
        sa.select(
            sa.func.count(sa.distinct(calls.c.id)),
            sa.func.count(sa.distinct(calls.c.id)).filter(calls.c.answered_at.is_not(None)),
            sa.func.coalesce(sa.func.sum(CallLeg.talk_seconds), 0),
            sa.func.count(CallLeg.id).filter(CallLeg.talk_seconds > over_seconds),
        )
        .select_from(calls)
        .outerjoin(
            CallLeg, sa.and_(CallLeg.call_id == calls.c.id, CallLeg.role == LegRole.CUSTOMER)
        )
    ).one()
    return Totals(calls=row[0], answered=row[1], talk_seconds=row[2], over_six=row[3])
