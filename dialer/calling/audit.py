"""Comparing the carrier's whole list with our attempts: every call there has one here.

It finds what nothing else can: calls that nobody placed, and outcomes that nobody told.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.budget import ask_carrier
from dialer.calling.each import for_each
from dialer.calling.incidents import note_orphan
from dialer.calling.reconcile import EARLY, poll_of, record_found
from dialer.calling.recover import recover_call
from dialer.calling.stops import stop, unaudited_gap
from dialer.calling.told import record_on
from dialer.carrier.port import CarrierCall, CarrierRefused
from dialer.domain.words import AttemptState
from dialer.models.attempts import Attempt
from dialer.models.customers import PhoneNumber
from dialer.models.events import lock_call
from dialer.models.incidents import CarrierAudit, Incident
from dialer.models.switches import GAP, RESTORED, is_on, throw
from dialer.runtime import Runtime

log = logging.getLogger(__name__)

# A call that was accepted just now may belong to a request whose answer is still on its way.
GRACE = timedelta(minutes=2)
# The carrier may hold a call in its queue for a day.
QUEUE_DAY = timedelta(hours=26)
CHUNK = 500
OPEN = (AttemptState.CLAIMED, AttemptState.DIALING, AttemptState.UNKNOWN)
GIVEN_UP = (AttemptState.CLOSED_UNKNOWN, AttemptState.NOT_PLACED)
OVER = frozenset({AttemptState.DONE})


@dataclass(frozen=True)
class Sweep:
    """How far back an audit looks, and how long after one the next is due."""

    kind: str
    back: timedelta
    every: timedelta


SWEEPS = (
    Sweep("recent", timedelta(hours=2), timedelta(minutes=20)),
    Sweep("nightly", timedelta(hours=48), timedelta(hours=24)),
)


def audit_carrier(rt: Runtime) -> int:
    """Make the audits that are due, whichever process made the last one; the strange calls."""
    return for_each(SWEEPS, lambda sweep: audit_if_due(rt, sweep))


def audit_if_due(rt: Runtime, sweep: Sweep) -> int:
    """One audit, unless one was begun lately."""
    now = rt.now()
    with rt.sessions.write() as session:
        lately = sa.exists().where(
            CarrierAudit.kind == sweep.kind,
            CarrierAudit.begun_at > now - sweep.every,
            CarrierAudit.begun_at <= now,
        )
        if session.scalar(sa.select(lately)):
            return 0
        audit = CarrierAudit(kind=sweep.kind, since_at=now - sweep.back, begun_at=now)
        session.add(audit)
        session.flush()
        audit_id = audit.id
    return run_audit(rt, audit_id) or 0


def audit_gap(rt: Runtime) -> int:
    """Look through a time of which we know too little, and let calls go on if all was well."""
    with rt.sessions.read() as session:
        gap = unaudited_gap(session)
    if gap is None:
        return 0
    strange = run_audit(rt, gap.id)
    if strange is None:
        return 0
    with rt.sessions.write() as session:
        if strange:
            reason = f"the carrier has {strange} calls that this database does not know"
            stop(session, RESTORED, rt.now(), reason)
        if is_on(session, GAP):
            throw(session, GAP, on=False, at=rt.now(), reason="the carrier's list was compared")
    return strange


def run_audit(rt: Runtime, audit_id: int) -> int | None:
    """Compare everything since the audit's beginning; None if the carrier does not answer."""
    with rt.sessions.read() as session:
        audit = session.get_one(CarrierAudit, audit_id)
        since, is_gap = audit.since_at, audit.kind == "gap"
    listed = list_all(rt, since)
    if listed is None:
        return None
    known = find_owners(rt, [found.carrier_sid for found in listed])
    untold = [(known[c.carrier_sid], c) for c in listed if c.carrier_sid in known]
    for_each(untold, lambda pair: tell_end(rt, *pair))
    unknown = [found for found in listed if found.carrier_sid not in known]
    strange = for_each(unknown, lambda found: settle_unowned(rt, found, recovers=is_gap))
    with rt.sessions.write() as session:
        audit = session.get_one(CarrierAudit, audit_id)
        audit.ended_at, audit.calls, audit.strange = rt.now(), len(listed), strange
    if strange:
        log.error("the carrier has calls that nobody here placed", extra={"calls": strange})
    return strange


