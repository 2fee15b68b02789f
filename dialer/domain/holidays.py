"""Frozen holiday tables: which local days are holidays, and how far the data reach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dialer.domain.windows import as_day


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Holidays from `first_on` to `last_on`. `parts` holds a country's states or Laender, each
    complete in itself, where they keep days of their own."""

    id: str
    first_on: date
    last_on: date
    days: frozenset[date]
    parts: Mapping[str, frozenset[date]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Holidays:
    """One calendar for one place, in days since 1970."""

    first: int
    last: int
    days: frozenset[int]

    def knows(self, day: int) -> bool:
        """Whether the data reach to this day."""
        return self.first <= day <= self.last


def holidays_in(calendar: Calendar, regions: frozenset[str]) -> Holidays:
    """The holidays of those parts that are known, or, if none is, the union of all."""
    known = [part for part in calendar.parts if part in regions] or list(calendar.parts)
    days = calendar.days.union(*(calendar.parts[part] for part in known))
    return Holidays(
        first=as_day(calendar.first_on),
        last=as_day(calendar.last_on),
        days=frozenset(map(as_day, days)),
    )
