"""What people do to a live call: hang up, hold; and to the floor: stop it."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.errors import NotLive
from dialer.calling.stops import go_on
from dialer.domain.attempt import HUNG_UP_SECONDS
from dialer.domain.words import AttemptState, EndedBy, LegRole, LegStatus
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallLeg
from dialer.models.events import Fact, append, lock_call, note_fact
from dialer.models.people import AuditEntry
from dialer.models.switches import HOLD, throw
from dialer.models.transitions import By
from dialer.models.wake import wake_clock
from dialer.models.withdrawals import withdraw_unsent
from dialer.runtime import Runtime


def hang_up(rt: Runtime, call_id: int, by: EndedBy, user_id: int | None) -> None:
    """End a call on all its legs. Whatever was not sent yet is never sent.

    A rep who has handed the customer on to a colleague leaves, and the two go on talking.
    """
    with rt.sessions.write() as session:
        call = lock_call(session, call_id)
        if call.ended_at is not None:
            raise NotLive
        now = rt.now()
        append(
            session,
            Fact(kind="hangup_asked", at=now, received_at=now, call_id=call.id, user_id=user_id,
                 data={"by": str(by)}, dedupe_key=f"hangup:{call.id}:{by}:{user_id}"),
        )  # fmt: skip
        withdraw_unsent(session, call, By(actor="web", at=now, reason=f"hang-up by {by}"))
        leaves = by is EndedBy.REP and is_handed_on(session, call.id)
        sids = live_sids(session, call.id, now, only=LegRole.REP if leaves else None)
        wake_clock(session)
    for carrier_sid in sids:
        rt.carrier.hang_up(carrier_sid)


def is_handed_on(session: Session, call_id: int) -> bool:
    """Whether a colleague is in the call."""
    return session.execute(
        sa.select(
            sa.exists().where(
                CallLeg.call_id == call_id,
                CallLeg.role == LegRole.COLLEAGUE,
                CallLeg.answered_at.is_not(None),
                CallLeg.ended_at.is_(None),
            )
        )
    ).scalar_one()


def live_sids(
    session: Session, call_id: int, now: datetime, only: LegRole | None = None
) -> list[str]:
    """The carrier's names of the legs that may be alive, the customer's first.

    They are looked at soon: a leg that is cancelled while it is queued sends no callback.
    """
    found = session.execute(
        sa.select(Attempt)
        .where(
            Attempt.call_id == call_id,
            Attempt.state == AttemptState.LIVE,
            Attempt.carrier_sid.is_not(None),
            Attempt.role == only if only else sa.true(),
        )
        .order_by(Attempt.role != LegRole.CUSTOMER, Attempt.id)
    ).scalars()
    sids = []
    for attempt in found:
        look_soon(attempt, now)
        sids.append(str(attempt.carrier_sid))
    return sids


def look_soon(attempt: Attempt, now: datetime) -> None:
    """Fetch a leg soon, and not later for being hung up again."""
    soon = now + timedelta(seconds=HUNG_UP_SECONDS)
    attempt.check_at = min(attempt.check_at or soon, soon)


def hold_call(rt: Runtime, call_id: int, on: bool, user_id: int) -> None:
    """Put the customer on hold, or back; the carrier's own event writes the log."""
    with rt.sessions.read() as session:
        call = session.get_one(Call, call_id)
        leg = session.execute(
            sa.select(CallLeg).where(
                CallLeg.call_id == call_id,
                CallLeg.role == LegRole.CUSTOMER,
                CallLeg.status == LegStatus.IN_PROGRESS,
            )
        ).scalar_one_or_none()
        if call.room_sid is None or leg is None:
            raise NotLive
        room_sid, sid = call.room_sid, session.get_one(Attempt, leg.id).carrier_sid
    if sid is None:
        raise NotLive
    rt.carrier.hold(room_sid, sid, on=on)
    with rt.sessions.write() as session:
        call = lock_call(session, call_id)
        now = rt.now()
        kind = "held" if on else "unheld"
        note_fact(
            session,
            call,
            Fact(kind=kind, at=now, received_at=now, call_id=call_id, attempt_id=leg.id,
                 user_id=user_id, dedupe_key=f"{kind}:{leg.id}:{now.isoformat()}"),
        )  # fmt: skip


def set_hold(rt: Runtime, on: bool, reason: str, user_id: int | None) -> None:
    """Throw the kill switch: no new call is placed, whoever asks; or let calls go on.

    That also closes every breaker. Raises NotAudited while a gap is not looked through.
    """
    with rt.sessions.write() as session:
        now = rt.now()
        if on:
            throw(session, HOLD, on=True, at=now, reason=reason, user_id=user_id)
        else:
            go_on(session, now, reason, user_id)
        session.add(
            AuditEntry(at=now, actor_id=user_id, action="hold_on" if on else "hold_off",
                       subject_kind="floor", subject_id=None, detail={"reason": reason})
        )  # fmt: skip
        wake_clock(session)
