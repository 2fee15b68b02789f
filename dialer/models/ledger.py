"""Writing about money owed within a caller's transaction: promises, waits, disputes, bookings."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.money import Part, PaymentState, PromiseState, ReceivableState, open_parts
from dialer.models.money import Allocation, Instalment, Payment, Promise, Receivable
from dialer.models.transitions import By
from dialer.models.withdrawals import withdraw_asks


@dataclass(frozen=True, kw_only=True)
class Promised:
    """What a payer agreed to: how much of what by when, on which call."""

    receivable: Receivable
    call_id: int
    amount_minor: int
    due_on: date
    owner_id: int | None
    step: str | None = None


def lock_receivable(session: Session, receivable_id: int) -> Receivable:
    """The receivable, held until the transaction ends."""
    return session.execute(
        sa.select(Receivable)
        .where(Receivable.id == receivable_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def load_open_parts(
    session: Session, receivables: Iterable[Receivable]
) -> dict[int, tuple[Part, ...]]:
    """By receivable: what is open of its instalments, or of the whole."""
    rows = list(receivables)
    instalments = defaultdict[int, list[Part]](list)
    for one in session.scalars(
        sa.select(Instalment).where(Instalment.receivable_id.in_([row.id for row in rows]))
    ):
        instalments[one.receivable_id].append(
            Part(due_on=one.due_on, amount_minor=one.amount_minor)
        )
    return {
        row.id: open_parts(
            instalments.get(row.id) or [Part(due_on=row.due_on, amount_minor=row.amount_minor)],
            row.paid_minor,
        )
        for row in rows
    }


def write_promise(session: Session, promised: Promised, by: By) -> Promise:
    """Write a promise; an earlier open one of the receivable is replaced, and all calls rest.

    The same call may say it again: that corrects its promise.
    """
    receivable = promised.receivable
    session.execute(
        sa.update(Promise)
        .where(
            Promise.receivable_id == receivable.id,
            Promise.call_id != promised.call_id,
            Promise.state == PromiseState.OPEN,
        )
        .values(state=PromiseState.CANCELLED)
    )
    withdraw_asks(session, [receivable.id], By(actor=by.actor, at=by.at, reason="promised"))
    row = session.scalar(
        sa.select(Promise).where(
            Promise.receivable_id == receivable.id, Promise.call_id == promised.call_id
        )
    )
    if row is None:
        row = Promise(
            receivable_id=receivable.id, call_id=promised.call_id, currency=receivable.currency,
            created_at=by.at,
        )  # fmt: skip
        session.add(row)
    row.amount_minor, row.due_on = promised.amount_minor, promised.due_on
    row.owner_id, row.step = promised.owner_id, promised.step
    row.state, row.judged_at = PromiseState.OPEN, None
    session.flush()
    return row


def stop_asking(session: Session, receivable: Receivable, at: datetime, actor: str) -> None:
    """A dispute stops everything about the debt until a supervisor has decided."""
    if receivable.state is ReceivableState.OPEN:
        receivable.state = ReceivableState.DISPUTED
    session.execute(
        sa.update(Promise)
        .where(Promise.receivable_id == receivable.id, Promise.state == PromiseState.OPEN)
        .values(state=PromiseState.CANCELLED)
    )
    withdraw_asks(session, [receivable.id], By(actor=actor, at=at, reason="receivable:disputed"))


def let_wait(receivable: Receivable, today: date, until: date) -> None:
    """Let the ladder wait; days on which it waits already are not counted twice."""
    begins = max(today, receivable.waits_until_on or today)
    receivable.waited_days += max(0, (until - begins).days)
    receivable.waits_until_on = max(until, begins)
    receivable.looks_at = None


def received_for(session: Session, promise: Promise) -> int:
    """What came in for a promise: told after it was made, and paid by its day.

    What was booked before is not in the promise's amount; what was paid before and told after is.
    """
    total = session.scalar(
        sa.select(sa.func.sum(Allocation.amount_minor))
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(
            Allocation.receivable_id == promise.receivable_id,
            Payment.state != PaymentState.RETURNED,
            Payment.created_at >= promise.created_at,
            Payment.paid_on <= promise.due_on,
        )
    )
    return int(total or 0)
