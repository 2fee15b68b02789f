"""What follows a call that no rep wraps up: another call, a person, or nothing."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.cadence import NextStep, instant_of, propose, retry_at
from dialer.domain.gate import may_dial
from dialer.domain.verdict import NotUntil
from dialer.domain.words import (
    AccountClass,
    Disposition,
    Mode,
    Outcome,
    TaskState,
)
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Account, Contact, PhoneNumber, best_zone
from dialer.models.facts import Planned, load_facts
from dialer.models.ledger import lock_receivable
from dialer.models.money import Receivable
from dialer.models.supervisors import find_supervisor
from dialer.runtime import Runtime

# What a person has to look at before anything else happens about it.
FOR_THE_OWNER = frozenset({Disposition.PAID, Disposition.WRONG_NUMBER, Disposition.RESCHEDULED})
DISPUTED = str(Disposition.DISPUTED)
SOON = timedelta(minutes=5)


def go_on(
    rt: Runtime,
    session: Session,
    call: Call,
    task: CallTask,
    disposition: Disposition | None,
    promise_on: date | None,
) -> None:
    """The next step: another try, another call, a person, or nothing."""
    task.state = TaskState.DONE
    if call.outcome in (None, Outcome.UNKNOWN):
        # Nobody knows whether it rang: never redialled by itself, and a person decides.
        task.state = TaskState.UNCERTAIN
    elif is_settled(session, task):
        withdraw(session, task)
        return
    why = for_whom(call, task, disposition)
    if why is not None:
        owner_id = find_supervisor(session, call.team_id) if why == DISPUTED else task.owner_id
        hand_over(rt, session, call, task, owner_id, why)
    elif task.state is TaskState.UNCERTAIN:
        return
    elif disposition is Disposition.NO_RESPONSE:
        try_again(rt, session, call, task)
    elif disposition is not None and task.mode is Mode.MACHINE:
        plan_next(rt, session, call, task, disposition, promise_on)


def for_whom(call: Call, task: CallTask, disposition: Disposition | None) -> str | None:
    """Why a person has to go on with it; None where the machine may."""
    if disposition is Disposition.DISPUTED or disposition in FOR_THE_OWNER:
        return str(disposition)
    if task.mode is Mode.REP:
        return None
    if call.outcome in (None, Outcome.UNKNOWN):
        return "uncertain"
    return "refused by carrier" if call.outcome is Outcome.REFUSED_BY_CARRIER else None


def is_settled(session: Session, task: CallTask) -> bool:
    """Whether what the task asks for was paid, or withdrawn, while it was called about."""
    if task.receivable_id is None or task.disposition is Disposition.DISPUTED:
        return False
    return lock_receivable(session, task.receivable_id).is_settled


def withdraw(session: Session, task: CallTask) -> None:
    """A call that was not answered before the money came in was withdrawn; else it is done."""
    receivable = session.get_one(Receivable, task.receivable_id)
    task.held_by = f"receivable:{receivable.state}"
    if task.outcome is not Outcome.TALKED:
        task.state = TaskState.CANCELLED


def try_again(rt: Runtime, session: Session, call: Call, task: CallTask) -> None:
    """By outcome: busy soon, no answer later, voicemail next day; then the owner gets it."""
    ended_at = call.ended_at or rt.now()
    again_at = retry_at(rt.cadence, call.outcome or Outcome.FAILED, task.tries, ended_at)
    if again_at is not None:
        task.state = TaskState.WAITING
        task.ready_at = again_at if task.mode is Mode.MACHINE else None
        task.due_at = again_at
    elif task.mode is Mode.MACHINE:
        hand_over(rt, session, call, task, task.owner_id, "not reached")


def plan_next(
    rt: Runtime,
    session: Session,
    call: Call,
    task: CallTask,
    disposition: Disposition,
    promise_on: date | None,
) -> None:
    """The step that the rules name; after a promise, on the day after its day."""
    account = session.get(Account, call.account_id) if call.account_id else None
    contact = session.get_one(Contact, call.contact_id)
    number = session.get_one(PhoneNumber, call.number_id)
    zone = best_zone(contact, number)
    today = rt.now().astimezone(ZoneInfo(zone)).date()
    account_class = account.account_class if account else AccountClass.C
    step = propose(rt.cadence, call.purpose, disposition, account_class, today, zone)
    if step is None:
        return
    if promise_on is not None:
        due_local = datetime.combine(promise_on + timedelta(days=1), step.due_local.time())
        step = NextStep(purpose=step.purpose, due_local=due_local, zone=zone, mode=Mode.MACHINE)
    write_next(session, rt.now(), call, task, step)


def write_next(session: Session, now: datetime, call: Call, task: CallTask, step: NextStep) -> None:
    """The follow-up's row."""
    due_at = instant_of(step.due_local, step.zone)
    session.add(
        CallTask(
            occurrence_key=f"after:{call.id}:{step.purpose}",
            purpose=step.purpose,
            mode=step.mode,
            contact_id=call.contact_id,
            account_id=call.account_id,
            number_id=call.number_id,
            owner_id=task.owner_id,
            receivable_id=task.receivable_id,
            step=task.step,
            due_at=due_at,
            ready_at=due_at if step.mode is Mode.MACHINE else None,
            due_local=step.due_local.isoformat(timespec="minutes"),
            due_zone=step.zone,
            from_call_id=call.id,
            created_at=now,
        )
    )


def hand_over(
    rt: Runtime, session: Session, call: Call, task: CallTask, owner_id: int | None, why: str
) -> None:
    """Put a call on a person's list, at a time when it may be made, with the reason as its note."""
    session.add(
        CallTask(
            occurrence_key=f"hand_over:{call.id}",
            purpose=call.purpose,
            mode=Mode.REP,
            contact_id=call.contact_id,
            account_id=call.account_id,
            number_id=call.number_id,
            owner_id=owner_id,
            receivable_id=task.receivable_id,
            step=task.step,
            due_at=next_opening(rt, session, call, rt.now() + SOON),
            note=why,
            from_call_id=call.id,
            created_at=rt.now(),
        )
    )


def hand_to_supervisor(rt: Runtime, session: Session, call: Call, task: CallTask) -> None:
    """Put a dispute before a supervisor; said again of the same call it is still one decision."""
    known = session.scalar(
        sa.select(CallTask).where(CallTask.occurrence_key == f"hand_over:{call.id}")
    )
    if known is not None:
        known.state = TaskState.WAITING
        return
    hand_over(rt, session, call, task, find_supervisor(session, call.team_id), DISPUTED)


def next_opening(rt: Runtime, session: Session, call: Call, at: datetime) -> datetime:
    """The first instant from `at` on when a rep may call back; `at` where the gate knows none."""
    planned = Planned(
        number_id=call.number_id, contact_id=call.contact_id, purpose=call.purpose,
        mode=Mode.REP, own_numbers=rt.settings.caller_ids, now=at,
    )  # fmt: skip
    verdict = may_dial(load_facts(session, planned), rt.policy, at)
    return verdict.instant if isinstance(verdict, NotUntil) else at
