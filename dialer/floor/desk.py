"""The rep's desk at one instant: the call, today's list, and the customer in focus."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dialer.domain.words import ContactRole, Purpose
from dialer.floor.hours import closing_hours
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Account, Contact
from dialer.models.desk import (
    NEVER_RUNG,
    count_closing,
    count_done,
    find_contact,
    last_call,
    live_call,
    open_tasks,
    planned_tasks,
    recent_calls,
    suppressed_numbers,
    talked_accounts,
    unwrapped_call,
)
from dialer.models.owing import Owing, load_owing
from dialer.models.people import User
from dialer.models.switches import is_stopped
from dialer.models.visibility import may_read_number, sees_contact
from dialer.runtime import Runtime

WRAP_UP_WITHIN = timedelta(hours=24)
FAILED_SHOWN_FOR = timedelta(minutes=10)
RECENT_CALLS = 8

# Whom a purpose may be meant for; a contact is offered no other.
OFFERED = {
    ContactRole.ALLY: (
        Purpose.APPOINTMENT, Purpose.FIRST_VISIT, Purpose.CARE, Purpose.REVISIT,
        Purpose.AFTER_SALES,
    ),
    ContactRole.DECISION_MAKER: (
        Purpose.APPOINTMENT, Purpose.FOLLOW_UP, Purpose.CLOSING, Purpose.CARE, Purpose.REVISIT,
        Purpose.REMINDER, Purpose.COLLECTION, Purpose.AFTER_SALES,
    ),
    ContactRole.PAYER: (
        Purpose.APPOINTMENT, Purpose.REMINDER, Purpose.COLLECTION, Purpose.THANK_YOU,
        Purpose.CARE, Purpose.REVISIT, Purpose.AFTER_SALES,
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Today:
    """The rep's list until the end of their day, and how far it is done."""

    tasks: Sequence[CallTask]
    done_count: int
    new_count: int
    old_count: int


@dataclass(frozen=True, kw_only=True)
class ClosingHour:
    """Today's hours for closing calls, and how far the rep's own are done."""

    opens_at: datetime
    closes_at: datetime
    planned: int
    done: int


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Who is in focus, and what is known of them."""

    contact: Contact
    account: Account | None
    blocked_number_ids: frozenset[int]
    calls: Sequence[Call]
    planned: Sequence[CallTask]
    money: Owing | None


@dataclass(frozen=True, kw_only=True)
class Desk:
    """`phase` is idle, live or wrap_up. `failed` is a call of minutes ago that rang nobody."""

    phase: str
    call: Call | None
    failed: Call | None
    task: CallTask | None
    customer: Customer | None
    today: Today
    closing: ClosingHour | None
    on_hold: bool


def desk_at(
    rt: Runtime, user: User, *, contact_id: int | None = None, task_id: int | None = None
) -> Desk:
    """The desk of a rep now. A call that lives or waits for its wrap-up decides the focus."""
    now = rt.now()
    with rt.sessions.read() as session:
        live = live_call(session, user.id)
        ended = None if live else unwrapped_call(session, user.id, now - WRAP_UP_WITHIN)
        call = live or ended
        today = load_today(rt, session, user)
        task = None if call else choose_task(today.tasks, contact_id, task_id)
        focus = call.contact_id if call else contact_id or (task.contact_id if task else None)
        return Desk(
            phase="live" if live else "wrap_up" if ended else "idle",
            call=call,
            failed=None if call else failed_call(session, user, focus, now),
            task=task,
            customer=load_customer(rt, session, user, focus) if focus else None,
            today=today,
            closing=load_closing(rt, session, user),
            on_hold=is_stopped(session),
        )


def load_today(rt: Runtime, session: Session, user: User) -> Today:
    """The list of the rep's own day."""
    start, end = day_of(rt.now(), zone_of(rt, user))
    tasks = open_tasks(session, user.id, end)
    accounts = [task.account_id for task in tasks if task.account_id]
    known = talked_accounts(session, accounts)
    old = sum(task.account_id in known for task in tasks)
    return Today(
        tasks=tasks,
        done_count=count_done(session, user.id, start),
        new_count=len(tasks) - old,
        old_count=old,
    )


def load_closing(rt: Runtime, session: Session, user: User) -> ClosingHour | None:
    """None where the rep has no closing call today, or the company no hour for one."""
    hours = closing_hours(rt, rt.now())
    planned, done = count_closing(session, user.id, *day_of(rt.now(), zone_of(rt, user)))
    if hours is None or not planned:
        return None
    return ClosingHour(opens_at=hours[0], closes_at=hours[1], planned=planned, done=done)


def zone_of(rt: Runtime, user: User) -> ZoneInfo:
    """In which zone a user reads times."""
    return ZoneInfo(user.time_zone or rt.settings.business_time_zone)


def day_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first instant of the local day, and that of the next."""
    today = now.astimezone(zone).date()
    midnight = datetime.combine(today, time(), zone)
    return midnight, datetime.combine(today + timedelta(days=1), time(), zone)


def choose_task(
    tasks: Sequence[CallTask], contact_id: int | None, task_id: int | None
) -> CallTask | None:
    """The task that is meant: the one named, else the contact's, else the first of the day."""
    if task_id is not None:
        return next((task for task in tasks if task.id == task_id), None)
    if contact_id is not None:
        return next((task for task in tasks if task.contact_id == contact_id), None)
    return next(iter(tasks), None)


def failed_call(session: Session, user: User, contact_id: int | None, now: datetime) -> Call | None:
    """The last try at this contact, if it ended before the customer could answer."""
    call = last_call(session, user.id, now - FAILED_SHOWN_FOR)
    if call is None or call.outcome not in NEVER_RUNG or call.contact_id != contact_id:
        return None
    return call


def load_customer(rt: Runtime, session: Session, user: User, contact_id: int) -> Customer | None:
    """A contact whom the reader may see, and the history of the account."""
    contact = find_contact(session, contact_id, sees_contact(user))
    if contact is None:
        return None
    blocked = suppressed_numbers(session, [number.id for number in contact.numbers])
    today = rt.now().astimezone(ZoneInfo(rt.settings.business_time_zone)).date()
    may_know = may_read_number(user, contact.account)
    return Customer(
        contact=contact,
        account=contact.account,
        blocked_number_ids=frozenset(blocked),
        calls=recent_calls(session, user, contact.account_id, contact.id, RECENT_CALLS),
        planned=planned_tasks(session, user, contact.account_id, contact.id),
        money=load_owing(session, contact.account_id, today)
        if contact.account_id and may_know
        else None,
    )
