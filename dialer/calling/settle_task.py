"""Settling a task whose call is over: outcome, disposition and next step, without a human."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.each import for_each
from dialer.calling.next_step import go_on
from dialer.domain.words import Disposition, LegStatus, Mode, Outcome, TaskState
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallEvent, CallTask
from dialer.models.events import Fact, append, lock_call
from dialer.models.ledger import Promised, lock_receivable, write_promise
from dialer.models.transitions import By
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
        Outcome.REFUSED_BY_CARRIER,
        Outcome.UNKNOWN,
    }
)
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
    return for_each([call_id for call_id, _ in over], lambda call_id: settle_task(rt, call_id))


def settle_task(rt: Runtime, call_id: int) -> bool:
    """Settle one; whoever comes second finds it settled."""
    with rt.sessions.write() as session:
        call = lock_call(session, call_id)
        task = session.execute(
            sa.select(CallTask).where(CallTask.id == call.task_id).with_for_update()
        ).scalar_one()
        if task.state not in (TaskState.DIALING, TaskState.LIVE):
            return False
        if task.mode is Mode.MACHINE and is_refused_for_all(session, call):
            task.state, task.ready_at = TaskState.WAITING, rt.now()
            return True
        disposition, promise_on = last_word(session, call)
        task.tries += was_sent(session, call)
        task.outcome, task.disposition = call.outcome, disposition
        if call.disposition is None:
            call.disposition = disposition
        keep_promise(rt, session, call, task, promise_on)
        go_on(rt, session, call, task, disposition, promise_on)
        note_settled(rt, session, call, disposition)
        return True


def is_refused_for_all(session: Session, call: Call) -> bool:
    """Whether it was the account that the carrier refused: nobody was rung, nothing was tried."""
    if call.outcome is not Outcome.REFUSED_BY_CARRIER:
        return False
    ends = session.scalars(
        sa.select(CallEvent.data).where(
            CallEvent.call_id == call.id,
            CallEvent.kind == "leg",
            CallEvent.leg_status == LegStatus.FAILED,
        )
    )
    return any(data.get("about") == "account" for data in ends)


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
    """Write the promise, for all that is open; everything else about the money rests until then.

    Money that has come in since the key was pressed leaves nothing to promise.
    """
    if promise_on is None or task.receivable_id is None:
        return
    receivable = lock_receivable(session, task.receivable_id)
    if receivable.is_settled:
        return
    promised = Promised(
        receivable=receivable, call_id=call.id, amount_minor=receivable.open_minor,
        due_on=promise_on, owner_id=task.owner_id, step=task.step,
    )  # fmt: skip
    write_promise(session, promised, By(actor="settle", at=rt.now()))


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
