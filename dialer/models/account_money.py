"""What an account's page shows of its money: owed, promised, agreed, written, and marked."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.models.credit import CreditMark, Deal
from dialer.models.customers import Contact
from dialer.models.letters import EmailAddress, Letter
from dialer.models.money import Promise, Receivable
from dialer.models.statements import STANDS_OPEN

MOST_OF_ACCOUNT = 50


def letters_of(session: Session, account_id: int) -> Sequence[Letter]:
    """What was written to an account's people, the latest first."""
    return session.scalars(
        sa.select(Letter)
        .where(Letter.account_id == account_id)
        .order_by(Letter.id.desc())
        .limit(MOST_OF_ACCOUNT)
        .options(joinedload(Letter.contact))
    ).all()


def open_marks(session: Session, account_id: int) -> Sequence[CreditMark]:
    """What speaks against an account's credit and was not cleared."""
    return session.scalars(
        sa.select(CreditMark)
        .where(CreditMark.account_id == account_id, CreditMark.cleared_at.is_(None))
        .order_by(CreditMark.id)
    ).all()


def owed_by(session: Session, account_id: int) -> Sequence[Receivable]:
    """What an account owes or owed: what is open first, then the latest."""
    is_over = sa.case((Receivable.state.in_(STANDS_OPEN), 0), else_=1)
    return session.scalars(
        sa.select(Receivable)
        .where(Receivable.account_id == account_id)
        .order_by(is_over, Receivable.due_on.desc(), Receivable.id.desc())
        .limit(MOST_OF_ACCOUNT)
        .options(joinedload(Receivable.contact))
    ).all()


def promises_of(session: Session, account_id: int) -> Sequence[Promise]:
    """What an account's people have promised, the latest first."""
    return session.scalars(
        sa.select(Promise)
        .join(Receivable, Receivable.id == Promise.receivable_id)
        .where(Receivable.account_id == account_id)
        .order_by(Promise.id.desc())
        .limit(MOST_OF_ACCOUNT)
        .options(joinedload(Promise.receivable))
    ).all()


def deals_of(session: Session, account_id: int) -> Sequence[Deal]:
    """What was agreed with an account, the latest first."""
    return session.scalars(
        sa.select(Deal)
        .where(Deal.account_id == account_id)
        .order_by(Deal.id.desc())
        .limit(MOST_OF_ACCOUNT)
    ).all()


def mailboxes_of(session: Session, account_id: int) -> dict[int, EmailAddress]:
    """The e-mail addresses of an account's people, by contact."""
    rows = session.scalars(
        sa.select(EmailAddress)
        .join(Contact, Contact.id == EmailAddress.contact_id)
        .where(Contact.account_id == account_id)
    )
    return {row.contact_id: row for row in rows}