def list_all(rt: Runtime, since: datetime) -> Sequence[CarrierCall] | None:
    """Our calls at the carrier since then, and whatever it has held back for longer."""
    try:
        lately = ask_carrier(rt, lambda: rt.carrier.list_calls(since=since))
        queued = ask_carrier(
            rt, lambda: rt.carrier.list_calls(since=since - QUEUE_DAY, live_only=True)
        )
    except CarrierRefused:
        return None
    if lately is None or queued is None:
        return None
    found = {call.carrier_sid: call for call in (*lately, *queued)}
    return [call for call in found.values() if call.direction == "outbound-api"]


def find_owners(rt: Runtime, sids: Sequence[str]) -> dict[str, tuple[int, AttemptState]]:
    """The attempts that own these calls, and their states, by SID."""
    owners = {}
    with rt.sessions.read() as session:
        for start in range(0, len(sids), CHUNK):
            rows = session.execute(
                sa.select(Attempt.carrier_sid, Attempt.id, Attempt.state).where(
                    Attempt.carrier_sid.in_(sids[start : start + CHUNK])
                )
            )
            owners.update({str(row.carrier_sid): (row.id, row.state) for row in rows})
    return owners


def tell_end(rt: Runtime, owner: tuple[int, AttemptState], found: CarrierCall) -> bool:
    """T13, T16: a call that is over, and whose end nobody told us."""
    attempt_id, state = owner
    if state in OVER or not found.status.is_final:
        return False
    record_found(rt, attempt_id, found)
    return True


def settle_unowned(rt: Runtime, found: CarrierCall, *, recovers: bool) -> bool:
    """Find whose a call is that no attempt owns; True if it is nobody's and was not known so."""
    now = rt.now()
    if found.created_at is not None and found.created_at > now - GRACE and not recovers:
        return False
    with rt.sessions.write() as session:
        if follow_up(session, found):
            return False
        candidates = find_candidates(session, found)
        if any(candidate.state in OPEN for candidate in candidates):
            return False  # the reconciler is about to find it
        if candidates:
            adopt(rt, session, candidates[0], found)
            return False
        is_ours = found.from_number in rt.settings.caller_ids
        is_new = note_orphan(session, found, now, is_ours=is_ours)
        if is_new and is_ours and recovers:
            recover_call(rt, session, found)
        return is_new and is_ours


def follow_up(session: Session, found: CarrierCall) -> bool:
    """Whether people were told of this call before; its end is then added to what they see."""
    incidents = session.scalars(
        sa.select(Incident).where(Incident.carrier_sid == found.carrier_sid)
    ).all()
    for incident in incidents:
        if found.status.is_final:
            incident.data = {**incident.data, "status": str(found.status)}
            incident.needs_hang_up = False
    return any(incident.kind.is_stray for incident in incidents)


def find_candidates(session: Session, found: CarrierCall) -> Sequence[Attempt]:
    """Attempts whose lost request may have placed a call: the latest first."""
    created = found.created_at
    if created is None:
        return ()
    number = sa.select(PhoneNumber.id).where(PhoneNumber.e164 == found.to)
    return session.scalars(
        sa.select(Attempt)
        .where(
            Attempt.carrier_sid.is_(None),
            Attempt.from_number == found.from_number,
            Attempt.state.in_((*OPEN, *GIVEN_UP)),
            Attempt.intent_at <= created + EARLY,
            Attempt.intent_at > created - QUEUE_DAY,
            sa.or_(Attempt.address == found.to, Attempt.number_id.in_(number)),
        )
        .order_by(Attempt.intent_at.desc())
    ).all()


def adopt(rt: Runtime, session: Session, attempt: Attempt, found: CarrierCall) -> None:
    """T16: the late outcome of an attempt that was closed without one."""
    call = lock_call(session, attempt.call_id)
    session.refresh(attempt)
    if attempt.carrier_sid is None:
        record_on(rt, session, attempt, poll_of(rt, found))
        log.info("a lost call was found", extra={"call": call.id})
