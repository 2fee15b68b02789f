"""How fast one user may dial by hand: faster than anybody talks is a script, or a thief."""

import logging
from datetime import timedelta

import sqlalchemy as sa
from prometheus_client import Counter

from dialer.models import Call
from dialer.people.errors import TooManyDials
from dialer.runtime import Runtime

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

SLOWED = Counter("dialer_dials_slowed_total", "Clicks beyond the pace that one user may dial at")
log = logging.getLogger(__name__)


def check_tempo(rt: Runtime, user_id: int) -> None:
    """Raises TooManyDials where the user placed as many calls as are allowed in a while.

    A user has one live call at a time, so that nobody slips through by asking twice at once.
    """
    limits = ((MINUTE, rt.people.dials_per_minute), (HOUR, rt.people.dials_per_hour))
    with rt.sessions.read() as session:
        for span, limit in limits:
            oldest = session.scalar(
                sa.select(Call.created_at)
                .where(Call.rep_id == user_id, Call.created_at > rt.now() - span)
                .order_by(Call.created_at.desc())
                .offset(limit - 1)
                .limit(1)
            )
            if oldest is not None:
                SLOWED.inc()
                log.warning("a user dials too fast", extra={"user_id": user_id, "limit": limit})
                raise TooManyDials(max(1, int((oldest + span - rt.now()).total_seconds())))
