"""Terms of payment: part of every deal, and on account only for whom we trust."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.credit import MarkKind, NoCredit, Terms, refuse_credit
from dialer.domain.money import Part, ReceivableState
from dialer.domain.words import UserRole
from dialer.models import Call, CreditLine, CreditMark, Deal, Receivable, User
from dialer.models.credit import load_credit, mark_credit
from dialer.models.ledger import load_open_parts
from dialer.models.visibility import sees_call
from dialer.runtime import Runtime
from dialer.selling.accounts import find_account, find_editable
from dialer.selling.errors import BadValue, NotAllowed, NotFound
from dialer.selling.money import (
    MOST_MINOR,
    NewReceivable,
    audit_money,
    check_contact,
    check_currency,
    check_parts,
    write_receivable,
)

BATCH = 500


class NoCreditGiven(BadValue):
    """The deal cannot run on account; `why` is the reason."""

    def __init__(self, why: NoCredit) -> None:
        super().__init__("terms", f"cannot be on account: {why}")
        self.why = why


@dataclass(frozen=True, kw_only=True)
class NewDeal:
    """A purchase with the terms that the customer has accepted.

    On delivery needs `delivery_on`. On account it is due after the house's days, or by
    `instalments`, whose sum is the amount.
    """

    account_id: int
    contact_id: int
    terms: Terms
    amount_minor: int
    currency: str
    reference: str
    call_id: int | None = None
    delivery_on: date | None = None
    instalments: tuple[Part, ...] = ()
    note: str = ""


def agree_deal(rt: Runtime, actor: User, new: NewDeal) -> int:
    """Write a deal and what is owed for it; returns the deal's id.

    Raises NotFound, NotAllowed, BadValue; NoCreditGiven where it cannot run on account.
    """
    check_currency(new.currency)
    if not 0 < new.amount_minor <= MOST_MINOR:
        raise BadValue("amount_minor", "must be above 0")
    owed = owed_for(rt, new)
    check_parts(owed)
    try:
        with rt.sessions.write() as session:
            check_contact(session, actor, new.account_id, new.contact_id)
            check_call(session, actor, new)
            check_credit(rt, session, new)
            receivable = write_receivable(rt, session, actor, owed)
            return write_deal(rt, session, actor, new, receivable).id
    except sa.exc.IntegrityError:
        raise BadValue("reference", "must be one that the account does not have yet") from None


def owed_for(rt: Runtime, new: NewDeal) -> NewReceivable:
    """What is owed and when, by the terms. Raises BadValue."""
    today = rt.now().astimezone(ZoneInfo(rt.settings.business_time_zone)).date()
    due = {
        Terms.PREPAID: today,
        Terms.ON_DELIVERY: new.delivery_on,
        Terms.ON_ACCOUNT: today + timedelta(days=rt.cadence.money.credit_days),
    }[new.terms]
    if due is None or due < today:
        raise BadValue("delivery_on", "must be the day of the delivery, not over already")
    if new.instalments and new.terms is not Terms.ON_ACCOUNT:
        raise BadValue("instalments", "must only be given on account")
    return NewReceivable(
        account_id=new.account_id, contact_id=new.contact_id, reference=new.reference,
        amount_minor=new.amount_minor, currency=new.currency, due_on=due,
        instalments=new.instalments,
    )  # fmt: skip


def check_call(session: Session, actor: User, new: NewDeal) -> None:
    """The call on which it was agreed was one with this account. Raises NotFound, BadValue."""
    if new.call_id is None:
        return
    call = session.scalar(sa.select(Call).where(Call.id == new.call_id, sees_call(actor)))
    if call is None:
        raise NotFound("call")
    if call.account_id != new.account_id:
        raise BadValue("call_id", "must be a call with the account")


def check_credit(rt: Runtime, session: Session, new: NewDeal) -> None:
    """First purchases are paid at once, later ones may run within the limit. Raises."""
    if new.terms is not Terms.ON_ACCOUNT:
        return
    credit = load_credit(session, new.account_id)
    first = rt.cadence.money.first_purchases
    why = refuse_credit(credit, new.amount_minor, new.currency, first)
    if why is not None:
        raise NoCreditGiven(why)


def write_deal(
    rt: Runtime, session: Session, actor: User, new: NewDeal, receivable: Receivable
) -> Deal:
    """The deal's row, and who agreed it."""
    deal = Deal(
        account_id=new.account_id, contact_id=new.contact_id, call_id=new.call_id,
        receivable_id=receivable.id, terms=new.terms, amount_minor=new.amount_minor,
        currency=new.currency, due_on=receivable.due_on, note=new.note,
        agreed_by_id=actor.id, agreed_at=rt.now(),
    )  # fmt: skip
    session.add(deal)
    session.flush()
    session.add(audit_money(rt, actor, "deal.add", deal.id, terms=new.terms))
    return deal


