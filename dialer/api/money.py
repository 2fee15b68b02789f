"""Money for programs: what is owed, what is disputed, and what was promised of it."""

from datetime import date, datetime
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field, StringConstraints
from sqlalchemy.orm import selectinload

from dialer.api.pages import fetch_page
from dialer.api.problems import Problem
from dialer.api.route import BOSSES, Asked, Route
from dialer.api.shapes import Body, Id, Out, PageQuery, Point, QueryId
from dialer.domain.money import Decision, Part, PromiseState, ReceivableState
from dialer.models import Promise, Receivable
from dialer.models.visibility import sees_account
from dialer.selling.disputes import decide_dispute, dispute
from dialer.selling.letters import resend_notice
from dialer.selling.money import NewReceivable, create_receivable
from dialer.selling.promises import NewPromise, cancel_promise, promise_payment

MOST_MINOR = 10**15

Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=80, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$"),
]
Amount = Annotated[int, Field(strict=True, ge=1, le=MOST_MINOR)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class PartIn(Body):
    """One instalment."""

    amount_minor: Amount
    due_on: date


class PartOut(Out):
    """One instalment."""

    amount_minor: int
    due_on: date


class ReceivableIn(Body):
    """Money that an account owes, asked of one of its contacts; instalments make up the amount."""

    account_id: Id
    contact_id: Id
    reference: Reference
    amount_minor: Amount
    currency: Currency
    due_on: date
    instalments: Annotated[tuple[PartIn, ...], Field(max_length=120)] = ()


class ReceivableOut(Out):
    """Money owed; `open_minor` is what is left of it. Until `waits_until_on` nobody is called."""

    id: int
    account_id: int
    contact_id: int
    reference: str
    amount_minor: int
    paid_minor: int
    open_minor: int
    currency: str
    due_on: date
    state: ReceivableState
    waits_until_on: date | None
    instalments: list[PartOut]
    created_at: datetime


class ReasonIn(Body):
    """Why; it stays on record."""

    reason: Point


class DecisionIn(Body):
    """A supervisor's word that ends a dispute."""

    decision: Decision
    reason: Point


class ReceivableQuery(PageQuery):
    """What to look for."""

    account_id: QueryId | None = None
    state: ReceivableState | None = None


class ReceivablesOut(Out):
    """One page, oldest first."""

    receivables: list[ReceivableOut]
    next_cursor: int | None


class PromiseIn(Body):
    """An amount and a date that a payer agreed to on a call."""

    receivable_id: Id
    call_id: Id
    amount_minor: Amount
    due_on: date


class PromiseOut(Out):
    """A promise; once judged, `received_minor` is what was paid of it by its day."""

    id: int
    receivable_id: int
    call_id: int
    amount_minor: int
    currency: str
    due_on: date
    state: PromiseState
    received_minor: int
    judged_at: datetime | None
    created_at: datetime


class PromiseQuery(PageQuery):
    """What to look for."""

    receivable_id: QueryId | None = None
    state: PromiseState | None = None


class PromisesOut(Out):
    """One page, oldest first."""

    promises: list[PromiseOut]
    next_cursor: int | None


def add_receivable(asked: Asked) -> ReceivableOut:
    """Write what an account owes."""
    fields = asked.body.model_dump()
    parts = tuple(Part(**part) for part in fields.pop("instalments"))
    new = NewReceivable(**fields, instalments=parts)
    return show_receivable(asked, create_receivable(asked.rt, asked.who.user, new))


def visible(asked: Asked) -> sa.ColumnElement[bool]:
    """Receivables of accounts that the user may see."""
    return Receivable.account.has(sees_account(asked.who.user))


def show_receivable(asked: Asked, receivable_id: int) -> ReceivableOut:
    """One receivable."""
    with asked.rt.sessions.read() as session:
        row = session.scalar(
            sa.select(Receivable).where(Receivable.id == receivable_id, visible(asked))
        )
        if row is None:
            raise Problem(404, "not_found", "There is no such receivable.")
        return receivable_out(row)


def receivable_out(row: Receivable) -> ReceivableOut:
    """A receivable as it goes out."""
    return ReceivableOut.model_validate(row, from_attributes=True)


def list_receivables(asked: Asked) -> ReceivablesOut:
    """What accounts that the user may see owe."""
    query = sa.select(Receivable).where(visible(asked))
    for name in ("account_id", "state"):
        value = getattr(asked.query, name)
        if value is not None:
            query = query.where(getattr(Receivable, name) == value)
    with asked.rt.sessions.read() as session:
        query = query.options(selectinload(Receivable.instalments))
        page = fetch_page(session, query, Receivable.id, asked.query)
        rows = [receivable_out(row) for row in page.rows]
    return ReceivablesOut(receivables=rows, next_cursor=page.next_cursor)


def dispute_receivable(asked: Asked, receivable_id: int) -> ReceivableOut:
    """Stop everything about it until a supervisor has decided."""
    dispute(asked.rt, asked.who.user, receivable_id, asked.body.reason)
    return show_receivable(asked, receivable_id)


def decide_receivable(asked: Asked, receivable_id: int) -> ReceivableOut:
    """Decide a dispute: it stands, it is withdrawn, or the notice is sent again."""
    said = asked.body
    decide_dispute(asked.rt, asked.who.user, receivable_id, said.decision, said.reason)
    return show_receivable(asked, receivable_id)


def resend_receivable(asked: Asked, receivable_id: int) -> ReceivableOut:
    """Send the notice again, and let the calls wait."""
    resend_notice(asked.rt, asked.who.user, receivable_id)
    return show_receivable(asked, receivable_id)


def add_promise(asked: Asked) -> PromiseOut:
    """Write what a payer promised on a call; said again for the same call it is corrected."""
    new = NewPromise(**asked.body.model_dump())
    return show_promise(asked, promise_payment(asked.rt, asked.who.user, new))


def withdraw_promise(asked: Asked, promise_id: int) -> PromiseOut:
    """Take back a promise that was none."""
    cancel_promise(asked.rt, asked.who.user, promise_id, asked.body.reason)
    return show_promise(asked, promise_id)


def show_promise(asked: Asked, promise_id: int) -> PromiseOut:
    """One promise."""
    with asked.rt.sessions.read() as session:
        return PromiseOut.model_validate(session.get_one(Promise, promise_id), from_attributes=True)


def list_promises(asked: Asked) -> PromisesOut:
    """What was promised of them."""
    query = sa.select(Promise).join(Promise.receivable).join(Receivable.account)
    query = query.where(sees_account(asked.who.user))
    for name in ("receivable_id", "state"):
        value = getattr(asked.query, name)
        if value is not None:
            query = query.where(getattr(Promise, name) == value)
    with asked.rt.sessions.read() as session:
        page = fetch_page(session, query, Promise.id, asked.query)
    return PromisesOut(
        promises=[PromiseOut.model_validate(row, from_attributes=True) for row in page.rows],
        next_cursor=page.next_cursor,
    )


ONE = "/receivables/<int:receivable_id>"

ROUTES = (
    Route(method="POST", path="/receivables", view=add_receivable, scope="records",
          body=ReceivableIn, answer=ReceivableOut, status=201, problems=(404,), tag="money"),
    Route(method="GET", path="/receivables", view=list_receivables, scope="records",
          query=ReceivableQuery, answer=ReceivablesOut, tag="money"),
    Route(method="GET", path=ONE, view=show_receivable,
          scope="records", answer=ReceivableOut, tag="money"),
    Route(method="POST", path=f"{ONE}/dispute", view=dispute_receivable, scope="records",
          body=ReasonIn, answer=ReceivableOut, tag="money"),
    Route(method="POST", path=f"{ONE}/decision", view=decide_receivable, scope="records",
          body=DecisionIn, answer=ReceivableOut, roles=BOSSES, tag="money"),
    Route(method="POST", path=f"{ONE}/resend", view=resend_receivable, scope="records",
          answer=ReceivableOut, problems=(422,), tag="money"),
    Route(method="POST", path="/promises", view=add_promise, scope="records",
          body=PromiseIn, answer=PromiseOut, status=201, problems=(404,), tag="money"),
    Route(method="POST", path="/promises/<int:promise_id>/cancel", view=withdraw_promise,
          scope="records", body=ReasonIn, answer=PromiseOut, tag="money"),
    Route(method="GET", path="/promises", view=list_promises, scope="records",
          query=PromiseQuery, answer=PromisesOut, tag="money"),
)  # fmt: skip
