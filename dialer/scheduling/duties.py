"""The clock's duties: name, function, seconds between two runs, and how many may run at once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.calling.audit import audit_carrier, audit_gap
from dialer.calling.costs import poll_costs
from dialer.calling.dial_task import dial_due_tasks, expire_tasks, ring_due_reps
from dialer.calling.incidents import hang_up_seconds
from dialer.calling.late import cancel_late
from dialer.calling.machine_run import call_back_instead, leave_messages, withdraw_settled
from dialer.calling.pulse import beat
from dialer.calling.reconcile import (
    abandon_intents,
    poll_silent,
    release_claims,
    resolve_doubts,
)
from dialer.calling.settle import clear_calls, find_rooms, place_planned
from dialer.calling.settle_task import mark_live, settle_tasks
from dialer.calling.spool import replay_spool
from dialer.floor.held_back import note_held_back
from dialer.models.duties import record_run
from dialer.people.tidy import forget_old
from dialer.runtime import Runtime
from dialer.selling.agreed_times import keep_agreed_times
from dialer.selling.dunning import plan_dunning
from dialer.selling.importing.drafts import forget_drafts
from dialer.selling.importing.work import Worker
from dialer.selling.judging import judge_promises
from dialer.selling.letters import follow_up_resent
from dialer.selling.sending import send_letters
from dialer.selling.terms import mark_overdue

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
    Duty("beat", beat, 5),
    Duty("place_planned", place_planned, 1, prompt=True, at_once=4),
    Duty("clear_calls", clear_calls, 1, prompt=True),
    Duty("withdraw_settled", withdraw_settled, 1, prompt=True),
    Duty("dial_due_tasks", dial_due_tasks, 1, prompt=True),
    Duty("leave_messages", leave_messages, 1, prompt=True),
    Duty("call_back_instead", call_back_instead, 1, prompt=True),
    Duty("settle_tasks", settle_tasks, 1, prompt=True),
    Duty("mark_live", mark_live, 1),
    Duty("note_held_back", note_held_back, 20),
    Duty("ring_due_reps", ring_due_reps, 2),
    Duty("expire_tasks", expire_tasks, 10),
    Duty("judge_promises", judge_promises, 60),
    Duty("plan_dunning", plan_dunning, 30),
    Duty("follow_up_resent", follow_up_resent, 15),
    Duty("send_letters", send_letters, 15),
    Duty("mark_overdue", mark_overdue, 3600),
    Duty("keep_agreed_times", keep_agreed_times, 3600),
    Duty("work_imports", Worker().run, 1),
    Duty("forget_drafts", forget_drafts, 3600),
    Duty("cancel_late", cancel_late, 5),
    Duty("find_rooms", find_rooms, 2),
    Duty("hang_up_seconds", hang_up_seconds, 5, prompt=True),
    Duty("release_claims", release_claims, 10),
    Duty("abandon_intents", abandon_intents, 15),
    Duty("resolve_doubts", resolve_doubts, 15),
    Duty("poll_silent", poll_silent, 5),
    Duty("poll_costs", poll_costs, 30),
    Duty("audit_carrier", audit_carrier, 60),
    Duty("audit_gap", audit_gap, 5),
    Duty("replay_spool", replay_spool, 10),
    Duty("forget_old", forget_old, 3600),
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
