"""The kind `payments`: money that came in, from the bank's statement or a list of one's own.

Each row goes the way of any payment: booked where no doubt is left, else laid before a person. The
bank's own reference tells the same payment from another, so that no file counts twice.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.cells import read_text
from dialer.domain.columns import Column
from dialer.models import Import, Payment
from dialer.models.incoming import waits_for_person
from dialer.models.wake import wake_clock
from dialer.selling.importing import headings
from dialer.selling.importing.kinds import Context, Kind
from dialer.selling.importing.money_cells import (
    AMOUNT,
    CURRENCY,
    MINOR,
    currencies,
    read_cell_amount,
    read_cell_currency,
    read_cell_day,
    read_reference,
    settle_amount,
)
from dialer.selling.importing.rows import Line, RowOutcome
from dialer.selling.payments import NewPayment, receive_within

# Each row may book, withdraw and plan: nobody else shall wait long for the database.
BATCH: Final = 100
WAIT: Final = "payments_wait"
SOURCE: Final = "file"
LONGEST_TEXT: Final = 2_000


def read_payment_reference(text: str, _context: Context) -> str:
    """The bank's own name of the payment."""
    return read_text(text, 120)


def read_words(text: str, _context: Context) -> str:
    """What the payer wrote."""
    return read_text(text, LONGEST_TEXT)


def read_payer(text: str, _context: Context) -> str:
    """Who paid."""
    return read_text(text, 200)


def settle_payment(line: Line, context: Context) -> None:
    """Money that came in by today, in one currency."""
    settle_amount(line, context)
    day = line.values.get("paid_on")
    if day is not None and day > context.today + timedelta(days=1):
        line.fail("paid_on", "ahead")


def write_payments(session: Session, context: Context, lines: Sequence[Line]) -> None:
    """Store and match each, in the order of the file."""
    for line in lines:
        told = receive_within(context.rt, session, context.actor, payment_of(line))
        line.outcome = RowOutcome.CREATED if told.is_new else RowOutcome.SAME
    wake_clock(session)


def payment_of(line: Line) -> NewPayment:
    """The row as money that was told."""
    values = line.values
    words = [*values.get("reference", []), *values.get("text", [])]
    return NewPayment(
        amount_minor=values[MINOR],
        currency=values[CURRENCY],
        paid_on=values["paid_on"],
        payment_reference=values["payment_reference"],
        text=" ".join(words),
        payer=values.get("payer", ""),
        source=SOURCE,
    )


def look_for_doubts(context: Context, one: Import) -> str | None:
    """Tell that somebody has to decide about some of the money."""
    since = one.started_at or one.created_at
    with context.rt.sessions.read() as session:
        found = session.scalar(
            sa.select(Payment.id)
            .where(Payment.source == SOURCE, Payment.created_at >= since, waits_for_person())
            .limit(1)
        )
    return WAIT if found is not None else None


PAYMENTS: Final = Kind(
    name="payments",
    settle=settle_payment,
    write=write_payments,
    finish=look_for_doubts,
    batch=BATCH,
    options=(currencies(),),
    columns=(
        Column(name=AMOUNT, read=read_cell_amount, headings=headings.AMOUNT, is_required=True),
        Column(name=CURRENCY, read=read_cell_currency, headings=headings.CURRENCY),
        Column(name="paid_on", read=read_cell_day, headings=headings.PAID_ON, is_required=True),
        Column(
            name="payment_reference", read=read_payment_reference,
            headings=headings.PAYMENT_REFERENCE, is_required=True,
        ),
        Column(name="reference", read=read_reference, headings=headings.REFERENCE, many=True),
        Column(name="text", read=read_words, headings=headings.TEXT, many=True),
        Column(name="payer", read=read_payer, headings=headings.PAYER),
    ),
)  # fmt: skip
