"""What calls cost: the carrier says so some time after their end."""

from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from dialer.calling.each import for_each
from dialer.calling.reconcile import poll_leg
from dialer.domain.words import AttemptState
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallLeg
from dialer.runtime import Runtime

COST_AFTER_SECONDS = 30
# A call that ended within so long is asked for its price again after so long.
COST_PAUSES = (
    (timedelta(minutes=30), timedelta(minutes=5)),
    (timedelta(hours=6), timedelta(hours=1)),
    (timedelta(days=2), timedelta(hours=6)),
)


def poll_costs(rt: Runtime) -> int:
    """Learn what ended legs cost; the carrier prices those that were answered, some time later."""
    now = rt.now()
    with rt.sessions.read() as session:
        due = session.execute(
            sa.select(Attempt.id, Attempt.carrier_sid)
            .join(Call, Call.id == Attempt.call_id)
            .join(CallLeg, CallLeg.id == Attempt.id)
            .where(
                Attempt.state == AttemptState.DONE,
                Attempt.carrier_sid.is_not(None),
                CallLeg.answered_at.is_not(None),
                Call.cost_minor.is_(None),
                Call.ended_at < now - timedelta(seconds=COST_AFTER_SECONDS),
                Call.ended_at > now - timedelta(days=2),
                sa.or_(Attempt.listed_at.is_(None), *map(partial(is_worth, now), COST_PAUSES)),
            )
            .limit(20)
        ).all()
    return for_each(due, lambda leg: poll_leg(rt, leg.id, str(leg.carrier_sid)))


def is_worth(now: datetime, pause: tuple[timedelta, timedelta]) -> sa.ColumnElement[bool]:
    """Whether a price is asked for again: the older the call, the more seldom."""
    age, every = pause
    return sa.and_(Call.ended_at > now - age, Attempt.listed_at < now - every)
