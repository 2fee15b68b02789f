"""What the clock does for calls without a rep while they run."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from dialer.calling.control import hang_up
from dialer.calling.errors import NotLive
from dialer.calling.gate import ask_gate
from dialer.calling.talk import CALL_BACK_STEP, VOICEMAIL_STEP
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.domain.verdict import Allowed
from dialer.domain.words import (
    AnsweredBy,
    AttemptState,
    EndedBy,
    LegRole,
    LegStatus,
    Mode,
    Purpose,
)
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallEvent, CallLeg
from dialer.models.events import Fact, append
from dialer.runtime import Runtime

BATCH = 50


def leave_messages(rt: Runtime) -> int:
    """Where a machine has answered, leave the script for the message after the beep."""
    where = sa.and_(
        Call.mode == Mode.MACHINE,
        Call.answered_by.in_((AnsweredBy.MACHINE, AnsweredBy.FAX)),
    )
    return redirect_all(rt, where, VOICEMAIL_STEP)


def call_back_instead(rt: Runtime) -> int:
    """Where the owner did not come to the room, tell the customer who waits there."""
    rep_leg = aliased(CallLeg)
    gone = sa.exists().where(
        rep_leg.call_id == Call.id,
        rep_leg.role == LegRole.REP,
        rep_leg.ended_at.is_not(None),
        rep_leg.joined_at.is_(None),
    )
    return redirect_all(rt, sa.and_(Call.mode == Mode.MACHINE, gone), CALL_BACK_STEP)


def redirect_all(rt: Runtime, which: sa.ColumnElement[bool], step: str) -> int:
    """Redirect the live customer legs of some calls to a step, once each."""
    sent = sa.exists().where(CallEvent.call_id == Call.id, CallEvent.kind == f"redirected_{step}")
    with rt.sessions.read() as session:
        legs = session.execute(
            sa.select(Call.id, Attempt.id, Attempt.token, Attempt.carrier_sid)
            .join(Attempt, Attempt.call_id == Call.id)
            .where(
                Call.ended_at.is_(None),
                Attempt.role == LegRole.CUSTOMER,
                Attempt.state == AttemptState.LIVE,
                which,
                ~sent,
            )
            .limit(BATCH)
        ).all()
    return sum(
        redirect(rt, call_id, attempt_id, token, str(sid), step)
        for call_id, attempt_id, token, sid in legs
    )


def redirect(
    rt: Runtime, call_id: int, attempt_id: int, token: str, carrier_sid: str, step: str
) -> bool:
    """Redirect one leg; a doubt is not repeated, for what is heard twice confuses."""
    try:
        rt.carrier.ask_again(carrier_sid, token, step)
    except CarrierRefused:
        return False
    except CarrierUncertain:
        pass
    with rt.sessions.write() as session:
        now = rt.now()
        append(
            session,
            Fact(
                kind=f"redirected_{step}",
                at=now,
                received_at=now,
                call_id=call_id,
                attempt_id=attempt_id,
                dedupe_key=f"redirected:{attempt_id}:{step}",
            ),
        )
    return True


def cancel_late(rt: Runtime) -> int:
    """T18: a call that the carrier still holds back when its window has closed is cancelled."""
    with rt.sessions.read() as session:
        queued = session.execute(
            sa.select(Call.id, Call.number_id, Call.contact_id, Call.purpose, Call.mode)
            .join(CallLeg, CallLeg.call_id == Call.id)
            .join(Attempt, Attempt.id == CallLeg.id)
            .where(
                Call.ended_at.is_(None),
                CallLeg.role == LegRole.CUSTOMER,
                CallLeg.status == LegStatus.QUEUED,
                Attempt.state == AttemptState.LIVE,
            )
            .limit(BATCH)
        ).all()
    return sum(cancel_if_late(rt, *row) for row in queued)


def cancel_if_late(
    rt: Runtime,
    call_id: int,
    number_id: int,
    contact_id: int | None,
    purpose: Purpose,
    mode: Mode,
) -> bool:
    """Ask the gate about a call that still waits in the carrier's queue."""
    verdict = ask_gate(
        rt,
        number_id=number_id,
        contact_id=contact_id,
        purpose=purpose,
        mode=mode,
        except_call_id=call_id,
    )
    if isinstance(verdict, Allowed):
        return False
    try:
        hang_up(rt, call_id, EndedBy.MACHINE, None)
    except NotLive:
        return False
    return True
