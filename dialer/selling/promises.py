"""Promises to pay that a person was given; the machine writes its own."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from dialer.domain.money import PromiseState
from dialer.models import Call, CallTask, Promise, User
from dialer.models.ledger import Promised, write_promise
from dialer.models.transitions import By
from dialer.models.visibility import sees_call
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime
from dialer.selling.errors import BadValue, NotFound
from dialer.selling.judging import today_of
from dialer.selling.money import audit_money, find_receivable


@dataclass(frozen=True, kw_only=True)
class NewPromise:
    """An amount and a day that a payer agreed to on a call."""

    receivable_id: int
    call_id: int
    amount_minor: int
    due_on: date


def promise_payment(rt: Runtime, actor: User, new: NewPromise) -> int:
    """Write a promise and let everything else about the money rest until its day.

    Said again for the same call it is corrected. Raises NotFound, NotAllowed, or BadValue for a
    day that is over or too far ahead, and for an amount beyond what is owed.
    """
    with rt.sessions.write() as session:
        receivable = find_receivable(session, actor, new.receivable_id)
        call = session.scalar(sa.select(Call).where(Call.id == new.call_id, sees_call(actor)))
        if call is None:
            raise NotFound("call")
        if call.account_id != receivable.account_id:
            raise BadValue("call_id", "must be a call with the account that owes")
        if receivable.is_settled:
            raise BadValue("receivable_id", "must be open")
        check_promise(rt, new, receivable.open_minor, today_of(rt, receivable))
        task = session.get(CallTask, call.task_id) if call.task_id else None
        promised = Promised(
            receivable=receivable, call_id=call.id, amount_minor=new.amount_minor,
            due_on=new.due_on, owner_id=call.rep_id or receivable.account.owner_id,
            step=task.step if task else None,
        )  # fmt: skip
        row = write_promise(session, promised, By(actor="promise", at=rt.now()))
        session.add(audit_money(rt, actor, "promise.add", row.id))
        wake_clock(session)
        return row.id


def check_promise(rt: Runtime, new: NewPromise, open_minor: int, today: date) -> None:
    """Refuse what nobody can keep. Raises BadValue."""
    if new.due_on < today:
        raise BadValue("due_on", "must not be over already")
    if new.due_on > today + timedelta(days=rt.cadence.money.longest_promise_days):
        days = rt.cadence.money.longest_promise_days
        raise BadValue("due_on", f"must be at most {days} days ahead")
    if not 0 < new.amount_minor <= open_minor:
        raise BadValue("amount_minor", "must be above 0 and at most what is owed")


def cancel_promise(rt: Runtime, actor: User, promise_id: int, reason: str) -> None:
    """Take back a promise that was none; one that was judged stays. Raises NotFound, BadValue."""
    if not reason.strip():
        raise BadValue("reason", "must say why")
    with rt.sessions.write() as session:
        promise = session.get(Promise, promise_id)
        if promise is None:
            raise NotFound("promise")
        receivable = find_receivable(session, actor, promise.receivable_id)
        if promise.state is not PromiseState.OPEN:
            raise BadValue("promise", "must be open")
        promise.state = PromiseState.CANCELLED
        receivable.looks_at = None
        session.add(audit_money(rt, actor, "promise.cancel", promise_id, why=reason.strip()))
