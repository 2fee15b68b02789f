"""A call that is over and logged, without the minutes that it took."""

from datetime import timedelta
from typing import Any

from dialer.domain.words import (
    AttemptState,
    CallStatus,
    EndedBy,
    LegRole,
    LegStatus,
    Mode,
    Outcome,
    Purpose,
)
from dialer.models import Attempt, Call, CallLeg
from tests.world import World


def log_call(world: World, talk_seconds: int = 60, **fields: Any) -> int:
    """A talk of the first rep with the first customer, that the customer ended."""
    now, here = world.rt.now(), world.here
    defaults: dict[str, Any] = {
        "room": world.rt.token(), "purpose": Purpose.FOLLOW_UP, "mode": Mode.REP,
        "rep_id": here.rep_id, "account_id": here.account_id, "contact_id": here.contact_id,
        "number_id": here.number_id, "brief_point": "三年保修", "created_at": now,
        "status": CallStatus.ENDED, "answered_at": now, "outcome": Outcome.TALKED,
        "ended_at": now + timedelta(seconds=talk_seconds), "ended_by": EndedBy.CUSTOMER,
    }  # fmt: skip
    with world.sessions.write() as session:
        call = Call(**{**defaults, **fields})
        session.add(call)
        session.flush()
        attempt = Attempt(
            call_id=call.id, occurrence=call.room, role=LegRole.CUSTOMER, token=call.room,
            state=AttemptState.DONE, from_number="+862155550100", created_at=now,
            not_before_at=now,
        )  # fmt: skip
        session.add(attempt)
        session.flush()
        session.add(
            CallLeg(
                id=attempt.id, call_id=call.id, role=LegRole.CUSTOMER, answered_at=now,
                status=LegStatus.COMPLETED, ring_seconds=8, talk_seconds=talk_seconds,
            )
        )  # fmt: skip
        return call.id
