"""The searchable log of calls: filters, pages by cursor, and rows for a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from dialer.domain.phone import mask
from dialer.domain.words import CallStatus, Disposition, LegRole, Outcome, Purpose
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallEvent
from dialer.models.customers import Account, Contact, PhoneNumber
from dialer.models.people import User
from dialer.models.visibility import may_read_number, sees_call, sees_number

PAGE_SIZE = 50
EXPORT_LIMIT = 50_000
MIN_DIGITS = 3
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
COLUMNS = (
    "id", "created_at", "purpose", "rep", "account", "contact", "number", "status", "outcome",
    "disposition", "ended_by", "answered_at", "ended_at", "ring_seconds", "talk_seconds",
    "hold_seconds", "cost_minor", "cost_currency", "recording_sid", "point", "note",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CallFilter:
    """What to look for; None asks for nothing. `text` is part of a name, or of a number.

    `since` is inclusive and `until` exclusive, on the instant at which the call was made.
    """

    rep_id: int | None = None
    team_id: int | None = None
    account_id: int | None = None
    contact_id: int | None = None
    purpose: Purpose | None = None
    status: CallStatus | None = None
    outcome: Outcome | None = None
    disposition: Disposition | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CallPage:
    """One page, newest first; `next_cursor` is None on the last."""

    calls: list[Call]
    next_cursor: int | None


def search_calls(
    session: Session,
    viewer: User,
    wanted: CallFilter,
    *,
    cursor: int | None = None,
    limit: int = PAGE_SIZE,
) -> CallPage:
    """A page of the calls that the viewer may see; `cursor` is the last page's `next_cursor`."""
    query = select_calls(viewer, wanted).limit(limit + 1)
    if cursor is not None:
        query = query.where(Call.id < sa.literal(cursor, sa.BigInteger()))
    found = list(session.scalars(query))
    more = len(found) > limit
    return CallPage(calls=found[:limit], next_cursor=found[limit - 1].id if more else None)


def find_call(session: Session, viewer: User, call_id: int) -> Call | None:
    """A call that the viewer may see, with what a row of the log shows."""
    return session.scalar(select_calls(viewer, CallFilter()).where(Call.id == call_id))


def select_calls(viewer: User, wanted: CallFilter) -> sa.Select[Call]:
    """The query behind every page and export, newest first."""
    conditions = [sees_call(viewer), *exact(wanted)]
    if wanted.since is not None:
        conditions.append(Call.created_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Call.created_at < wanted.until)
    if wanted.text.strip():
        conditions.append(has_text(viewer, wanted.text.strip()))
    return (
        sa.select(Call)
        .where(*conditions)
        .order_by(Call.id.desc())
        .options(
            joinedload(Call.rep),
            joinedload(Call.account),
            joinedload(Call.contact),
            joinedload(Call.number),
            selectinload(Call.legs),
        )
    )


def exact(wanted: CallFilter) -> Iterator[sa.ColumnElement[bool]]:
    """One condition for each field that must be equal."""
    for name in ("rep_id", "team_id", "account_id", "contact_id", "purpose", "status", "outcome",
                 "disposition"):  # fmt: skip
        value = getattr(wanted, name)
        if value is not None:
            yield getattr(Call, name) == value


def has_text(viewer: User, text: str) -> sa.ColumnElement[bool]:
    """A name that contains the text, or a number that contains its digits and may be read."""
    conditions = [
        Call.contact.has(Contact.name.icontains(text, autoescape=True)),
        Call.account.has(Account.name.icontains(text, autoescape=True)),
    ]
    digits = number_digits(text)
    if digits:
        number = Call.number.has(PhoneNumber.e164.contains(digits, autoescape=True))
        conditions.append(sa.and_(number, sees_number(viewer)))
    return sa.or_(*conditions)


def number_digits(text: str) -> str | None:
    """The digits of what looks like a part of a number, without a trunk or exit prefix."""
    if not re.fullmatch(r"[+\d\s().-]+", text):
        return None
    digits = re.sub(r"\D", "", text).lstrip("0")
    return digits if len(digits) >= MIN_DIGITS else None


def load_attempts(session: Session, calls: Sequence[Call]) -> dict[int, Attempt]:
    """The attempts behind the calls' legs, by id, which is the leg's too."""
    ids = [call.id for call in calls]
    found = session.scalars(sa.select(Attempt).where(Attempt.call_id.in_(ids)))
    return {attempt.id: attempt for attempt in found}


def list_events(
    session: Session, call_id: int, *, after: int = 0, limit: int = PAGE_SIZE
) -> list[CallEvent]:
    """A call's log, oldest first, after an event's id."""
    return list(
        session.scalars(
            sa.select(CallEvent)
            .where(CallEvent.call_id == call_id, CallEvent.id > after)
            .order_by(CallEvent.id)
            .limit(limit)
        )
    )


def shown_number(viewer: User, call: Call) -> str:
    """The customer's number as this viewer may read it; empty after an erasure."""
    e164 = call.number.e164 or ""
    return e164 if may_read_number(viewer, call.account) or not e164 else mask(e164)


def csv_lines(
    session: Session,
    viewer: User,
    wanted: CallFilter,
    header: Sequence[str] = COLUMNS,
    limit: int = EXPORT_LIMIT,
) -> Iterator[str]:
    """The log as lines of CSV (RFC 4180) that no spreadsheet takes for formulas.

    `header` names COLUMNS in the reader's language. The first line begins with a byte order mark,
    without which Excel misreads Chinese.
    """
    yield "\ufeff" + csv_line(header)
    calls = session.scalars(
        select_calls(viewer, wanted).limit(limit).execution_options(yield_per=500)
    )
    for call in calls:
        yield csv_line(call_cells(viewer, call))


def call_cells(viewer: User, call: Call) -> list[str]:
    """One call's cells, in the order of COLUMNS; instants are RFC 3339 in UTC."""
    legs = {leg.role: leg for leg in call.legs}
    customer = legs.get(LegRole.CUSTOMER)
    values: list[object] = [
        call.id, instant(call.created_at), call.purpose, call.rep and call.rep.name,
        call.account and call.account.name, call.contact and call.contact.name,
        shown_number(viewer, call), call.status, call.outcome, call.disposition, call.ended_by,
        instant(call.answered_at), instant(call.ended_at),
        customer and customer.ring_seconds, customer and customer.talk_seconds,
        customer and customer.hold_seconds, call.cost_minor, call.cost_currency,
        call.recording_sid, call.brief_point, call.note,
    ]  # fmt: skip
    return ["" if value is None else str(value) for value in values]


def instant(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def csv_line(cells: Sequence[str]) -> str:
    """One line, every cell quoted where it must be and harmless."""
    line = io.StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.getvalue()


def harmless(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula gets a quote in front of it."""
    return "'" + cell if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell
