"""Recording what the carrier tells: one durable transaction, and nothing else happens here."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.incidents import note_second
from dialer.carrier.port import Told
from dialer.domain.attempt import SILENCE_SECONDS, evidence_step
from dialer.domain.call import CallView
from dialer.domain.words import AttemptState
from dialer.models.attempts import Attempt
from dialer.models.events import Fact, append, lock_call, project
from dialer.models.transitions import By, take
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime

SIGNS_OF_LIFE = ("leg", "asked", "joined")


def record_told(rt: Runtime, token: str, told: Told) -> None:
    """Store a fact, fold its call, step its attempt. Repeats change nothing.

    A signed fact for a token that we do not know is kept as an orphan.
    """
    with rt.sessions.write() as session:
        attempt = session.execute(
            sa.select(Attempt).where(Attempt.token == token)
        ).scalar_one_or_none()
        if attempt is None:
            append(session, fact_of(rt, told, token=token))
            return
        record_on(rt, session, attempt, told)


def record_on(rt: Runtime, session: Session, attempt: Attempt, told: Told) -> None:
    """Store a fact about a call that we know; `attempt` is the one whose token it came under."""
    call = lock_call(session, attempt.call_id)
    session.refresh(attempt)
    about = subject(session, attempt, told)
    about_id = about.id if about else None
    if not append(session, fact_of(rt, told, call_id=call.id, attempt_id=about_id)):
        return
    if about is None and told.source != "conference":
        note_second(session, call, attempt, told.carrier_sid, rt.now())
    if told.room_sid and call.room_sid is None:
        call.room_sid = told.room_sid
    view = project(session, call)
    if about is not None:
        step_by_evidence(rt, session, about, told, view)
    wake_clock(session)


def subject(session: Session, attempt: Attempt, told: Told) -> Attempt | None:
    """Whom a fact is about: a room reports on all its legs under one token.

    None where the leg is not one of this call's: then the fact stands on the call alone.
    """
    if told.source != "conference":
        # A room's recording names no leg at all.
        foreign = told.carrier_sid and attempt.carrier_sid not in (None, told.carrier_sid)
        return None if foreign else attempt
    return session.execute(
        sa.select(Attempt).where(
            Attempt.carrier_sid == told.carrier_sid, Attempt.call_id == attempt.call_id
        )
    ).scalar_one_or_none()


def fact_of(rt: Runtime, told: Told, **place: Any) -> Fact:
    """The event's row; `place` says where it belongs."""
    return Fact(
        kind=told.kind,
        at=told.at,
        received_at=rt.now(),
        source=told.source,
        leg_status=told.leg_status,
        seq=told.seq,
        carrier_sid=told.carrier_sid,
        dedupe_key=told.dedupe_key,
        data=dict(told.data),
        params=dict(told.params),
        **place,
    )


def step_by_evidence(
    rt: Runtime, session: Session, attempt: Attempt, told: Told, view: CallView
) -> None:
    """T12, T13, T16: the carrier's word proves that the call exists, and perhaps that it ended."""
    if told.kind not in SIGNS_OF_LIFE:
        return
    leg = next((leg for leg in view.legs if leg.attempt_id == attempt.id), None)
    over = leg is not None and leg.ended_at is not None
    step = evidence_step(attempt.state, is_final=over)
    by = By(actor=told.source, at=rt.now(), reason=told.leg_status or told.kind)
    changes = sid_change(attempt, told.carrier_sid)
    changes["check_at"] = by.at + timedelta(seconds=SILENCE_SECONDS)
    if step is not None:
        take(session, attempt, step, by, **changes)
    elif "carrier_sid" in changes and attempt.state in (AttemptState.LIVE, AttemptState.DONE):
        attempt.carrier_sid = told.carrier_sid


def sid_change(attempt: Attempt, carrier_sid: str | None) -> dict[str, Any]:
    """The SID to write, where the carrier's word came before its receipt."""
    return {"carrier_sid": carrier_sid} if carrier_sid and attempt.carrier_sid is None else {}
