"""What the clock does for calls without a rep while they run."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from dialer.calling.control import hang_up
from dialer.calling.each import for_each
from dialer.calling.errors import NotLive
from dialer.calling.talk import CALL_BACK_STEP, VOICEMAIL_STEP
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.domain.money import ReceivableState
from dialer.domain.words import AnsweredBy, AttemptState, EndedBy, LegRole, Mode
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallEvent, CallLeg, CallTask
from dialer.models.events import Fact, append
from dialer.models.money import Receivable
from dialer.models.withdrawals import ASKS
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


def withdraw_settled(rt: Runtime) -> int:
    """Hang up what still waits or rings at the carrier about money that has come in meanwhile.

    Who has answered already hears a thank-you instead; a rep who talks knows what to say.
    """
    with rt.sessions.read() as session:
        ringing = session.scalars(
            sa.select(Call.id)
            .join(CallTask, CallTask.id == Call.task_id)
            .join(Receivable, Receivable.id == CallTask.receivable_id)
            .where(
                Call.ended_at.is_(None),
                Call.answered_at.is_(None),
                CallTask.purpose.in_(ASKS),
                sa.or_(
                    Receivable.state != ReceivableState.OPEN,
                    Receivable.paid_minor >= Receivable.amount_minor,
                ),
                ~sa.exists().where(CallEvent.call_id == Call.id, CallEvent.kind == "hangup_asked"),
            )
            .limit(BATCH)
        ).all()
    return for_each(ringing, lambda call_id: hang_up_settled(rt, call_id))


def hang_up_settled(rt: Runtime, call_id: int) -> bool:
    """End a call that is of no use any more; what ended by itself is fine."""
    try:
        hang_up(rt, call_id, EndedBy.MACHINE, None)
    except NotLive:
        return False
    return True


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
