"""Booking money: what it pays, whom it leaves in peace, and whom it lets us thank."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.cadence import instant_of, propose
from dialer.domain.money import ReceivableState, due_minor
from dialer.domain.words import Disposition, Mode, Purpose, TaskState
from dialer.models import Allocation, CallTask, Payment, Receivable, User
from dialer.models.customers import best_zone
from dialer.models.ledger import load_open_parts, lock_receivable
from dialer.models.transitions import By
from dialer.models.withdrawals import withdraw_asks
from dialer.runtime import Runtime
from dialer.selling.judging import judge_again


def book(
    rt: Runtime, session: Session, payment: Payment, shares: Mapping[int, int], actor: User | None
) -> None:
    """Let a payment pay receivables, each at most what is open of it; the rest is surplus.

    Whatever asks for money that was paid is withdrawn here; what the carrier has already is hung
    up by the clock.
    """
    rows = [lock_receivable(session, id_) for id_ in sorted(shares)]
    for row in rows:
        booked = min(shares[row.id], row.open_minor)
        payment.surplus_minor += shares[row.id] - booked
        pay(session, payment, row, booked)
    session.flush()
    by = By(actor="payment", at=rt.now(), reason=f"payment:{payment.id}")
    withdraw_asks(session, [row.id for row in rows], by)
    judge_again(rt, session, rows)
    thank(rt, session, rows, actor)


def pay(session: Session, payment: Payment, row: Receivable, booked: int) -> None:
    """Write one share. A disputed receivable of which all is paid is settled as well."""
    if booked == 0:
        return
    session.add(
        Allocation(payment_id=payment.id, receivable_id=row.id, amount_minor=booked)
    )  # fmt: skip
    row.paid_minor += booked
    row.looks_at = None
    if row.open_minor == 0 and row.state is not ReceivableState.WITHDRAWN:
        row.state = ReceivableState.PAID


def thank(rt: Runtime, session: Session, rows: Sequence[Receivable], actor: User | None) -> None:
    """Plan a thank-you for whoever owes nothing any more that is due; one call, however many."""
    parts = load_open_parts(session, rows)
    for row in rows:
        zone = zone_of(row)
        today = rt.now().astimezone(ZoneInfo(zone)).date()
        if due_minor(parts[row.id], today) == 0 and not is_thanked(session, row):
            plan_thanks(rt, session, row, zone, actor)


def zone_of(row: Receivable) -> str:
    """Whose calendar counts: the payer's; one without a number keeps the company's."""
    numbers = row.contact.numbers
    return best_zone(row.contact, numbers[0]) if numbers else "UTC"


def is_thanked(session: Session, row: Receivable) -> bool:
    """Whether the payer has a thank-you coming, or had one for this receivable."""
    return session.scalar(
        sa.select(
            sa.exists().where(
                CallTask.purpose == Purpose.THANK_YOU,
                sa.or_(
                    CallTask.occurrence_key == thanks_key(row),
                    sa.and_(
                        CallTask.contact_id == row.contact_id,
                        CallTask.state == TaskState.WAITING,
                    ),
                ),
            )
        )
    ) or False  # fmt: skip


def thanks_key(row: Receivable) -> str:
    """A receivable is thanked for once."""
    return f"thanks:{row.id}"


def plan_thanks(
    rt: Runtime, session: Session, row: Receivable, zone: str, actor: User | None
) -> None:
    """The call on the owner's list, when the cadence says."""
    now = rt.now()
    today = now.astimezone(ZoneInfo(zone)).date()
    step = propose(
        rt.cadence, Purpose.COLLECTION, Disposition.PAID, row.account.account_class, today, zone
    )
    if step is None:
        return
    session.add(
        CallTask(
            occurrence_key=thanks_key(row),
            purpose=step.purpose,
            mode=Mode.REP,
            contact_id=row.contact_id,
            account_id=row.account_id,
            number_id=row.contact.numbers[0].id if row.contact.numbers else None,
            owner_id=row.account.owner_id or (actor.id if actor else None),
            receivable_id=row.id,
            due_at=instant_of(step.due_local, zone),
            due_local=step.due_local.isoformat(timespec="minutes"),
            due_zone=zone,
            note=row.reference,
            created_at=now,
        )
    )
    session.flush()
