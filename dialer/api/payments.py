"""Money in, for programs: told, matched, and decided on where a doubt is left."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field, StringConstraints, model_validator
from sqlalchemy.orm import selectinload

from dialer.api.money import Amount, Currency
from dialer.api.pages import fetch_page
from dialer.api.problems import invalid
from dialer.api.route import BOSSES, Asked, Route
from dialer.api.shapes import SOME_TEXT, Body, Id, LongName, Out, PageQuery, Point, Text
from dialer.domain.matching import Doubt
from dialer.domain.money import PaymentState
from dialer.models import Payment
from dialer.models.incoming import sees_payment
from dialer.selling.deciding import assign_payment, return_payment, settle_surplus
from dialer.selling.payments import NewPayment, receive_payment

PaymentReference = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=120, pattern=SOME_TEXT)
]


class PaymentIn(Body):
    """Money that came in. `reference` is what the payer wrote; the same told twice is one."""

    receivable_id: Id | None = None
    reference: Text | None = None
    amount_minor: Amount
    currency: Currency
    paid_on: date
    payment_reference: PaymentReference
    payer: LongName | None = None

    @model_validator(mode="after")
    def names_something(self) -> "PaymentIn":
        """What it is for must be said, one way or the other."""
        if self.receivable_id is None and self.reference is None:
            raise ValueError("receivable_id or reference must be given")
        return self


class ShareOut(Out):
    """What of the payment pays which receivable."""

    receivable_id: int
    amount_minor: int


class PaymentOut(Out):
    """A payment; what is `doubtful` or `unmatched` waits for a person, and so does a surplus."""

    id: int
    reference: str
    payer: str
    amount_minor: int
    currency: str
    paid_on: date
    payment_reference: str
    source: str
    state: PaymentState
    doubt: Doubt | None
    suggested: list[int]
    surplus_minor: int
    surplus_settled_at: datetime | None
    shares: list[ShareOut]
    reason: str
    created_at: datetime


class PaymentQuery(PageQuery):
    """What to look for."""

    state: PaymentState | None = None


class PaymentsOut(Out):
    """One page, oldest first."""

    payments: list[PaymentOut]
    next_cursor: int | None


class Deed(StrEnum):
    """What a person may decide about a payment."""

    ASSIGN = "assign"
    RETURN = "return"
    SETTLE_SURPLUS = "settle_surplus"


class ShareIn(Body):
    """What of the payment shall pay which receivable."""

    receivable_id: Id
    amount_minor: Amount


class PaymentDecisionIn(Body):
    """A person's decision; `shares` to assign."""

    decision: Deed
    shares: Annotated[tuple[ShareIn, ...], Field(max_length=50)] = ()
    reason: Point


def add_payment(asked: Asked) -> PaymentOut:
    """Store money that came in and book it where it is clear what it is for."""
    said = asked.body
    new = NewPayment(
        amount_minor=said.amount_minor, currency=said.currency, paid_on=said.paid_on,
        payment_reference=said.payment_reference, text=said.reference or "",
        payer=said.payer or "", receivable_id=said.receivable_id, source="api",
    )  # fmt: skip
    return show_payment(asked, receive_payment(asked.rt, asked.who.user, new).payment_id)


def show_payment(asked: Asked, payment_id: int) -> PaymentOut:
    """A payment that a verb has just touched."""
    with asked.rt.sessions.read() as session:
        return payment_out(session.get_one(Payment, payment_id))


def payment_out(row: Payment) -> PaymentOut:
    """A payment as it goes out."""
    fields = {name: getattr(row, name) for name in PaymentOut.model_fields if hasattr(row, name)}
    shares = [
        ShareOut(receivable_id=share.receivable_id, amount_minor=share.amount_minor)
        for share in row.allocations
    ]
    return PaymentOut(**fields, reference=row.text, shares=shares)


def list_payments(asked: Asked) -> PaymentsOut:
    """Money that came in for accounts that the user sees; bosses see all of it."""
    shares = selectinload(Payment.allocations)
    query = sa.select(Payment).where(sees_payment(asked.who.user)).options(shares)
    if asked.query.state is not None:
        query = query.where(Payment.state == asked.query.state)
    with asked.rt.sessions.read() as session:
        page = fetch_page(session, query, Payment.id, asked.query)
        rows = [payment_out(row) for row in page.rows]
    return PaymentsOut(payments=rows, next_cursor=page.next_cursor)


def decide_payment(asked: Asked, payment_id: int) -> PaymentOut:
    """Assign it, send it back, or say what became of what was too much."""
    said = asked.body
    verbs = {Deed.RETURN: return_payment, Deed.SETTLE_SURPLUS: settle_surplus}
    if said.decision is Deed.ASSIGN:
        shares = {share.receivable_id: share.amount_minor for share in said.shares}
        if len(shares) != len(said.shares):
            raise invalid("shares", "must name each receivable once")
        assign_payment(asked.rt, asked.who.user, payment_id, shares, said.reason)
    else:
        verbs[said.decision](asked.rt, asked.who.user, payment_id, said.reason)
    return show_payment(asked, payment_id)


ROUTES = (
    Route(method="POST", path="/payments", view=add_payment, scope="records", body=PaymentIn,
          answer=PaymentOut, status=201, problems=(404,), tag="money"),
    Route(method="GET", path="/payments", view=list_payments, scope="records",
          query=PaymentQuery, answer=PaymentsOut, tag="money"),
    Route(method="POST", path="/payments/<int:payment_id>/decision", view=decide_payment,
          scope="records", body=PaymentDecisionIn, answer=PaymentOut, roles=BOSSES, tag="money"),
)  # fmt: skip
