"""Hours at which a person asked not to be called, as records for programs."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from dialer.api.contacts import ONE, show_contact
from dialer.api.route import Asked, Route
from dialer.api.shapes import ANY_TEXT, Body, Day, Out
from dialer.domain.windows import MIDNIGHT, show_time
from dialer.models.gate_facts import Entry, list_wishes
from dialer.selling.closed_hours import MOST_WORDS, Closed, close_hours, open_hours


def in_a_day(value: str) -> str:
    """A wall time up to 24:00."""
    if minutes(value) > MIDNIGHT:
        raise ValueError("must be between 00:00 and 24:00")
    return value


def minutes(value: str) -> int:
    """Minutes after midnight of HH:MM."""
    return int(value[:2]) * 60 + int(value[3:])


WallClock = Annotated[
    str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]$"), AfterValidator(in_a_day)
]
Weekday = Annotated[int, Field(strict=True, ge=1, le=7)]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MOST_WORDS, pattern=ANY_TEXT)
]


class ClosedIn(Body):
    """Wall time wherever the person may be, on weekdays from 1 (Monday) to 7, the end excluded;
    until a day, or for good. Split what crosses midnight."""

    weekdays: Annotated[frozenset[Weekday], Field(min_length=1, max_length=7)]
    begins: Annotated[WallClock, Field(alias="from")]
    ends: Annotated[WallClock, Field(alias="to")]
    until: Day | None = None
    reason: Reason = ""


class ClosedOut(Out):
    """Hours at which nobody calls this person."""

    id: int
    weekdays: list[int]
    begins: Annotated[str, Field(serialization_alias="from")]
    ends: Annotated[str, Field(serialization_alias="to")]
    until: date | None
    reason: str
    by: str | None
    created_at: datetime


class ClosedHoursOut(Out):
    """All that a person asked for, the oldest first."""

    closed_hours: list[ClosedOut]


def list_closed_hours(asked: Asked, contact_id: int) -> ClosedHoursOut:
    """When a person is not to be called."""
    show_contact(asked, contact_id)
    with asked.rt.sessions.read() as session:
        entries = list_wishes(session, contact_id)
    return ClosedHoursOut(closed_hours=list(map(closed_out, entries)))


def closed_out(entry: Entry) -> ClosedOut:
    """One of them as it goes out."""
    row = entry.row
    return ClosedOut(
        id=row.id,
        weekdays=list(map(int, row.weekdays)),
        begins=show_time(row.from_minute),
        ends=show_time(row.to_minute),
        until=row.until_on,
        reason=row.reason,
        by=entry.by.name if entry.by else None,
        created_at=row.created_at,
    )


def add_closed_hours(asked: Asked, contact_id: int) -> ClosedHoursOut:
    """Note what a person asked for: in force, on every path, when this answers."""
    body: ClosedIn = asked.body
    closed = Closed(
        weekdays=body.weekdays, from_minute=minutes(body.begins), to_minute=minutes(body.ends),
        until_on=body.until, reason=body.reason,
    )  # fmt: skip
    close_hours(asked.rt, asked.who.user, contact_id, closed)
    return list_closed_hours(asked, contact_id)


def drop_closed_hours(asked: Asked, contact_id: int, row_id: int) -> ClosedHoursOut:
    """Give one up; answers what is left."""
    open_hours(asked.rt, asked.who.user, contact_id, row_id)
    return list_closed_hours(asked, contact_id)


HOURS = f"{ONE}/closed-hours"

ROUTES = (
    Route(method="GET", path=HOURS, view=list_closed_hours, scope="records",
          answer=ClosedHoursOut, tag="contacts"),
    Route(method="POST", path=HOURS, view=add_closed_hours, scope="records", body=ClosedIn,
          answer=ClosedHoursOut, status=201, tag="contacts"),
    Route(method="DELETE", path=f"{HOURS}/<int:row_id>", view=drop_closed_hours,
          scope="records", answer=ClosedHoursOut, tag="contacts"),
)  # fmt: skip
