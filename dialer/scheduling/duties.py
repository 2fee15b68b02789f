"""The clock's duties: name, function, seconds between two runs, and how many may run at once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.calling.dial_task import dial_due_tasks, expire_tasks, ring_due_reps
from dialer.calling.machine_run import call_back_instead, cancel_late, leave_messages
from dialer.calling.reconcile import (
    abandon_intents,
    poll_costs,
    poll_silent,
    release_claims,
    resolve_doubts,
)
from dialer.calling.settle import clear_calls, find_rooms, hang_up_seconds, place_planned
from dialer.calling.settle_task import mark_live, settle_tasks
from dialer.models.duties import record_run
from dialer.runtime import Runtime

log = logging.getLogger(__name__)

NOTED_EVERY = timedelta(seconds=15)


@dataclass(frozen=True)
class Duty:
    """One line of the table. A duty that is `prompt` is also run when the clock is woken."""

    name: str
    function: Callable[[Runtime], int]
    seconds: float
    prompt: bool = False
    at_once: int = 1


DUTIES = (
    Duty("place_planned", place_planned, 1, prompt=True, at_once=4),
    Duty("clear_calls", clear_calls, 1, prompt=True),
    Duty("dial_due_tasks", dial_due_tasks, 1, prompt=True),
    Duty("leave_messages", leave_messages, 1, prompt=True),
    Duty("call_back_instead", call_back_instead, 1, prompt=True),
    Duty("settle_tasks", settle_tasks, 1, prompt=True),
    Duty("mark_live", mark_live, 1),
    Duty("ring_due_reps", ring_due_reps, 2),
    Duty("expire_tasks", expire_tasks, 10),
    Duty("cancel_late", cancel_late, 5),
    Duty("find_rooms", find_rooms, 2),
    Duty("hang_up_seconds", hang_up_seconds, 5),
    Duty("release_claims", release_claims, 10),
    Duty("abandon_intents", abandon_intents, 15),
    Duty("resolve_doubts", resolve_doubts, 15),
    Duty("poll_silent", poll_silent, 5),
    Duty("poll_costs", poll_costs, 30),
)


def run_duty(rt: Runtime, duty: Duty, noted: dict[str, datetime] | None = None) -> int:
    """Run a duty once. One that raises is logged and shown, and the others go on.

    `noted` remembers when each duty was last written down: one that found nothing to do is
    noted now and then, so that people see that it is looked after.
    """
    now = rt.now()
    try:
        count = duty.function(rt)
    except Exception as error:
        log.exception("duty failed", extra={"duty": duty.name})
        record_run(rt.sessions, duty.name, now, error=f"{type(error).__name__}: {error}")
        return 0
    if count or (noted is not None and is_long_ago(noted.get(duty.name), now)):
        record_run(rt.sessions, duty.name, now, count=count)
        if noted is not None:
            noted[duty.name] = now
    return count


def is_long_ago(last: datetime | None, now: datetime) -> bool:
    """Whether a duty that does nothing should be noted again."""
    return last is None or now - last > NOTED_EVERY
