"""Breakers: what stops all new calls by itself, and how they go on again.

A breaker is a switch in the database, so that all processes stop together. People let the calls
go on; only a clock and a gap that turn out well do so by themselves.
"""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.errors import NotAudited
from dialer.carrier.port import CarrierRefused
from dialer.domain.attempt import most_doubts
from dialer.domain.clock import is_trusted
from dialer.domain.words import AttemptState, IncidentKind
from dialer.models.attempts import Attempt
from dialer.models.incidents import CarrierAudit, Incident, note_incident
from dialer.models.machinery import Pulse
from dialer.models.switches import (
    ACCOUNT,
    DOUBTS,
    GAP,
    HOLD,
    RESTORED,
    STOPS,
    is_on,
    is_stopped,
    throw,
)
from dialer.runtime import Runtime

log = logging.getLogger(__name__)

AN_HOUR = timedelta(hours=1)
# So many destinations closed to the account within an hour are a setting, and no odd number.
CLOSED_PLACES = 3


def may_send(session: Session, now: datetime) -> bool:
    """Whether a new call may be placed at all: nothing stops it, and our clock can be right."""
    return not is_stopped(session) and knows_the_time(session, now)


def knows_the_time(session: Session, now: datetime) -> bool:
    """Whether this process's clock agrees with the house's last beat."""
    pulse = session.get(Pulse, 1, populate_existing=True)
    return pulse is None or is_trusted(now, pulse.at)


def stop(session: Session, name: str, at: datetime, reason: str) -> bool:
    """Let no new call be placed; False if this stands already."""
    if not throw(session, name, on=True, at=at, reason=reason):
        return False
    log.error("new calls are stopped", extra={"switch": name, "reason": reason})
    note_incident(
        session,
        Incident(
            kind=IncidentKind.STOPPED, at=at, dedupe_key=f"stopped:{name}:{at.isoformat()}",
            data={"switch": name, "reason": reason},
        ),
    )  # fmt: skip
    return True


def stop_on_refusal(session: Session, refusal: CarrierRefused, at: datetime) -> None:
    """Stop at once where the account is refused; where only a place is, at the third."""
    if refusal.trips_breaker:
        stop(session, ACCOUNT, at, f"the carrier refuses the account with code {refusal.code}")
    elif refusal.closes_place:
        closed = session.scalar(
            sa.select(sa.func.count()).where(
                Attempt.refusal_code == refusal.code, Attempt.intent_at > at - AN_HOUR
            )
        )
        if (closed or 0) >= CLOSED_PLACES:
            reason = f"the account may not call {closed} destinations, code {refusal.code}"
            stop(session, ACCOUNT, at, reason)


def stop_on_doubts(session: Session, at: datetime) -> None:
    """Stop where more answers are lost than bad luck explains."""
    doubts = session.scalar(sa.select(sa.func.count()).where(Attempt.state == AttemptState.UNKNOWN))
    sent = session.scalar(sa.select(sa.func.count()).where(Attempt.intent_at > at - AN_HOUR))
    if (doubts or 0) > most_doubts(sent or 0):
        stop(session, DOUBTS, at, f"nobody knows what became of {doubts} calls")


def go_on(session: Session, at: datetime, reason: str, user_id: int | None) -> None:
    """A person lets calls be placed again. Raises NotAudited while a gap is not looked through."""
    if (is_on(session, GAP) or is_on(session, RESTORED)) and unaudited_gap(session):
        raise NotAudited
    for name in STOPS:
        if name == HOLD or is_on(session, name):
            throw(session, name, on=False, at=at, reason=reason, user_id=user_id)


def unaudited_gap(session: Session) -> CarrierAudit | None:
    """A time of which we know too little, and which has not been compared with the carrier."""
    return session.scalar(
        sa.select(CarrierAudit)
        .where(CarrierAudit.kind == "gap", CarrierAudit.ended_at.is_(None))
        .order_by(CarrierAudit.id)
        .limit(1)
    )


def stop_for_gap(rt: Runtime, session: Session, name: str, since: datetime, reason: str) -> None:
    """Stop until the carrier's list since then has been looked through."""
    now = rt.now()
    if stop(session, name, now, reason):
        session.add(CarrierAudit(kind="gap", since_at=since, begun_at=now))