def set_credit_line(
    rt: Runtime, actor: User, account_id: int, limit_minor: int, currency: str
) -> None:
    """Say how much an account may owe on account. Raises NotFound, NotAllowed or BadValue."""
    check_boss(actor)
    check_currency(currency)
    if not 0 <= limit_minor <= MOST_MINOR:
        raise BadValue("limit_minor", "must not be negative")
    with rt.sessions.write() as session:
        find_account(session, actor, account_id)
        session.merge(
            CreditLine(
                account_id=account_id, limit_minor=limit_minor, currency=currency,
                set_by_id=actor.id, set_at=rt.now(),
            )
        )  # fmt: skip
        detail = {"limit_minor": limit_minor, "currency": currency}
        session.add(audit_money(rt, actor, "account.credit", account_id, **detail))


def check_boss(actor: User) -> None:
    """Credit is a supervisor's matter. Raises NotAllowed."""
    if actor.role is UserRole.REP:
        raise NotAllowed


def note_rumour(rt: Runtime, actor: User, account_id: int, note: str) -> None:
    """Mark an account's credit because of what one hears. Raises NotFound, NotAllowed, BadValue."""
    if not note.strip():
        raise BadValue("note", "must say what is heard")
    with rt.sessions.write() as session:
        find_editable(session, actor, account_id)
        occurrence = f"rumour:{rt.token()}"
        mark_credit(
            session, account_id, MarkKind.RUMOUR, occurrence, rt.now(),
            note=note.strip(), user_id=actor.id,
        )  # fmt: skip


def clear_credit(rt: Runtime, actor: User, account_id: int, reason: str) -> int:
    """Clear all marks of an account, with a reason; returns how many there were.

    Raises NotFound, NotAllowed or BadValue.
    """
    check_boss(actor)
    if not reason.strip():
        raise BadValue("reason", "must say why")
    with rt.sessions.write() as session:
        find_account(session, actor, account_id)
        done = session.execute(
            sa.update(CreditMark)
            .where(CreditMark.account_id == account_id, CreditMark.cleared_at.is_(None))
            .values(cleared_at=rt.now(), cleared_by_id=actor.id, clear_reason=reason.strip())
        )
        session.add(audit_money(rt, actor, "account.clear_credit", account_id, why=reason.strip()))
        return int(done.rowcount)  # type: ignore[attr-defined]


def mark_overdue(rt: Runtime) -> int:
    """Mark the credit of whoever has owed for too long; once for each receivable."""
    today = rt.now().astimezone(ZoneInfo(rt.settings.business_time_zone)).date()
    limit = today - timedelta(days=rt.cadence.money.overdue_marks_days)
    marked = sa.exists().where(
        CreditMark.occurrence_key == sa.literal("overdue:") + sa.cast(Receivable.id, sa.String)
    )
    with rt.sessions.write() as session:
        rows = session.scalars(
            sa.select(Receivable)
            .where(Receivable.state == ReceivableState.OPEN, Receivable.due_on < limit, ~marked)
            .order_by(Receivable.id)
            .limit(BATCH)
        ).all()
        parts = load_open_parts(session, rows)
        return sum(
            mark_credit(
                session, row.account_id, MarkKind.OVERDUE, f"overdue:{row.id}", rt.now(),
                note=row.reference,
            )
            for row in rows
            if parts[row.id] and parts[row.id][0].due_on < limit
        )  # fmt: skip
