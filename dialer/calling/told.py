"""Recording what the carrier tells of one call: one durable transaction, and nothing else happens.

What it tells of many calls at once is recorded by `told_together`.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.incidents import note_late, note_second, owner_of
from dialer.carrier.port import Told
from dialer.domain.attempt import CANCEL, SILENCE_SECONDS, Step, evidence_step
from dialer.domain.call import CallView
from dialer.domain.words import AttemptState, IncidentKind
from dialer.models.attempts import Attempt
from dialer.models.events import Fact, append, lock_call, project
from dialer.models.incidents import Incident, note_incident
from dialer.models.transitions import By, take
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime

SIGNS_OF_LIFE = ("leg", "asked", "joined")
# What has a call at the carrier, or may have one; any other has none as far as we were told.
MAY_LIVE = (
    AttemptState.DIALING, AttemptState.UNKNOWN, AttemptState.LIVE, AttemptState.DONE,
)  # fmt: skip


def record_alone(rt: Runtime, token: str, told: Told) -> None:
    """Store a fact, fold its call, step its attempt. Repeats change nothing.

    A signed fact for a token that we do not know is kept as an orphan.
    """
    with rt.sessions.write() as session:
        attempt = session.execute(
            sa.select(Attempt).where(Attempt.token == token)
        ).scalar_one_or_none()
        if attempt is not None:
            record_on(rt, session, attempt, told)
        elif append(session, fact_of(rt, told, token=token)):
            report_stranger(session, told, rt.now())


def report_stranger(session: Session, told: Told, at: datetime) -> None:
    """Tell people about a call that nobody here has placed; the audit looks into it."""
    note_incident(
        session,
        Incident(
            kind=IncidentKind.STRANGE_CALLBACK, at=at, carrier_sid=told.carrier_sid,
            dedupe_key=f"strange_callback:{told.carrier_sid}", data={"source": told.source},
        ),
    )  # fmt: skip


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
    if told.source == "conference" and told.carrier_sid is None:
        return None  # the room's own beginning or end
    if told.source == "conference":
        return session.execute(
            sa.select(Attempt).where(
                Attempt.carrier_sid == told.carrier_sid, Attempt.call_id == attempt.call_id
            )
        ).scalar_one_or_none()
    # A room's recording names no leg at all.
    if not told.carrier_sid or attempt.carrier_sid == told.carrier_sid:
        return attempt
    is_first = attempt.carrier_sid is None and owner_of(session, told.carrier_sid) is None
    return attempt if is_first else None


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
    """T12, T13, T16: the carrier's word proves that the call exists, and perhaps that it ended.

    T17: a call that came to light after it was given up is not to live.
    """
    if told.kind not in SIGNS_OF_LIFE:
        return
    step, over = step_for(attempt.id, attempt.state, told, view)
    by = by_word(rt, told)
    changes = sid_change(attempt, told.carrier_sid)
    changes["check_at"] = by.at + timedelta(seconds=SILENCE_SECONDS)
    if step is not None:
        take(session, attempt, step, by, **changes)
    elif "carrier_sid" in changes:
        attempt.carrier_sid, attempt.check_at = told.carrier_sid, changes["check_at"]
    if attempt.state not in MAY_LIVE or attempt.token_revoked_at is not None:
        end_unwanted(session, attempt, told.carrier_sid, by, alive=not over)


def step_for(
    attempt_id: int, state: AttemptState, told: Told, view: CallView
) -> tuple[Step | None, bool]:
    """The step that a fact calls for, and whether its leg is over."""
    leg = next((leg for leg in view.legs if leg.attempt_id == attempt_id), None)
    over = leg is not None and leg.ended_at is not None
    is_sign = told.kind in SIGNS_OF_LIFE
    return evidence_step(state, is_final=over) if is_sign else None, over


def by_word(rt: Runtime, told: Told) -> By:
    """The carrier steps, by what it told."""
    return By(actor=told.source, at=rt.now(), reason=told.leg_status or told.kind)


def end_unwanted(
    session: Session, attempt: Attempt, carrier_sid: str | None, by: By, *, alive: bool
) -> None:
    """T17: whatever was refused or given up and rings after all is ended, and never sent again."""
    why = By(actor=by.actor, at=by.at, reason="it was placed after all")
    take(session, attempt, CANCEL, why)
    if alive or attempt.state is AttemptState.CANCELLED:
        note_late(session, attempt, carrier_sid, by.at, alive=alive)


def sid_change(attempt: Attempt, carrier_sid: str | None) -> dict[str, Any]:
    """The SID to write, where the carrier's word came before its receipt."""
    return {"carrier_sid": carrier_sid} if carrier_sid and attempt.carrier_sid is None else {}
