"""Which receivables a payment might be for, found by what the payer wrote or by the amount."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.matching import MOST_SUGGESTED, Owed, key
from dialer.domain.money import ReceivableState
from dialer.models.money import Receivable
from dialer.models.people import User
from dialer.models.visibility import sees_account

# References are told apart by letters and digits alone; these signs stand between them.
BETWEEN = " -_./\\#:()"
MOST_NAMED = 50
ASKED_FOR = (ReceivableState.OPEN, ReceivableState.DISPUTED)


def owed_of(row: Receivable) -> Owed:
    """A receivable as matching sees it; nothing is open on what is withdrawn."""
    return Owed(
        id=row.id,
        reference=row.reference,
        open_minor=row.open_minor if row.state in ASKED_FOR else 0,
        currency=row.currency,
    )


def find_owed(
    session: Session, actor: User | None, text: str, amount_minor: int, currency: str
) -> list[Owed]:
    """Receivables that the text may name, and the oldest on which just this amount is open.

    Without an actor it is the operator who asks, and sees all of them.
    """
    seen = sa.select(Receivable)
    if actor is not None:
        seen = seen.where(Receivable.account.has(sees_account(actor)))
    named = session.scalars(seen.where(may_be_named(text)).limit(MOST_NAMED)).all()
    fitting = session.scalars(
        seen.where(
            Receivable.state.in_(ASKED_FOR),
            Receivable.currency == currency,
            Receivable.amount_minor - Receivable.paid_minor == amount_minor,
        )
        .order_by(Receivable.due_on, Receivable.id)
        .limit(MOST_SUGGESTED)
    )
    rows = {row.id: row for row in (*named, *fitting)}
    return [owed_of(row) for row in rows.values()]


def may_be_named(text: str) -> sa.ColumnElement[bool]:
    """Whether a reference stands in a text, spelled anyhow; the domain looks closer."""
    bare: sa.ColumnElement[str] = sa.func.lower(Receivable.reference)
    for sign in BETWEEN:
        bare = sa.func.replace(bare, sign, "")
    return sa.literal(key(text)).contains(bare)
