"""Money in: stored whatever it is, booked where no doubt is left, else laid before a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.matching import Doubt, Match, match_payment
from dialer.domain.money import PaymentState
from dialer.models import Payment, User
from dialer.models.payment_search import find_owed, owed_of
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime
from dialer.selling.booking import book
from dialer.selling.errors import BadValue
from dialer.selling.money import (
    FIRST_DAY,
    MOST_MINOR,
    audit_money,
    check_currency,
    find_receivable,
)

# Somewhere it is tomorrow already.
AHEAD = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class NewPayment:
    """Money as it was told. `text` is all that the payer wrote; `receivable_id` names what it is
    for where that is known. `source` is hand, api, file or statement.
    """

    amount_minor: int
    currency: str
    paid_on: date
    payment_reference: str
    text: str = ""
    payer: str = ""
    receivable_id: int | None = None
    source: str = "hand"

    @property
    def dedupe_key(self) -> str:
        """What makes two tellings the same payment."""
        about = (self.payment_reference, self.amount_minor, self.currency, self.paid_on)
        return "|".join(map(str, about))


@dataclass(frozen=True, kw_only=True)
class Received:
    """What became of it; `is_new` is False where the same was told before."""

    payment_id: int
    state: PaymentState
    is_new: bool = True


def receive_payment(rt: Runtime, actor: User, new: NewPayment) -> Received:
    """Store a payment and, where it is clear what it is for, book it.

    Everything pending for what it pays is withdrawn in the same transaction. The same payment told
    again changes nothing. Raises BadValue; NotFound or NotAllowed for a named receivable.
    """
    check_payment(rt, new)
    try:
        return store_payment(rt, actor, new)
    except sa.exc.IntegrityError:
        with rt.sessions.read() as session:  # somebody told the same at this very moment
            known = find_known(session, new)
        if known is None:
            raise
        return known


def check_payment(rt: Runtime, new: NewPayment) -> None:
    """Refuse what is no payment. Raises BadValue."""
    check_currency(new.currency)
    if not 0 < new.amount_minor <= MOST_MINOR:
        raise BadValue("amount_minor", "must be above 0")
    if not new.payment_reference.strip() or len(new.payment_reference) > 120:
        raise BadValue("payment_reference", "must name the payment in at most 120 characters")
    if not FIRST_DAY <= new.paid_on <= rt.now().date() + AHEAD:
        raise BadValue("paid_on", "must be a day since 2000 that is not to come")


def store_payment(rt: Runtime, actor: User, new: NewPayment) -> Received:
    """Write the row and what it pays."""
    with rt.sessions.write() as session:
        received = receive_within(rt, session, actor, new)
        wake_clock(session)
        return received


def receive_within(rt: Runtime, session: Session, actor: User | None, new: NewPayment) -> Received:
    """The same within a transaction, for money that was checked; without an actor the operator
    tells, who sees every debt.
    """
    known = find_known(session, new)
    if known is not None:
        return known
    match = find_match(session, actor, new)
    payment = write_payment(rt, session, actor, new, match)
    book(rt, session, payment, match.shares, actor)
    return Received(payment_id=payment.id, state=payment.state)


def find_known(session: Session, new: NewPayment) -> Received | None:
    """The same payment, told before."""
    row = session.scalar(sa.select(Payment).where(Payment.dedupe_key == new.dedupe_key))
    return Received(payment_id=row.id, state=row.state, is_new=False) if row else None


def find_match(session: Session, actor: User | None, new: NewPayment) -> Match:
    """What it is for. A payment reference that another payment had is never booked by itself."""
    match = judge_match(session, actor, new)
    reused = session.scalar(
        sa.select(Payment.id).where(Payment.payment_reference == new.payment_reference).limit(1)
    )
    if reused is None:
        return match
    return Match(doubt=Doubt.REUSED, suggested=tuple(match.shares) or match.suggested)


def judge_match(session: Session, actor: User | None, new: NewPayment) -> Match:
    """By the receivable that was named, else by what the payer wrote."""
    if new.receivable_id is None or actor is None:
        candidates = find_owed(session, actor, new.text, new.amount_minor, new.currency)
        return match_payment(new.text, new.amount_minor, new.currency, candidates)
    named = owed_of(find_receivable(session, actor, new.receivable_id))
    return match_payment(named.reference, new.amount_minor, new.currency, [named])


STATES: Mapping[Doubt | None, PaymentState] = {
    None: PaymentState.MATCHED,
    Doubt.UNKNOWN: PaymentState.UNMATCHED,
}


def write_payment(
    rt: Runtime, session: Session, actor: User | None, new: NewPayment, match: Match
) -> Payment:
    """The payment's row, and who told of it."""
    fields = {name: getattr(new, name) for name in (
        "amount_minor", "currency", "paid_on", "payment_reference", "text", "payer", "source",
        "dedupe_key",
    )}  # fmt: skip
    payment = Payment(
        **fields,
        state=STATES.get(match.doubt, PaymentState.DOUBTFUL),
        doubt=match.doubt,
        suggested=list(match.suggested),
        surplus_minor=match.surplus_minor,
        created_by_id=actor.id if actor else None,
        created_at=rt.now(),
    )
    session.add(payment)
    session.flush()
    session.add(audit_money(rt, actor, "payment.add", payment.id, source=new.source))
    return payment
