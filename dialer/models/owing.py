"""What an account owes, has promised, and whether its credit is marked: a few lines for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.money import PromiseState, ReceivableState
from dialer.models.credit import marked_accounts
from dialer.models.money import Promise, Receivable


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What is open in one currency, and how much of it is past its day."""

    currency: str
    minor: int
    overdue_minor: int


@dataclass(frozen=True, kw_only=True)
class Owing:
    """The account's money at a glance."""

    owed: Sequence[Owed]
    promises: Sequence[Promise]
    is_marked: bool


def load_owing(session: Session, account_id: int, today: date) -> Owing | None:
    """None for an account with which there is nothing about money to be said."""
    left = Receivable.amount_minor - Receivable.paid_minor
    rows = session.execute(
        sa.select(
            Receivable.currency,
            sa.func.sum(left),
            sa.func.sum(sa.case((Receivable.due_on < today, left), else_=0)),
        )
        .where(
            Receivable.account_id == account_id,
            Receivable.state == ReceivableState.OPEN,
            left > 0,
        )
        .group_by(Receivable.currency)
        .order_by(Receivable.currency)
    )
    owing = Owing(
        owed=[
            Owed(currency=currency, minor=int(minor), overdue_minor=int(overdue))
            for currency, minor, overdue in rows
        ],
        promises=session.scalars(
            sa.select(Promise)
            .join(Receivable)
            .where(Receivable.account_id == account_id, Promise.state == PromiseState.OPEN)
            .order_by(Promise.due_on)
            .limit(3)
        ).all(),
        is_marked=bool(marked_accounts(session, [account_id])),
    )
    return owing if owing.owed or owing.promises or owing.is_marked else None
