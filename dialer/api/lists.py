"""Do-not-call lists that were imported, as records for programs."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from dialer.api.route import ADMINS, Asked, Route
from dialer.api.shapes import MAX_ID, Body, Day, Out
from dialer.models import DncList
from dialer.models.gate_facts import newest_lists
from dialer.selling.lists import NewList, register_list

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Count = Annotated[int, Field(strict=True, ge=0, le=MAX_ID)]


class ListIn(Body):
    """A whole list whose numbers have all been suppressed; `as_of` is the day it was drawn."""

    country: Country
    as_of: Day
    numbers: Count


class ListOut(Out):
    """The newest list of a country."""

    country: str
    as_of: date
    numbers: int
    imported_at: datetime


class ListsOut(Out):
    """The newest list of each country that has one."""

    lists: list[ListOut]


def add_list(asked: Asked) -> ListsOut:
    """Note a list; once it is older than the rules allow, sales calls into the country stop."""
    body: ListIn = asked.body
    new = NewList(country=body.country, as_of_on=body.as_of, numbers=body.numbers)
    register_list(asked.rt, asked.who.user, new)
    return show_lists(asked)


def show_lists(asked: Asked) -> ListsOut:
    """Of which day each country's list is."""
    with asked.rt.sessions.read() as session:
        rows = newest_lists(session)
    return ListsOut(lists=[list_out(row) for _country, row in sorted(rows.items())])


def list_out(row: DncList) -> ListOut:
    """A list as it goes out."""
    return ListOut(
        country=row.country, as_of=row.as_of_on, numbers=row.numbers, imported_at=row.created_at
    )


ROUTES = (
    Route(method="POST", path="/do-not-call-lists", view=add_list, scope="records", roles=ADMINS,
          body=ListIn, answer=ListsOut, status=201, tag="suppressions"),
    Route(method="GET", path="/do-not-call-lists", view=show_lists, scope="records",
          answer=ListsOut, tag="suppressions"),
)  # fmt: skip
