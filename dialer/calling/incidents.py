"""What must never happen and still may: written on the call, dealt with by the clock."""

from datetime import datetime

from sqlalchemy.orm import Session

from dialer.models.attempts import Attempt
from dialer.models.calls import Call
from dialer.models.events import Fact, note_fact

SECOND_CALL = "second_call"
SECOND_ENDED = "second_ended"


def note_second(
    session: Session, call: Call, attempt: Attempt, carrier_sid: str | None, at: datetime
) -> None:
    """T17: a second call under one token; the clock hangs it up."""
    note_fact(
        session,
        call,
        Fact(kind=SECOND_CALL, at=at, received_at=at, call_id=call.id,
             carrier_sid=carrier_sid, data={"of_attempt_id": attempt.id},
             dedupe_key=f"second:{carrier_sid}"),
    )  # fmt: skip


def ended_second(call_id: int, carrier_sid: str, at: datetime) -> Fact:
    """The second call was hung up."""
    return Fact(
        kind=SECOND_ENDED, at=at, received_at=at, call_id=call_id, carrier_sid=carrier_sid,
        dedupe_key=f"second_ended:{carrier_sid}",
    )  # fmt: skip
