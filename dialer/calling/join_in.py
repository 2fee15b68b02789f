"""Others in the room: a supervisor listens, whispers or joins; somebody else takes over."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.errors import NoPhone, NotLive, NotYours, Refused, RepBusy
from dialer.calling.gate import decide
from dialer.calling.legs import plan_helping_leg
from dialer.calling.place import place_leg
from dialer.calling.seats import seat_for, sid_of
from dialer.calling.talk import is_free
from dialer.carrier.port import Seat
from dialer.domain.phone import normalise
from dialer.domain.verdict import Allowed, Verdict
from dialer.domain.words import AttemptState, Help, LegRole, Mode
from dialer.models.attempts import Attempt
from dialer.models.board import HELP_ASKED
from dialer.models.browser_phones import address_of, addresses_of
from dialer.models.calls import Call, CallLeg
from dialer.models.events import Fact, append, lock_call
from dialer.models.numbers import ensure_number
from dialer.models.people import AuditEntry, User
from dialer.models.transitions import By
from dialer.models.verdicts import Asked
from dialer.runtime import Runtime

ALIVE = (AttemptState.PLANNED, AttemptState.CLAIMED, AttemptState.DIALING, AttemptState.LIVE)


def supervise(rt: Runtime, call_id: int, user_id: int, how: Help) -> None:
    """Bring a supervisor's telephone into the room, or change how it sits there.

    Raises NotLive, also while the telephone still rings, and NoPhone.
    """
    with rt.sessions.write() as session:
        call = live_call(session, call_id)
        supervisor = session.get_one(User, user_id)
        address = address_of(session, supervisor, rt.now())
        known = find_helper(session, call.id, LegRole.SUPERVISOR, supervisor)
        if known is None and how is Help.LEAVE:
            return
        leg = known or plan_helper(rt, session, call, LegRole.SUPERVISOR, address)
        note(rt, session, call, supervisor, f"{HELP_ASKED}{how}", leg)
        leg_id, sid, room_sid = leg.id, leg.carrier_sid, str(call.room_sid)
        seat = seat_for(session, call.id, how)
    if known is None:
        place_leg(rt, leg_id, actor="web")
    elif sid is None:
        raise NotLive
    elif how is Help.LEAVE:
        rt.carrier.hang_up(sid)
    else:
        rt.carrier.reseat(room_sid, sid, seat)


def transfer(rt: Runtime, call_id: int, user_id: int, to_user_id: int) -> None:
    """Ring a colleague into the room; from now on the rep may leave without ending it.

    Raises NotLive, NotYours, NoPhone, and RepBusy where the colleague talks already.
    """
    with rt.sessions.write() as session:
        call = own_call(session, call_id, user_id)
        colleague = session.get(User, to_user_id)
        if colleague is None or to_user_id == user_id:
            raise NoPhone
        address = address_of(session, colleague, rt.now())
        if address is not None and not is_free(session, colleague, rt.now()):
            raise RepBusy(call.id)
        handing = hand_on(rt, session, call, address)
    finish_handing(rt, *handing)


def transfer_to_number(rt: Runtime, call_id: int, user_id: int, typed: str) -> None:
    """Ring any telephone into the room, if the gate lets it be rung; else as `transfer`.

    Raises NumberError for what is no number, and Refused.
    """
    e164 = normalise(typed, rt.settings.default_region)
    with rt.sessions.write() as session:
        call = own_call(session, call_id, user_id)
        verdict = ask_for_number(rt, session, call, e164)
        handing = hand_on(rt, session, call, e164) if isinstance(verdict, Allowed) else None
    if handing is None:
        raise Refused(verdict)
    finish_handing(rt, *handing)


def ask_for_number(rt: Runtime, session: Session, call: Call, e164: str) -> Verdict:
    """One gate before every dial; the answer is kept with the call."""
    number = ensure_number(session, e164, rt.now())
    asked = Asked(
        number_id=number.id, purpose=call.purpose, mode=Mode.REP, asked_by_id=call.rep_id,
        call_id=call.id,
    )  # fmt: skip
    return decide(rt, session, asked, None)


def hand_on(rt: Runtime, session: Session, call: Call, address: str | None) -> tuple[int, str, str]:
    """Plan the leg that takes over: its attempt, the room, and the rep's own leg in it."""
    rep_sid = sid_of(session, call.id, LegRole.REP)
    leg = plan_helper(rt, session, call, LegRole.COLLEAGUE, address)
    note(rt, session, call, session.get_one(User, call.rep_id), "transfer_asked", leg)
    return leg.id, str(call.room_sid), rep_sid


def finish_handing(rt: Runtime, attempt_id: int, room_sid: str, rep_sid: str) -> None:
    """Ring, and let the room go on without the rep."""
    place_leg(rt, attempt_id, actor="web")
    rt.carrier.reseat(room_sid, rep_sid, Seat(ends_room=False))


def live_call(session: Session, call_id: int) -> Call:
    """The call, held, with the customer in its room."""
    call = lock_call(session, call_id)
    if call.ended_at is not None or call.room_sid is None or call.answered_at is None:
        raise NotLive
    return call


def own_call(session: Session, call_id: int, user_id: int) -> Call:
    """The same, if it is the user's."""
    call = live_call(session, call_id)
    if call.rep_id != user_id:
        raise NotYours
    return call


def find_helper(session: Session, call_id: int, role: LegRole, user: User) -> Attempt | None:
    """The leg by which one of us is in the call already."""
    return session.execute(
        sa.select(Attempt)
        .outerjoin(CallLeg, CallLeg.id == Attempt.id)
        .where(
            Attempt.call_id == call_id,
            Attempt.role == role,
            Attempt.address.in_(addresses_of(user)),
            Attempt.state.in_(ALIVE),
            CallLeg.ended_at.is_(None),
        )
        .limit(1)
    ).scalar_one_or_none()


def plan_helper(
    rt: Runtime, session: Session, call: Call, role: LegRole, address: str | None
) -> Attempt:
    """A leg of its own for one who joins in."""
    if address is None:
        raise NoPhone
    by = By(actor="web", at=rt.now(), reason=str(role))
    occurrence = f"{role}:{call.id}:{rt.token()}"
    return plan_helping_leg(rt, session, call, address, role, occurrence, by)


def note(rt: Runtime, session: Session, call: Call, user: User, what: str, leg: Attempt) -> None:
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
            data={"leg": leg.id},
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
