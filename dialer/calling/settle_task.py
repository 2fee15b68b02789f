"""Settling a task whose call is over: outcome, disposition and next step, without a human."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.cadence import NextStep, instant_of, propose, retry_at
from dialer.domain.words import (
    AccountClass,
    Disposition,
    Mode,
    Outcome,
    TaskState,
    UserRole,
)
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallEvent, CallTask
from dialer.models.customers import Account, Contact, PhoneNumber, best_zone
from dialer.models.events import Fact, append, lock_call
from dialer.models.money import Promise, Receivable
from dialer.models.people import User
from dialer.runtime import Runtime

BATCH = 100
UNSPOKEN = frozenset(
    {
        Outcome.BUSY,
        Outcome.NO_ANSWER,
        Outcome.VOICEMAIL,
        Outcome.NO_RESPONSE,
        Outcome.FAILED,
        Outcome.CANCELED,
        Outcome.REP_NO_ANSWER,
    }
)
# What a person has to look at before anything else happens about it.
FOR_THE_OWNER = frozenset({Disposition.PAID, Disposition.WRONG_NUMBER, Disposition.RESCHEDULED})
SOON = timedelta(minutes=5)
REP_GRACE = timedelta(minutes=15)


def settle_tasks(rt: Runtime) -> int:
    """Settle every task whose call is over; returns how many."""
    with rt.sessions.read() as session:
        over = session.execute(
            sa.select(Call.id, Call.task_id)
            .join(CallTask, CallTask.id == Call.task_id)
            .where(
                CallTask.state.in_((TaskState.DIALING, TaskState.LIVE)),
                Call.ended_at.is_not(None),
                sa.or_(Call.mode == Mode.MACHINE, Call.ended_at < rt.now() - REP_GRACE),
                Call.id.in_(
                    sa.select(sa.func.max(Call.id))
                    .where(Call.task_id.is_not(None))
                    .group_by(Call.task_id)
                ),
            )
            .limit(BATCH)
        ).all()
    return sum(settle_task(rt, call_id) for call_id, _ in over)


def settle_task(rt: Runtime, call_id: int) -> bool:
    """Settle one; whoever comes second finds it settled."""
    with rt.sessions.write() as session:
        call = lock_call(session, call_id)
        task = session.execute(
            sa.select(CallTask).where(CallTask.id == call.task_id).with_for_update()
        ).scalar_one()
        if task.state not in (TaskState.DIALING, TaskState.LIVE):
            return False
        disposition, promise_on = last_word(session, call)
        task.tries += was_sent(session, call)
        task.outcome, task.disposition = call.outcome, disposition
        if call.disposition is None:
            call.disposition = disposition
        keep_promise(rt, session, call, task, promise_on)
        go_on(rt, session, call, task, disposition, promise_on)
        note_settled(rt, session, call, disposition)
        return True


def was_sent(session: Session, call: Call) -> bool:
    """Whether a request for the customer's leg left; one that the gate stopped is no try."""
    sends = sa.select(sa.func.sum(Attempt.sends)).where(Attempt.call_id == call.id)
    return bool(session.execute(sends).scalar())


def last_word(session: Session, call: Call) -> tuple[Disposition | None, date | None]:
    """What the script's turns, or a rep who was connected, came to."""
    if call.disposition is not None:
        return call.disposition, None
    turns = session.execute(
        sa.select(CallEvent.data)
        .where(CallEvent.call_id == call.id, CallEvent.kind == "turn")
        .order_by(CallEvent.id)
    ).scalars()
    for data in reversed(list(turns)):
        if "disposition" in data:
            day = data.get("promise_on")
            return Disposition(data["disposition"]), date.fromisoformat(day) if day else None
    if call.outcome is Outcome.TALKED:
        return (Disposition.SAID if call.rep_id else Disposition.NO_RESPONSE), None
    return (Disposition.NO_RESPONSE if call.outcome in UNSPOKEN else None), None


def keep_promise(
    rt: Runtime, session: Session, call: Call, task: CallTask, promise_on: date | None
) -> None:
    """Write the promise, for all that is open; once, however often it is settled."""
    if promise_on is None or task.receivable_id is None:
        return
    receivable = session.get_one(Receivable, task.receivable_id)
    session.add(
        Promise(
            receivable_id=receivable.id,
            call_id=call.id,
            amount_minor=receivable.open_minor,
            currency=receivable.currency,
            due_on=promise_on,
            created_at=rt.now(),
        )
    )


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
    elif disposition is Disposition.NO_RESPONSE:
        try_again(rt, session, call, task)
    elif disposition is Disposition.DISPUTED:
        hand_over(rt, session, call, task, supervisor_of(session, call), "disputed")
    elif disposition in FOR_THE_OWNER:
        hand_over(rt, session, call, task, task.owner_id, str(disposition))
    elif disposition is not None and task.mode is Mode.MACHINE:
        plan_next(rt, session, call, task, disposition, promise_on)


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
    """Put a call on a person's list, with the reason as its note."""
    due_at = rt.now() + SOON
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
            due_at=due_at,
            note=why,
            from_call_id=call.id,
            created_at=rt.now(),
        )
    )


def supervisor_of(session: Session, call: Call) -> int | None:
    """Who decides on a dispute: the team's supervisor, else any, else an admin."""
    return session.execute(
        sa.select(User.id)
        .where(
            User.role.in_((UserRole.SUPERVISOR, UserRole.ADMIN)),
            User.disabled_at.is_(None),
        )
        .order_by(
            sa.case((User.team_id == call.team_id, 0), else_=1),
            sa.case((User.role == UserRole.SUPERVISOR, 0), else_=1),
            User.id,
        )
        .limit(1)
    ).scalar()


def note_settled(
    rt: Runtime, session: Session, call: Call, disposition: Disposition | None
) -> None:
    """Tell the board."""
    now = rt.now()
    append(
        session,
        Fact(
            kind="disposed",
            at=now,
            received_at=now,
            call_id=call.id,
            data={"disposition": str(disposition) if disposition else "", "by": "machine"},
            dedupe_key=f"settled:{call.id}",
        ),
    )


def mark_live(rt: Runtime) -> int:
    """Show which dialled tasks are being talked about."""
    with rt.sessions.write() as session:
        live = sa.select(Call.task_id).where(
            Call.task_id.is_not(None), Call.answered_at.is_not(None), Call.ended_at.is_(None)
        )
        done = session.execute(
            sa.update(CallTask)
            .where(CallTask.state == TaskState.DIALING, CallTask.id.in_(live))
            .values(state=TaskState.LIVE)
        )
        return int(done.rowcount)  # type: ignore[attr-defined]
