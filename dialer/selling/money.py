"""Receivables: money that is owed, in one sum or in instalments, and whom it is asked of."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.currencies import CURRENCIES
from dialer.domain.money import Part
from dialer.models import Account, AuditEntry, Contact, Instalment, Receivable, User
from dialer.models.visibility import may_edit_account, sees_account
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime
from dialer.selling.accounts import find_editable
from dialer.selling.errors import BadValue, NotAllowed, NotFound

MOST_MINOR = 10**15
MOST_INSTALMENTS = 120
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True, kw_only=True)
class NewReceivable:
    """An invoice that is open: `amount_minor` in minor units of an ISO 4217 currency.

    With `instalments`, whose sum is the amount, `due_on` is that of the last.
    """

    account_id: int
    contact_id: int
    reference: str
    amount_minor: int
    currency: str
    due_on: date
    instalments: tuple[Part, ...] = ()


def create_receivable(rt: Runtime, actor: User, new: NewReceivable) -> int:
    """Write what is owed and return its id. Raises NotFound, NotAllowed or BadValue.

    An account has each reference once.
    """
    check_currency(new.currency)
    check_parts(new)
    try:
        with rt.sessions.write() as session:
            check_contact(session, actor, new.account_id, new.contact_id)
            return write_receivable(rt, session, actor, new).id
    except sa.exc.IntegrityError:
        raise BadValue("reference", "must be one that the account does not have yet") from None


def check_currency(currency: str) -> None:
    """Refuse what is no currency. Raises BadValue."""
    if currency not in CURRENCIES:
        raise BadValue("currency", "must be an ISO 4217 currency such as CNY")


def check_parts(new: NewReceivable) -> None:
    """Refuse a due date that is none, and instalments that do not come to the amount."""
    for day in (new.due_on, *(part.due_on for part in new.instalments)):
        if not FIRST_DAY <= day < LAST_DAY:
            raise BadValue("due_on", "must be a day between 2000 and 2100")
    amounts = [part.amount_minor for part in new.instalments]
    if not amounts:
        return
    if len(amounts) > MOST_INSTALMENTS or min(amounts) <= 0 or sum(amounts) != new.amount_minor:
        raise BadValue("instalments", "must be amounts above 0 whose sum is the amount")


def check_contact(session: Session, actor: User, account_id: int, contact_id: int) -> Account:
    """Whoever is asked for the money belongs to the account. Raises as `create_receivable`."""
    account = find_editable(session, actor, account_id)
    contact = session.get(Contact, contact_id)
    if contact is None or contact.account_id != account.id:
        raise BadValue("contact_id", "must be a contact of the account")
    return account


def write_receivable(rt: Runtime, session: Session, actor: User, new: NewReceivable) -> Receivable:
    """Write the rows, and who did; the clock looks at once whether somebody is to be called."""
    parts = sorted(new.instalments, key=lambda part: part.due_on)
    receivable = Receivable(
        account_id=new.account_id,
        contact_id=new.contact_id,
        reference=new.reference,
        amount_minor=new.amount_minor,
        currency=new.currency,
        due_on=parts[-1].due_on if parts else new.due_on,
        created_at=rt.now(),
    )
    receivable.instalments = [
        Instalment(position=place, amount_minor=part.amount_minor, due_on=part.due_on)
        for place, part in enumerate(parts)
    ]
    session.add(receivable)
    session.flush()
    session.add(audit_money(rt, actor, "receivable.add", receivable.id))
    wake_clock(session)
    return receivable


def find_receivable(session: Session, actor: User, receivable_id: int) -> Receivable:
    """A receivable of an account that the user may change, its row locked.

    Raises NotFound or NotAllowed.
    """
    row = session.scalar(
        sa.select(Receivable)
        .where(Receivable.id == receivable_id, Receivable.account.has(sees_account(actor)))
        .with_for_update(of=Receivable)
    )
    if row is None:
        raise NotFound("receivable")
    if not may_edit_account(actor, row.account):
        raise NotAllowed
    return row


def audit_money(
    rt: Runtime, actor: User | None, action: str, subject_id: int, **detail: object
) -> AuditEntry:
    """Who did what to which receivable, payment or deal: the action's first word says which."""
    return AuditEntry(
        at=rt.now(),
        actor_id=actor.id if actor else None,
        action=action,
        subject_kind=action.partition(".")[0],
        subject_id=subject_id,
        detail=detail,
    )
