"""What the ladder of calls must know of many receivables, in a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.domain.dunning import Debt, Standing
from dialer.domain.matching import Doubt
from dialer.domain.money import PaymentState, PromiseState, ReceivableState
from dialer.domain.words import TaskState
from dialer.models.calls import Call, CallTask
from dialer.models.credit import marked_accounts
from dialer.models.customers import Contact, best_zone
from dialer.models.ledger import load_open_parts
from dialer.models.money import Payment, Promise, Receivable
from dialer.models.withdrawals import ASKS

DUNNING = "dunning:"
NOT_OVER = (TaskState.WAITING, TaskState.DIALING, TaskState.LIVE, TaskState.UNCERTAIN)
# The receivables of a payment are not sure where it names none of them.
GUESSED = (Doubt.AMOUNT_ONLY, Doubt.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A receivable with what decides whether somebody is called about it on a day there."""

    receivable: Receivable
    debt: Debt
    zone: str
    today: date
    is_promised: bool
    is_in_doubt: bool
    pending: CallTask | None
    is_called_today: bool

    @property
    def waits(self) -> bool:
        """Whether our own mistake lets it wait today."""
        until = self.receivable.waits_until_on
        return until is not None and self.today < until


def select_receivables() -> sa.Select[Receivable]:
    """Receivables with the people around them."""
    return sa.select(Receivable).options(
        joinedload(Receivable.account),
        joinedload(Receivable.contact).selectinload(Contact.numbers),
    )


def load_due(session: Session, now: datetime, limit: int) -> Sequence[Receivable]:
    """Open receivables at which the clock has to look now, held until the transaction ends."""
    return session.scalars(
        select_receivables()
        .where(
            Receivable.state == ReceivableState.OPEN,
            Receivable.paid_minor < Receivable.amount_minor,
            sa.or_(Receivable.looks_at.is_(None), Receivable.looks_at <= now),
        )
        .order_by(Receivable.due_on, Receivable.id)
        .limit(limit)
        .with_for_update(of=Receivable, skip_locked=True)
    ).all()


def load_candidates(
    session: Session, rows: Sequence[Receivable], now: datetime, on: date | None = None
) -> list[Candidate]:
    """One for each that is open, with the payer's own date, or the day that is asked about."""
    ids = [row.id for row in rows]
    parts = load_open_parts(session, rows)
    marked = marked_accounts(session, [row.account_id for row in rows])
    promised, doubted = promised_ids(session, ids), doubted_ids(session)
    tasks = load_asks(session, rows)
    called = last_calls(session, [row.contact_id for row in rows], now)
    found = []
    for row in rows:
        if not parts[row.id]:
            continue
        numbers = row.contact.numbers
        zone = best_zone(row.contact, numbers[0]) if numbers else "UTC"
        today = on or now.astimezone(ZoneInfo(zone)).date()
        own = [task for task in tasks[row.contact_id] if task.receivable_id == row.id]
        debt = Debt(
            part=parts[row.id][0],
            open_minor=row.open_minor,
            currency=row.currency,
            account_class=row.account.account_class,
            standing=Standing.MARKED if row.account_id in marked else Standing.GOOD,
            waited_days=row.waited_days,
            taken=taken_steps(own, row.id, parts[row.id][0].due_on),
        )
        found.append(
            Candidate(
                receivable=row, debt=debt, zone=zone, today=today,
                is_promised=row.id in promised, is_in_doubt=row.id in doubted,
                pending=next((task for task in own if task.state in NOT_OVER), None),
                is_called_today=is_on(called.get(row.contact_id), zone, today)
                or any(task.state in NOT_OVER and is_on(task.due_at, zone, today)
                       for task in tasks[row.contact_id] if task.receivable_id != row.id),
            )
        )  # fmt: skip
    return found


def is_on(at: datetime | None, zone: str, day: date) -> bool:
    """Whether an instant lies on a day of a zone."""
    return at is not None and at.astimezone(ZoneInfo(zone)).date() == day


def taken_steps(tasks: Iterable[CallTask], receivable_id: int, part_due_on: date) -> frozenset[str]:
    """The steps that were taken for a part, by the names of their tasks."""
    prefix = step_key(receivable_id, part_due_on, "")
    keys = (task.occurrence_key or "" for task in tasks)
    return frozenset(key.removeprefix(prefix) for key in keys if key.startswith(prefix))


def step_key(receivable_id: int, part_due_on: date, step: str) -> str:
    """A step is taken once for each part."""
    return f"{DUNNING}{receivable_id}:{part_due_on}:{step}"


def promised_ids(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Receivables with a promise that is not judged yet."""
    return frozenset(
        session.scalars(
            sa.select(Promise.receivable_id).where(
                Promise.receivable_id.in_(ids), Promise.state == PromiseState.OPEN
            )
        )
    )


def doubted_ids(session: Session) -> frozenset[int]:
    """Receivables that are named by a payment on which a person has still to decide."""
    rows = session.scalars(
        sa.select(Payment.suggested).where(
            Payment.state == PaymentState.DOUBTFUL, Payment.doubt.not_in(GUESSED)
        )
    )
    return frozenset(id_ for suggested in rows for id_ in suggested)


def load_asks(session: Session, rows: Sequence[Receivable]) -> dict[int, list[CallTask]]:
    """By payer: the calls about money that are planned, and the steps that were taken."""
    found = defaultdict[int, list[CallTask]](list)
    for task in session.scalars(
        sa.select(CallTask).where(
            CallTask.contact_id.in_({row.contact_id for row in rows}),
            CallTask.purpose.in_(ASKS),
            CallTask.receivable_id.is_not(None),
            sa.or_(CallTask.state.in_(NOT_OVER), CallTask.occurrence_key.startswith(DUNNING)),
        )
    ):
        if task.contact_id is not None:
            found[task.contact_id].append(task)
    return found


def last_calls(session: Session, contact_ids: Sequence[int], now: datetime) -> dict[int, datetime]:
    """By payer: when we last called about money, within two days."""
    rows = session.execute(
        sa.select(Call.contact_id, sa.func.max(Call.created_at))
        .where(
            Call.contact_id.in_(contact_ids),
            Call.purpose.in_(ASKS),
            Call.created_at > now - timedelta(days=2),
        )
        .group_by(Call.contact_id)
    )
    return {contact_id: at for contact_id, at in rows if contact_id is not None}
