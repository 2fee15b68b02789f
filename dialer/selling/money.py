"""Receivables: money that is owed, and whom it is asked of."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from babel.numbers import list_currencies
from sqlalchemy.orm import Session

from dialer.models import AuditEntry, Contact, Receivable, User
from dialer.runtime import Runtime
from dialer.selling.accounts import find_editable
from dialer.selling.errors import BadValue


@dataclass(frozen=True, kw_only=True)
class NewReceivable:
    """An invoice that is open: `amount_minor` in minor units of an ISO 4217 currency."""

    account_id: int
    contact_id: int
    reference: str
    amount_minor: int
    currency: str
    due_on: date


def create_receivable(rt: Runtime, actor: User, new: NewReceivable) -> int:
    """Write what is owed and return its id. Raises NotFound, NotAllowed or BadValue.

    An account has each reference once.
    """
    if new.currency not in list_currencies():
        raise BadValue("currency", "must be an ISO 4217 currency such as CNY")
    try:
        return write_receivable(rt, actor, new)
    except sa.exc.IntegrityError:
        raise BadValue("reference", "must be one that the account does not have yet") from None


def write_receivable(rt: Runtime, actor: User, new: NewReceivable) -> int:
    """Write the row, and who did."""
    with rt.sessions.write() as session:
        check_contact(session, actor, new)
        receivable = Receivable(
            account_id=new.account_id,
            contact_id=new.contact_id,
            reference=new.reference,
            amount_minor=new.amount_minor,
            currency=new.currency,
            due_on=new.due_on,
            created_at=rt.now(),
        )
        session.add(receivable)
        session.flush()
        session.add(
            AuditEntry(
                at=rt.now(),
                actor_id=actor.id,
                action="receivable.add",
                subject_kind="receivable",
                subject_id=receivable.id,
            )
        )
        return receivable.id


def check_contact(session: Session, actor: User, new: NewReceivable) -> None:
    """Whoever is asked for the money belongs to the account. Raises as `create_receivable`."""
    account = find_editable(session, actor, new.account_id)
    contact = session.get(Contact, new.contact_id)
    if contact is None or contact.account_id != account.id:
        raise BadValue("contact_id", "must be a contact of the account")
