"""Judging promises: the day after, against what was paid; and again when money is told late."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.domain.credit import MarkKind
from dialer.domain.money import PromiseState, judge
from dialer.domain.words import Mode, Purpose, TaskState
from dialer.models import CallTask, Contact, Promise, Receivable
from dialer.models.credit import mark_credit
from dialer.models.customers import best_zone
from dialer.models.ledger import lock_receivable, received_for
from dialer.runtime import Runtime

BATCH = 200
BROKEN_NOTE = "broken promise"
JUDGED = (PromiseState.KEPT, PromiseState.PARTIAL, PromiseState.BROKEN)


def judge_promises(rt: Runtime) -> int:
    """Judge every promise whose day is over where the payer is; returns how many."""
    return sum(judge_promise(rt, promise_id) for promise_id in due_promises(rt))


def due_promises(rt: Runtime) -> list[int]:
    """Open promises whose day is over in the payer's zone."""
    with rt.sessions.read() as session:
        rows = session.scalars(
            sa.select(Promise)
            .where(
                Promise.state == PromiseState.OPEN,
                # Nowhere is it later than in the zone that is 14 hours ahead.
                Promise.due_on < (rt.now() + timedelta(hours=14)).date(),
            )
            .order_by(Promise.due_on, Promise.id)
            .limit(BATCH)
            .options(
                joinedload(Promise.receivable)
                .joinedload(Receivable.contact)
                .selectinload(Contact.numbers)
            )
        ).all()
        return [row.id for row in rows if row.due_on < today_of(rt, row.receivable)]


def today_of(rt: Runtime, receivable: Receivable) -> date:
    """The date at the payer's."""
    contact = receivable.contact
    zone = best_zone(contact, contact.numbers[0]) if contact.numbers else "UTC"
    return rt.now().astimezone(ZoneInfo(zone)).date()


def judge_promise(rt: Runtime, promise_id: int) -> bool:
    """Judge one; whoever comes second finds it judged."""
    with rt.sessions.write() as session:
        promise = session.get_one(Promise, promise_id)
        receivable = lock_receivable(session, promise.receivable_id)
        session.refresh(promise)
        if promise.state is not PromiseState.OPEN:
            return False
        state = weigh(rt, session, promise)
        if state is PromiseState.BROKEN:
            back_to_the_top(rt, session, promise, receivable)
        if state is PromiseState.KEPT:
            let_rest(session, promise)
        receivable.looks_at = None
        return True


def weigh(rt: Runtime, session: Session, promise: Promise) -> PromiseState:
    """Write what was paid from the promise until its day, and what that makes of it."""
    promise.received_minor = received_for(session, promise)
    promise.state = judge(promise.amount_minor, promise.received_minor)
    promise.judged_at = rt.now()
    return promise.state


def back_to_the_top(
    rt: Runtime, session: Session, promise: Promise, receivable: Receivable
) -> None:
    """A broken promise marks the credit, and its follow-up stands first on the owner's list."""
    occurrence = f"broken:{promise.id}"
    mark_credit(
        session, receivable.account_id, MarkKind.BROKEN_PROMISE, occurrence, rt.now(),
        note=receivable.reference,
    )  # fmt: skip
    if receivable.is_settled:
        return
    task = session.scalar(
        sa.select(CallTask)
        .where(
            CallTask.receivable_id == receivable.id,
            CallTask.purpose == Purpose.COLLECTION,
            CallTask.state == TaskState.WAITING,
        )
        .order_by(CallTask.due_at)
        .limit(1)
        .with_for_update()
    ) or new_follow_up(rt, session, occurrence, receivable)  # fmt: skip
    task.goes_first, task.note = True, BROKEN_NOTE
    task.mode, task.ready_at = Mode.REP, None
    task.owner_id = task.owner_id or receivable.account.owner_id
    task.due_at = min(task.due_at, rt.now())


def new_follow_up(
    rt: Runtime, session: Session, occurrence: str, receivable: Receivable
) -> CallTask:
    """The call about a broken promise that had no follow-up planned."""
    numbers = receivable.contact.numbers
    task = CallTask(
        occurrence_key=occurrence,
        purpose=Purpose.COLLECTION,
        mode=Mode.REP,
        contact_id=receivable.contact_id,
        account_id=receivable.account_id,
        number_id=numbers[0].id if numbers else None,
        owner_id=receivable.account.owner_id,
        receivable_id=receivable.id,
        due_at=rt.now(),
        created_at=rt.now(),
    )
    session.add(task)
    session.flush()
    return task


def let_rest(session: Session, promise: Promise) -> None:
    """A kept promise needs no follow-up; whatever else is open is asked for by the ladder."""
    session.execute(
        sa.update(CallTask)
        .where(
            CallTask.receivable_id == promise.receivable_id,
            CallTask.from_call_id == promise.call_id,
            CallTask.state == TaskState.WAITING,
            CallTask.purpose == Purpose.COLLECTION,
        )
        .values(state=TaskState.CANCELLED, held_by="promise:kept")
    )


def judge_again(rt: Runtime, session: Session, receivables: Sequence[Receivable]) -> None:
    """Money told late may have kept a promise judged without it; money sent back breaks one."""
    ids = [row.id for row in receivables]
    for promise in session.scalars(
        sa.select(Promise).where(Promise.receivable_id.in_(ids), Promise.state.in_(JUDGED))
    ).all():
        weigh(rt, session, promise)
