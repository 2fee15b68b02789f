"""Consequences: what follows from a call's events and is nobody's click.

Each verb looks at the database alone, may run in any number of processes at once, and can be
repeated: steps are compare-and-set, and to hang up what is over is nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from dialer.calling.budget import ask_carrier
from dialer.calling.control import look_soon
from dialer.calling.each import for_each
from dialer.calling.place import place_leg
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.domain.words import AttemptState, LegRole, Mode
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallEvent, CallLeg
from dialer.models.due import is_due
from dialer.models.events import Fact, append, lock_call, note_fact
from dialer.models.transitions import By
from dialer.models.withdrawals import withdraw_unsent
from dialer.runtime import Runtime

ROOM_GRACE_SECONDS = 2
HANG_UP_AGAIN_SECONDS = 15
BATCH = 100
HELPERS = (LegRole.SUPERVISOR, LegRole.COLLEAGUE)
NO_MORE = (
    AttemptState.CANCELLED,
    AttemptState.EXPIRED,
    AttemptState.REJECTED,
    AttemptState.CLOSED_UNKNOWN,
    AttemptState.NOT_PLACED,
)


def place_planned(rt: Runtime) -> int:
    """Place every leg whose turn has come, the customers of waiting reps first."""
    return for_each(due_legs(rt), lambda attempt_id: place_leg(rt, attempt_id, actor="clock"))


def due_legs(rt: Runtime) -> list[int]:
    """Planned legs of live calls that may be sent: a rep's, or a customer's whose rep waits."""
    rep_leg = aliased(CallLeg)
    waits = sa.exists().where(
        rep_leg.call_id == Call.id,
        rep_leg.role == LegRole.REP,
        rep_leg.joined_at.is_not(None),
        rep_leg.ended_at.is_(None),
    )
    with rt.sessions.read() as session:
        return list(
            session.execute(
                sa.select(Attempt.id)
                .join(Call, Call.id == Attempt.call_id)
                .where(
                    Attempt.state == AttemptState.PLANNED,
                    is_due(Attempt.not_before_at, rt.now()),
                    Call.ended_at.is_(None),
                    sa.or_(
                        Attempt.role == LegRole.REP,
                        Call.mode == Mode.MACHINE,
                        sa.and_(waits, Call.room_sid.is_not(None)),
                        sa.and_(Attempt.role.in_(HELPERS), Call.room_sid.is_not(None)),
                    ),
                )
                .order_by(Attempt.role != LegRole.CUSTOMER, Attempt.id)
                .limit(BATCH)
            ).scalars()
        )


def find_rooms(rt: Runtime) -> int:
    """Learn a room's SID by asking, where the rep's `participant-join` was lost."""
    return for_each(rooms_unheard_of(rt), lambda room: find_room(rt, *room))


def rooms_unheard_of(rt: Runtime) -> list[tuple[int, str]]:
    """Calls whose rep was sent into a room that we have not heard of since."""
    heard_before = rt.now() - timedelta(seconds=ROOM_GRACE_SECONDS)
    with rt.sessions.read() as session:
        rows = session.execute(
            sa.select(Call.id, Call.room)
            .join(CallLeg, CallLeg.call_id == Call.id)
            .where(
                Call.ended_at.is_(None),
                Call.mode == Mode.REP,
                CallLeg.role == LegRole.REP,
                CallLeg.answered_at < heard_before,
                CallLeg.ended_at.is_(None),
                sa.or_(Call.room_sid.is_(None), CallLeg.joined_at.is_(None)),
            )
            .limit(BATCH)
        )
        return [(row.id, row.room) for row in rows]


def find_room(rt: Runtime, call_id: int, room: str) -> bool:
    """Ask for a room by name and, if it is open, note that the rep is in it."""
    try:
        room_sid = ask_carrier(rt, lambda: rt.carrier.find_room(room))
    except CarrierRefused:
        return False
    if room_sid is None:
        return False
    with rt.sessions.write() as session:
        call = lock_call(session, call_id)
        rep = session.execute(
            sa.select(Attempt).where(Attempt.call_id == call_id, Attempt.role == LegRole.REP)
        ).scalar_one()
        call.room_sid = room_sid
        now = rt.now()
        note_fact(
            session,
            call,
            Fact(kind="joined", at=now, received_at=now, source="poll", call_id=call_id,
                 attempt_id=rep.id, carrier_sid=rep.carrier_sid,
                 dedupe_key=f"joined:{rep.id}:poll"),
        )  # fmt: skip
    return True


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """A leg that lives on though its call has no use for it any more."""

    call_id: int
    attempt_id: int
    carrier_sid: str


def clear_calls(rt: Runtime) -> int:
    """End what a lost partner leaves behind: no customer with nobody in the room."""
    with rt.sessions.read() as session:
        halves = half_dead_calls(session, rt.now()) | ended_with_legs(session)
    return for_each(sorted(halves), lambda call_id: clear_call(rt, call_id))


def clear_call(rt: Runtime, call_id: int) -> bool:
    """Withdraw what was not sent, and hang up what is."""
    with rt.sessions.write() as session:
        call = lock_call(session, call_id)
        by = By(actor="clock", at=rt.now(), reason="the other side has left")
        withdraw_unsent(session, call, by)
        leftovers = leftover_legs(session, call_id, rt.now())
    for leftover in leftovers:
        hang_up_leftover(rt, leftover)
    return True


def half_dead_calls(session: Session, now: datetime) -> set[int]:
    """Live calls of which one side is over, or will never come.

    A talk that is over gets a grace, for the carrier ends the room by itself.
    """
    talked = sa.or_(
        Call.answered_at.is_(None),
        CallLeg.ended_at < now - timedelta(seconds=ROOM_GRACE_SECONDS),
    )
    over = (CallLeg.call_id == Call.id, CallLeg.ended_at.is_not(None), talked)
    customer_over = sa.exists().where(CallLeg.role == LegRole.CUSTOMER, *over)
    rep_over = sa.exists().where(CallLeg.role == LegRole.REP, *over)
    colleague = aliased(CallLeg)
    handed_on = sa.exists().where(
        colleague.call_id == Call.id,
        colleague.role == LegRole.COLLEAGUE,
        colleague.ended_at.is_(None),
    )
    withdrawn = sa.exists().where(
        Attempt.call_id == Call.id,
        Attempt.role == LegRole.CUSTOMER,
        Attempt.state.in_(NO_MORE),
    )
    # Somebody asked for the end, and the carrier did not hear of it.
    asked = sa.exists().where(
        CallEvent.call_id == Call.id,
        CallEvent.kind == "hangup_asked",
        CallEvent.at < now - timedelta(seconds=ROOM_GRACE_SECONDS),
    )
    return set(
        session.execute(
            sa.select(Call.id)
            .where(
                Call.ended_at.is_(None),
                sa.or_(
                    sa.and_(asked, ~handed_on),
                    sa.and_(
                        Call.mode == Mode.REP,
                        sa.or_(customer_over, sa.and_(rep_over, ~handed_on), withdrawn),
                    ),
                ),
            )
            .limit(BATCH)
        ).scalars()
    )


def ended_with_legs(session: Session) -> set[int]:
    """Calls that are over while a leg of theirs is still planned or alive."""
    return set(
        session.execute(
            sa.select(Call.id)
            .distinct()
            .join(Attempt, Attempt.call_id == Call.id)
            .outerjoin(CallLeg, CallLeg.id == Attempt.id)
            .where(
                Call.ended_at.is_not(None),
                sa.or_(
                    Attempt.state.in_((AttemptState.PLANNED, AttemptState.CLAIMED)),
                    sa.and_(Attempt.state == AttemptState.LIVE, CallLeg.ended_at.is_(None)),
                ),
            )
            .limit(BATCH)
        ).scalars()
    )


def leftover_legs(session: Session, call_id: int, now: datetime) -> list[Leftover]:
    """Live legs of a call that have not been hung up just now."""
    recently = now - timedelta(seconds=HANG_UP_AGAIN_SECONDS)
    sent = sa.exists().where(
        CallEvent.call_id == call_id,
        CallEvent.kind == "hangup_sent",
        CallEvent.attempt_id == Attempt.id,
        CallEvent.at > recently,
    )
    rows = session.execute(
        sa.select(Attempt.id, Attempt.carrier_sid)
        .outerjoin(CallLeg, CallLeg.id == Attempt.id)
        .where(
            Attempt.call_id == call_id,
            Attempt.state == AttemptState.LIVE,
            Attempt.carrier_sid.is_not(None),
            CallLeg.ended_at.is_(None),
            ~sent,
        )
    )
    return [
        Leftover(call_id=call_id, attempt_id=attempt_id, carrier_sid=carrier_sid)
        for attempt_id, carrier_sid in rows
        if carrier_sid
    ]


def hang_up_leftover(rt: Runtime, leftover: Leftover) -> None:
    """Write that it is hung up, then do; if the request fails, a later round repeats it."""
    with rt.sessions.write() as session:
        now = rt.now()
        look_soon(session.get_one(Attempt, leftover.attempt_id), now)
        append(
            session,
            Fact(
                kind="hangup_sent",
                at=now,
                received_at=now,
                call_id=leftover.call_id,
                attempt_id=leftover.attempt_id,
                dedupe_key=f"hangup_sent:{leftover.attempt_id}:{now.isoformat()}",
            ),
        )
    try:
        rt.carrier.hang_up(leftover.carrier_sid)
    except (CarrierRefused, CarrierUncertain):
        return
