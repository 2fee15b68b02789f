"""What must never happen and still may: told to people, and where a call lives, ended."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.each import for_each
from dialer.carrier.port import CarrierCall, CarrierRefused, CarrierUncertain
from dialer.domain.words import IncidentKind
from dialer.models.attempts import Attempt
from dialer.models.calls import Call
from dialer.models.events import Fact, append, note_fact
from dialer.models.incidents import Incident, note_incident
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime

SECOND_CALL = "second_call"
SECOND_ENDED = "second_ended"
BATCH = 100


def note_second(
    session: Session, call: Call, attempt: Attempt, carrier_sid: str | None, at: datetime
) -> None:
    """T17: a second call under one token; it is hung up unless it is another attempt's own."""
    note_fact(
        session,
        call,
        Fact(kind=SECOND_CALL, at=at, received_at=at, call_id=call.id,
             carrier_sid=carrier_sid, data={"of_attempt_id": attempt.id},
             dedupe_key=f"second:{carrier_sid}"),
    )  # fmt: skip
    is_anothers = owner_of(session, carrier_sid) is not None
    report(session, IncidentKind.SECOND_CALL, at, attempt, carrier_sid, hang_up=not is_anothers)


def note_late(
    session: Session,
    attempt: Attempt,
    carrier_sid: str | None,
    at: datetime,
    *,
    alive: bool = True,
) -> None:
    """T17: a call came to light that was given up; it is hung up while it lives."""
    report(session, IncidentKind.LATE_CALL, at, attempt, carrier_sid, hang_up=alive)


def report(
    session: Session,
    kind: IncidentKind,
    at: datetime,
    attempt: Attempt,
    carrier_sid: str | None,
    *,
    hang_up: bool = False,
    **data: Any,
) -> None:
    """Tell people about an attempt, once; and wake the clock if there is a call to be ended."""
    note_incident(
        session,
        Incident(
            kind=kind, at=at, call_id=attempt.call_id, attempt_id=attempt.id,
            carrier_sid=carrier_sid, needs_hang_up=hang_up and carrier_sid is not None,
            dedupe_key=f"{kind}:{carrier_sid or attempt.id}", data=data,
        ),
    )  # fmt: skip
    if hang_up:
        wake_clock(session)


def note_orphan(
    session: Session,
    found: CarrierCall,
    at: datetime,
    attempt: Attempt | None = None,
    *,
    is_ours: bool = True,
) -> bool:
    """A call at the carrier that belongs to no attempt; True if nobody knew of it.

    It is hung up if it lives, unless somebody else's number shows that it is not ours.
    """
    kind = IncidentKind.ORPHAN_CALL if is_ours else IncidentKind.FOREIGN_CALL
    is_new = note_incident(
        session,
        Incident(
            kind=kind, at=at, call_id=attempt.call_id if attempt else None,
            attempt_id=attempt.id if attempt else None, carrier_sid=found.carrier_sid,
            needs_hang_up=is_ours and not found.status.is_final,
            dedupe_key=f"orphan:{found.carrier_sid}", data={"status": str(found.status)},
        ),
    )  # fmt: skip
    if is_ours and not found.status.is_final:
        wake_clock(session)
    return is_new


def owner_of(session: Session, carrier_sid: str | None) -> int | None:
    """The attempt that a call belongs to."""
    return session.scalar(sa.select(Attempt.id).where(Attempt.carrier_sid == carrier_sid))


def hang_up_seconds(rt: Runtime) -> int:
    """T17: hang up every call that must not live, again and again until the carrier says it is."""
    with rt.sessions.read() as session:
        found = session.scalars(
            sa.select(Incident.id).where(Incident.needs_hang_up).order_by(Incident.id).limit(BATCH)
        ).all()
    return for_each(found, lambda incident_id: hang_up_stray(rt, incident_id))


def hang_up_stray(rt: Runtime, incident_id: int) -> bool:
    """Hang up one; a later round repeats what the carrier did not take."""
    with rt.sessions.read() as session:
        carrier_sid = session.get_one(Incident, incident_id).carrier_sid
    try:
        rt.carrier.hang_up(str(carrier_sid))
    except (CarrierRefused, CarrierUncertain):
        return False
    with rt.sessions.write() as session:
        incident = session.get_one(Incident, incident_id)
        incident.needs_hang_up, incident.hung_up_at = False, rt.now()
        if incident.call_id is not None:
            append(session, ended_second(incident, rt.now()))
    return True


def ended_second(incident: Incident, at: datetime) -> Fact:
    """The call that must not live was hung up."""
    return Fact(
        kind=SECOND_ENDED, at=at, received_at=at, call_id=incident.call_id,
        carrier_sid=incident.carrier_sid, dedupe_key=f"second_ended:{incident.carrier_sid}",
    )  # fmt: skip
