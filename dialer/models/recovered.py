"""Money that came in beside what the calls about it cost, and what people said on them."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import Disposition, Outcome
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Account
from dialer.models.money import Allocation, Payment, Receivable
from dialer.models.people import User
from dialer.models.visibility import sees_account, sees_call
from dialer.models.withdrawals import ASKS

# A call that somebody heard, or that left a message, may have won the money that came after it.
HEARD = (Outcome.TALKED, Outcome.VOICEMAIL)
BESIDE = ""  # a call about it that was no step of the ladder
REASONS = (
    Disposition.PROMISED, Disposition.DEFERRED, Disposition.PAID, Disposition.RESENT,
    Disposition.DISPUTED, Disposition.REFUSED, Disposition.OPTED_OUT, Disposition.WRONG_NUMBER,
)  # fmt: skip
MOST_WORDS = 20


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days from the first to the last, both of them in, as they are counted in a zone."""

    since: date
    until: date
    zone: ZoneInfo

    @property
    def begins_at(self) -> datetime:
        """Midnight before the first day."""
        return datetime.combine(self.since, time(), self.zone)

    @property
    def ends_at(self) -> datetime:
        """Midnight after the last day."""
        return datetime.combine(self.until + timedelta(days=1), time(), self.zone)


@dataclass(frozen=True, kw_only=True)
class Income:
    """What was paid on a day for customers of an owner; `step` is that of the last call about it
    that was heard before the money was told: BESIDE for none of the ladder's, None for no call.
    """

    paid_on: date
    owner_id: int | None
    step: str | None
    currency: str
    minor: int


@dataclass(frozen=True, kw_only=True)
class Expense:
    """One call about money, and what the carrier billed for it, as far as it has."""

    on: date
    owner_id: int | None
    step: str | None
    disposition: Disposition | None
    currency: str | None
    minor: int


@dataclass(kw_only=True)
class Line:
    """What belongs to one day, owner or step: minor units by currency."""

    key: Any
    recovered: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    calls: int = 0
    cost: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def load_income(session: Session, viewer: User, period: Period) -> list[Income]:
    """What came in for customers that the viewer sees; what was sent back pays nothing."""
    last_step = (
        sa.select(sa.func.coalesce(CallTask.step, BESIDE))
        .join(Call, Call.task_id == CallTask.id)
        .where(
            CallTask.receivable_id == Allocation.receivable_id,
            Call.created_at <= Payment.created_at,
            Call.outcome.in_(HEARD),
        )
        .order_by(Call.created_at.desc(), Call.id.desc())
        .limit(1)
        .correlate(Allocation, Payment)
        .scalar_subquery()
    )
    rows = (
        sa.select(
            Payment.paid_on, Account.owner_id, last_step.label("step"), Payment.currency,
            Allocation.amount_minor,
        )
        .join(Payment, Payment.id == Allocation.payment_id)
        .join(Receivable, Receivable.id == Allocation.receivable_id)
        .join(Account, Account.id == Receivable.account_id)
        .where(
            sees_account(viewer),
            Payment.paid_on.between(period.since, period.until),
        )
        .subquery()
    )  # fmt: skip
    keys = (rows.c.paid_on, rows.c.owner_id, rows.c.step, rows.c.currency)
    found = session.execute(sa.select(*keys, sa.func.sum(rows.c.amount_minor)).group_by(*keys))
    return [
        Income(paid_on=on, owner_id=owner_id, step=step, currency=currency, minor=int(minor))
        for on, owner_id, step, currency, minor in found
    ]


def load_expenses(session: Session, viewer: User, period: Period) -> list[Expense]:
    """The calls about money in a period, by whose customer it was."""
    rows = session.execute(
        sa.select(
            Call.created_at, Account.owner_id, sa.func.coalesce(CallTask.step, BESIDE),
            Call.disposition, Call.cost_currency, Call.cost_minor,
        )
        .outerjoin(CallTask, CallTask.id == Call.task_id)
        .outerjoin(Account, Account.id == Call.account_id)
        .where(
            sees_call(viewer), Call.purpose.in_(ASKS),
            Call.created_at >= period.begins_at, Call.created_at < period.ends_at,
        )
    )  # fmt: skip
    return [
        Expense(
            on=at.astimezone(period.zone).date(), owner_id=owner_id, step=step,
            disposition=said, currency=currency, minor=minor or 0,
        )
        for at, owner_id, step, said, currency, minor in rows
    ]  # fmt: skip


def lines_by(
    incomes: Iterable[Income],
    expenses: Iterable[Expense],
    key_of: Callable[[Income | Expense], Hashable],
) -> list[Line]:
    """Money in and the cost of calls side by side, each key once."""
    lines: dict[Hashable, Line] = {}
    for income in incomes:
        key = key_of(income)
        lines.setdefault(key, Line(key=key)).recovered[income.currency] += income.minor
    for expense in expenses:
        key = key_of(expense)
        line = lines.setdefault(key, Line(key=key))
        line.calls += 1
        if expense.currency:
            line.cost[expense.currency] += expense.minor
    return list(lines.values())


def count_reasons(expenses: Iterable[Expense]) -> Mapping[Disposition, int]:
    """What people said on the calls, by outcome; those that say nothing about paying left out."""
    counts = defaultdict[Disposition, int](int)
    for expense in expenses:
        if expense.disposition in REASONS:
            counts[expense.disposition] += 1
    return {said: counts[said] for said in REASONS if counts[said]}


def words_said(session: Session, viewer: User, period: Period) -> Sequence[Call]:
    """The latest calls on which somebody gave a reason in words."""
    return session.scalars(
        sa.select(Call)
        .where(
            sees_call(viewer), Call.purpose.in_(ASKS), Call.disposition.in_(REASONS),
            Call.note != "",
            Call.created_at >= period.begins_at, Call.created_at < period.ends_at,
        )
        .order_by(Call.id.desc())
        .limit(MOST_WORDS)
        .options(sa.orm.joinedload(Call.contact), sa.orm.joinedload(Call.account))
    ).all()  # fmt: skip
