"""How those who help sit in a room: as the log says that they last asked."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.errors import NotLive
from dialer.carrier.port import Seat
from dialer.domain.words import AttemptState, Help, LegRole
from dialer.models.attempts import Attempt
from dialer.models.board import HELP_ASKED
from dialer.models.calls import CallEvent


def seat_of(session: Session, attempt: Attempt) -> Seat:
    """The seat of a leg that is about to be added to a room."""
    if attempt.role is not LegRole.SUPERVISOR:
        return Seat()
    return seat_for(session, attempt.call_id, last_wish(session, attempt))


def seat_for(session: Session, call_id: int, how: Help) -> Seat:
    """Who whispers is heard by the rep alone; the room never ends with a supervisor."""
    if how is Help.WHISPER:
        return Seat(coaches_sid=sid_of(session, call_id, LegRole.REP), ends_room=False)
    return Seat(muted=how is not Help.BARGE, ends_room=False)


def last_wish(session: Session, attempt: Attempt) -> Help:
    """What the one whose leg it is asked for last; unheard, where nobody knows."""
    asked = session.scalars(
        sa.select(CallEvent)
        .where(
            CallEvent.call_id == attempt.call_id,
            CallEvent.kind.startswith(HELP_ASKED, autoescape=True),
        )
        .order_by(CallEvent.id.desc())
    )
    kinds = (event.kind for event in asked if event.data.get("leg") == attempt.id)
    return Help(next(kinds, f"{HELP_ASKED}{Help.LISTEN}").removeprefix(HELP_ASKED))


def sid_of(session: Session, call_id: int, role: LegRole) -> str:
    """The carrier's name of a live leg."""
    sid = session.scalar(
        sa.select(Attempt.carrier_sid).where(
            Attempt.call_id == call_id,
            Attempt.role == role,
            Attempt.state == AttemptState.LIVE,
        )
    )
    if sid is None:
        raise NotLive
    return sid
