"""Not being rung for a while: a pause is an event, as everything that the floor shows."""

from datetime import datetime

from sqlalchemy.orm import Session

from dialer.domain.words import PauseReason
from dialer.models.events import Fact, append
from dialer.models.people import User
from dialer.runtime import Runtime


def pause(rt: Runtime, user_id: int, reason: PauseReason) -> None:
    """Ring a user no more, after the call that may live. Another reason goes on with the pause."""
    with rt.sessions.write() as session:
        user, now = session.get_one(User, user_id, with_for_update=True), rt.now()
        if user.pause_reason is reason and user.paused_at is not None:
            return
        user.paused_at = user.paused_at or now
        user.pause_reason = reason
        note_pause(session, user, "paused", now, reason)


def resume(rt: Runtime, user_id: int) -> None:
    """Be rung again; whoever does not pause goes on."""
    with rt.sessions.write() as session:
        end_pause(session, session.get_one(User, user_id, with_for_update=True), rt.now())


def end_pause(session: Session, user: User, now: datetime) -> None:
    """The pause is over, in the caller's transaction."""
    if user.paused_at is None:
        return
    note_pause(session, user, "resumed", now, user.pause_reason)
    user.paused_at = user.pause_reason = None


def note_pause(
    session: Session, user: User, kind: str, now: datetime, reason: PauseReason | None
) -> None:
    """On the log, which wakes every board."""
    append(
        session,
        Fact(
            kind=kind,
            at=now,
            received_at=now,
            user_id=user.id,
            data={"reason": str(reason)} if reason else {},
            dedupe_key=f"{kind}:{user.id}:{reason}:{now.isoformat()}",
        ),
    )
