"""What a person decides about money that nobody could place: a supervisor's or an admin's deed."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.money import PaymentState, ReceivableState
from dialer.domain.words import UserRole
from dialer.models import Allocation, Payment, Receivable, User
from dialer.models.ledger import lock_receivable
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime
from dialer.selling.booking import book
from dialer.selling.errors import BadValue, NotAllowed, NotFound
from dialer.selling.judging import judge_again
from dialer.selling.money import audit_money, find_receivable

UNDECIDED = (PaymentState.DOUBTFUL, PaymentState.UNMATCHED)


def assign_payment(
    rt: Runtime, actor: User, payment_id: int, shares: Mapping[int, int], reason: str
) -> None:
    """Book an undecided payment: minor units by receivable; what is left of it is surplus.

    Raises NotFound, NotAllowed, or BadValue for shares that do not fit.
    """
    check_decider(actor, reason)
    with rt.sessions.write() as session:
        payment = find_payment(session, payment_id, UNDECIDED)
        check_shares(session, actor, payment, shares)
        payment.state, payment.doubt = PaymentState.MATCHED, None
        payment.surplus_minor = payment.amount_minor - sum(shares.values())
        decide(rt, session, actor, payment, "payment.assign", reason)
        book(rt, session, payment, shares, actor)
        wake_clock(session)


def check_decider(actor: User, reason: str) -> None:
    """Reps do not move money, and nobody does without a word. Raises NotAllowed, BadValue."""
    if actor.role is UserRole.REP:
        raise NotAllowed
    if not reason.strip():
        raise BadValue("reason", "must say why")


def find_payment(session: Session, payment_id: int, states: tuple[PaymentState, ...]) -> Payment:
    """A payment in one of some states, its row locked. Raises NotFound or BadValue."""
    row = session.scalar(sa.select(Payment).where(Payment.id == payment_id).with_for_update())
    if row is None:
        raise NotFound("payment")
    if row.state not in states:
        raise BadValue("payment", "must be one that waits for this")
    return row


def check_shares(
    session: Session, actor: User, payment: Payment, shares: Mapping[int, int]
) -> None:
    """Refuse shares beyond the payment or what is open, or in another currency."""
    if not shares or min(shares.values()) <= 0 or sum(shares.values()) > payment.amount_minor:
        raise BadValue("shares", "must be above 0 and together at most the payment")
    for receivable_id, share in sorted(shares.items()):
        row = find_receivable(session, actor, receivable_id)
        if row.currency != payment.currency:
            raise BadValue("shares", "must be in the currency of the payment")
        if row.state is ReceivableState.WITHDRAWN or share > row.open_minor:
            raise BadValue("shares", "must each be at most what is open")


def decide(
    rt: Runtime, session: Session, actor: User, payment: Payment, action: str, reason: str
) -> None:
    """Who decided, and why."""
    payment.decided_by_id, payment.decided_at = actor.id, rt.now()
    payment.reason = reason.strip()
    session.add(audit_money(rt, actor, action, payment.id, why=reason.strip()))


def return_payment(rt: Runtime, actor: User, payment_id: int, reason: str) -> None:
    """Send money back, or undo what came back by itself: all that it paid is open again.

    Raises NotFound, NotAllowed or BadValue.
    """
    check_decider(actor, reason)
    with rt.sessions.write() as session:
        payment = find_payment(session, payment_id, (PaymentState.MATCHED, *UNDECIDED))
        payment.state, payment.surplus_minor = PaymentState.RETURNED, 0
        decide(rt, session, actor, payment, "payment.return", reason)
        rows = [
            reopen(session, share)
            for share in session.scalars(
                sa.select(Allocation)
                .where(Allocation.payment_id == payment.id)
                .order_by(Allocation.receivable_id)
            ).all()
        ]
        session.flush()
        judge_again(rt, session, rows)
        wake_clock(session)


def reopen(session: Session, share: Allocation) -> Receivable:
    """Take one share back."""
    row = lock_receivable(session, share.receivable_id)
    row.paid_minor -= share.amount_minor
    if row.state is ReceivableState.PAID:
        row.state = ReceivableState.OPEN
    row.looks_at = None
    session.delete(share)
    return row


def settle_surplus(rt: Runtime, actor: User, payment_id: int, reason: str) -> None:
    """Say what became of what was paid beyond what was owed. Raises as the others."""
    check_decider(actor, reason)
    with rt.sessions.write() as session:
        payment = find_payment(session, payment_id, (PaymentState.MATCHED,))
        if payment.surplus_minor == 0 or payment.surplus_settled_at is not None:
            raise BadValue("payment", "must have a surplus that nobody has decided on")
        payment.surplus_settled_at = rt.now()
        decide(rt, session, actor, payment, "payment.surplus", reason)
