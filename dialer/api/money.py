"""Money for programs: what is owed, and what was promised of it."""

from datetime import date, datetime
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field, StringConstraints

from dialer.api.pages import fetch_page
from dialer.api.problems import Problem
from dialer.api.route import Asked, Route
from dialer.api.shapes import Body, Id, Out, PageQuery, QueryId
from dialer.models import Promise, Receivable
from dialer.models.money import PromiseState, ReceivableState
from dialer.models.visibility import sees_account
from dialer.selling.money import NewReceivable, create_receivable

MOST_MINOR = 10**15

Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=80, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$"),
]
Amount = Annotated[int, Field(strict=True, ge=1, le=MOST_MINOR)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class ReceivableIn(Body):
    """Money that an account owes, asked of one of its contacts."""

    account_id: Id
    contact_id: Id
    reference: Reference
    amount_minor: Amount
    currency: Currency
    due_on: date


class ReceivableOut(Out):
    """Money owed; `open_minor` is what is left of it."""

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
    created_at: datetime


class ReceivableQuery(PageQuery):
    """What to look for."""

    account_id: QueryId | None = None
    state: ReceivableState | None = None


class ReceivablesOut(Out):
    """One page, oldest first."""

    receivables: list[ReceivableOut]
    next_cursor: int | None


class PromiseOut(Out):
    """An amount and a date that a payer agreed to on a call."""

    id: int
    receivable_id: int
    call_id: int
    amount_minor: int
    currency: str
    due_on: date
    state: PromiseState
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
    new = NewReceivable(**asked.body.model_dump())
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
        page = fetch_page(session, query, Receivable.id, asked.query)
    return ReceivablesOut(
        receivables=[receivable_out(row) for row in page.rows], next_cursor=page.next_cursor
    )


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


ROUTES = (
    Route(method="POST", path="/receivables", view=add_receivable, scope="records",
          body=ReceivableIn, answer=ReceivableOut, status=201, problems=(404,), tag="money"),
    Route(method="GET", path="/receivables", view=list_receivables, scope="records",
          query=ReceivableQuery, answer=ReceivablesOut, tag="money"),
    Route(method="GET", path="/receivables/<int:receivable_id>", view=show_receivable,
          scope="records", answer=ReceivableOut, tag="money"),
    Route(method="GET", path="/promises", view=list_promises, scope="records",
          query=PromiseQuery, answer=PromisesOut, tag="money"),
)  # fmt: skip
