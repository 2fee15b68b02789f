"""Do-not-call lists: of which day each country's is, for a stale one stops its sales calls."""

from dataclasses import dataclass
from datetime import date, timedelta

from dialer.models import AuditEntry, DncList, User
from dialer.runtime import Runtime
from dialer.selling.errors import BadValue

# What suppressions that came from a list name as their source, and how many numbers it may have.
LIST_SOURCE = "list:"
MOST_NUMBERS = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class NewList:
    """An imported list: the country whose law asks for it (ISO 3166-1), of which day it is (the
    day on which it was drawn, not that of the import), and how many numbers it has."""

    country: str
    as_of_on: date
    numbers: int


def list_source(country: str) -> str:
    """The source of a suppression that came from a country's list: `list:US`."""
    return LIST_SOURCE + country


def register_list(rt: Runtime, actor: User, new: NewList) -> int:
    """Note that a whole list has been imported; returns the row's id.

    To be called after its numbers are suppressed (source `list_source(country)`): from this
    commit on, sales calls into the country stop once the list is older than `dial.toml` allows.
    A list that is older than the newest one changes nothing. Raises BadValue.
    """
    if new.country not in rt.policy.dial.countries:
        raise BadValue("country", f"must be a country that is dialled, got {new.country!r}")
    if new.as_of_on > rt.now().date() + timedelta(days=1):
        raise BadValue("as_of", "must not lie ahead")
    if not 0 <= new.numbers <= MOST_NUMBERS:
        raise BadValue("numbers", "must be how many there are")
    with rt.sessions.write() as session:
        row = DncList(
            country=new.country, as_of_on=new.as_of_on, numbers=new.numbers,
            source=list_source(new.country), created_by_id=actor.id, created_at=rt.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(
            AuditEntry(
                at=rt.now(), actor_id=actor.id, action="dnc_list.register", subject_kind="list",
                subject_id=row.id,
                detail={
                    "country": new.country, "as_of": str(new.as_of_on), "numbers": new.numbers,
                },
            )
        )  # fmt: skip
        return row.id
