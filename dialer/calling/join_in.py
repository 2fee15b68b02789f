"""Others in the room: a supervisor listens, whispers or joins; a colleague takes over."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.errors import NoPhone, NotLive, NotYours, RepBusy
from dialer.calling.legs import plan_own_leg
from dialer.calling.place import place_leg
from dialer.calling.talk import is_free
from dialer.carrier.port import Seat
from dialer.domain.words import AttemptState, LegRole
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallLeg
from dialer.models.events import Fact, append, lock_call
from dialer.models.people import AuditEntry, User
from dialer.models.transitions import By
from dialer.runtime import Runtime

ALIVE = (AttemptState.PLANNED, AttemptState.CLAIMED, AttemptState.DIALING, AttemptState.LIVE)


class Help(StrEnum):
    """How a supervisor takes part: unheard, heard by the rep, heard by both, or not."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    LEAVE = "leave"


def supervise(rt: Runtime, call_id: int, user_id: int, how: Help) -> None:
    """Bring a supervisor's telephone into the room, or change how it sits there.

    Whoever is not in the room yet comes in unheard, and is asked again to whisper or to join.
    """
    with rt.sessions.write() as session:
        call = live_call(session, call_id)
        supervisor = session.get_one(User, user_id)
        attempt = find_helper(session, call.id, LegRole.SUPERVISOR, supervisor)
        note(rt, session, call, supervisor, f"supervise_{how}")
        new = None
        if attempt is None:
            if how is Help.LEAVE:
                return
            new = plan_helper(rt, session, call, supervisor, LegRole.SUPERVISOR).id
        room_sid, sid = str(call.room_sid), attempt.carrier_sid if attempt else None
        seat = seat_for(session, call.id, how)
    if new is not None:
        place_leg(rt, new, actor="web")
    elif sid is None:
        raise NotLive
    elif how is Help.LEAVE:
        rt.carrier.hang_up(sid)
    else:
        rt.carrier.reseat(room_sid, sid, seat)


def seat_for(session: Session, call_id: int, how: Help) -> Seat:
    """Who whispers is heard by the rep alone; the room never ends with a supervisor."""
    if how is Help.WHISPER:
        return Seat(coaches_sid=sid_of(session, call_id, LegRole.REP), ends_room=False)
    return Seat(muted=how is not Help.BARGE, ends_room=False)


def transfer(rt: Runtime, call_id: int, user_id: int, to_user_id: int) -> None:
    """Ring a colleague into the room; from now on the rep may leave without ending it.

    Raises NotLive, NotYours, NoPhone, and RepBusy where the colleague talks already.
    """
    with rt.sessions.write() as session:
        call = live_call(session, call_id)
        if call.rep_id != user_id:
            raise NotYours
        colleague = session.get(User, to_user_id)
        if colleague is None or to_user_id == user_id or colleague.phone is None:
            raise NoPhone
        if not is_free(session, colleague):
            raise RepBusy(call.id)
        rep_sid = sid_of(session, call.id, LegRole.REP)
        room_sid = str(call.room_sid)
        new = plan_helper(rt, session, call, colleague, LegRole.COLLEAGUE).id
        note(rt, session, call, session.get_one(User, user_id), "transfer_asked")
    place_leg(rt, new, actor="web")
    rt.carrier.reseat(room_sid, rep_sid, Seat(ends_room=False))


def live_call(session: Session, call_id: int) -> Call:
    """The call, held, with the customer in its room."""
    call = lock_call(session, call_id)
    if call.ended_at is not None or call.room_sid is None or call.answered_at is None:
        raise NotLive
    return call


def find_helper(session: Session, call_id: int, role: LegRole, user: User) -> Attempt | None:
    """The leg by which one of us is in the call already."""
    return session.execute(
        sa.select(Attempt)
        .outerjoin(CallLeg, CallLeg.id == Attempt.id)
        .where(
            Attempt.call_id == call_id,
            Attempt.role == role,
            Attempt.address == user.phone,
            Attempt.state.in_(ALIVE),
            CallLeg.ended_at.is_(None),
        )
        .limit(1)
    ).scalar_one_or_none()


def sid_of(session: Session, call_id: int, role: LegRole) -> str:
    """The carrier's name of a live leg."""
    sid = session.execute(
        sa.select(Attempt.carrier_sid).where(
            Attempt.call_id == call_id,
            Attempt.role == role,
            Attempt.state == AttemptState.LIVE,
        )
    ).scalar()
    if sid is None:
        raise NotLive
    return sid


def plan_helper(rt: Runtime, session: Session, call: Call, user: User, role: LegRole) -> Attempt:
    """A leg of its own for one who joins in."""
    if user.phone is None:
        raise NoPhone
    by = By(actor="web", at=rt.now(), reason=str(role))
    return plan_own_leg(rt, session, call, user, role, f"{role}:{call.id}:{rt.token()}", by)


def note(rt: Runtime, session: Session, call: Call, user: User, what: str) -> None:
    """On the call for the board, and in the audit log, for a call was listened to."""
    now = rt.now()
    append(
        session,
        Fact(
            kind=what,
            at=now,
            received_at=now,
            call_id=call.id,
            user_id=user.id,
            dedupe_key=f"{what}:{call.id}:{rt.token()}",
        ),
    )
    session.add(
        AuditEntry(
            at=now,
            actor_id=user.id,
            action=what,
            subject_kind="call",
            subject_id=call.id,
            detail={},
        )
    )
