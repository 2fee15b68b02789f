"""How the clock's duties fare, for people to see."""

import logging
from datetime import datetime

import sqlalchemy as sa

from dialer.models.database import Sessions
from dialer.models.machinery import DutyRun

log = logging.getLogger(__name__)


def record_run(
    sessions: Sessions, name: str, at: datetime, *, count: int = 0, error: str = ""
) -> None:
    """Note a run. Where even that fails, the log line of the failure has to do."""
    try:
        with sessions.write() as session:
            run = session.get(DutyRun, name) or DutyRun(name=name, runs=0, errors=0)
            run.last_at = at
            run.last_count = count
            run.runs += 1
            if error:
                run.errors += 1
                run.last_error = error[:300]
                run.last_error_at = at
            session.add(run)
    except sa.exc.SQLAlchemyError:
        log.warning("the run of a duty could not be noted", extra={"duty": name})
