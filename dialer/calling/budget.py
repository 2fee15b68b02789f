"""Asking the carrier without ringing anybody, within a budget that all processes share."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.models.pace import READS, hold_back, take_from_budget
from dialer.runtime import Runtime

READS_PER_SECOND = 5.0
BURST_SECONDS = 20.0
# When the carrier says that we ask too often.
BACK_OFF = timedelta(seconds=30)

Answer = TypeVar("Answer")


def ask_carrier(rt: Runtime, question: Callable[[], Answer]) -> Answer | None:
    """The answer, or None where there is none today: it proves nothing, and is asked again later.

    A question that the carrier understands and denies for good raises CarrierRefused.
    """
    with rt.sessions.write() as session:
        if not take_from_budget(session, rt.now(), READS_PER_SECOND, BURST_SECONDS):
            return None
    try:
        return question()
    except CarrierUncertain:
        return None
    except CarrierRefused as refusal:
        if refusal.permanent:
            raise
        if refusal.code:
            with rt.sessions.write() as session:
                now = rt.now()
                hold_back(session, READS, now, now + BACK_OFF + timedelta(seconds=BURST_SECONDS))
        return None
