"""Counting a day's calls: by rep, by purpose, by hour; and who on the floor needs help first.

Pure: facts in, figures out, whatever the order of the facts.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from dialer.domain.lengths import Lengths
from dialer.domain.words import Disposition, Outcome, Purpose

HOURS: Final = 24

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, kw_only=True, slots=True)
class CallFact:
    """A call as far as it is counted. `rep_id` is None for a machine's; a call that `rang`
    asked the carrier for the customer's telephone; one that `is_over` talked too long."""

    rep_id: int | None
    purpose: Purpose
    created_at: datetime
    rang: bool
    answered: bool
    outcome: Outcome | None
    disposition: Disposition | None
    talk_seconds: int
    is_over: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What came of some calls. A conversation is a talk with a person that has ended;
    `talk_seconds` and `over_six` count conversations alone."""

    placed: int = 0
    answered: int = 0
    conversations: int = 0
    talk_seconds: int = 0
    over_six: int = 0
    promises: int = 0

    @property
    def answer_rate(self) -> float | None:
        """Answered calls among those placed, 0 to 1; None before the first."""
        return round(self.answered / self.placed, 4) if self.placed else None

    @property
    def average_talk_seconds(self) -> int | None:
        """The mean length of a conversation; None before the first."""
        return round(self.talk_seconds / self.conversations) if self.conversations else None


def count(facts: Iterable[CallFact]) -> Figures:
    """The figures of some calls."""
    rang = [fact for fact in facts if fact.rang]
    talks = [fact for fact in rang if fact.outcome is Outcome.TALKED]
    return Figures(
        placed=len(rang),
        answered=sum(fact.answered for fact in rang),
        conversations=len(talks),
        talk_seconds=sum(fact.talk_seconds for fact in talks),
        over_six=sum(fact.is_over for fact in talks),
        promises=sum(fact.disposition is Disposition.PROMISED for fact in rang),
    )


def count_by(facts: Iterable[CallFact], key: Callable[[CallFact], Key]) -> Mapping[Key, Figures]:
    """The figures of each group."""
    groups: dict[Key, list[CallFact]] = {}
    for fact in facts:
        groups.setdefault(key(fact), []).append(fact)
    return {name: count(group) for name, group in groups.items()}


def count_hours(facts: Iterable[CallFact], zone: ZoneInfo) -> Sequence[Figures]:
    """The figures of each hour on the clock of a zone, from midnight: always 24."""
    by_hour = count_by(facts, lambda fact: fact.created_at.astimezone(zone).hour)
    return [by_hour.get(hour, Figures()) for hour in range(HOURS)]


def day_around(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first instant of the local day, and that of the next."""
    today = now.astimezone(zone).date()
    return midnight(today, zone), midnight(today + timedelta(days=1), zone)


def midnight(on: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day; where clocks skip midnight, the one after the gap."""
    return datetime.combine(on, time(), zone)


class Need(StrEnum):
    """Why a rep stands where they do on the floor, the most urgent first."""

    OVER = "over"  # talks for too long
    UNCERTAIN = "uncertain"  # nobody knows whether the call was placed
    LONG_WRAP_UP = "long_wrap_up"
    LATE = "late"  # should come to the end
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    RINGING = "ringing"
    FREE = "free"
    PAUSED = "paused"


NEEDS: Final = tuple(Need)


def need_of(state: str, seconds: float, lengths: Lengths) -> Need:
    """How urgent a rep's state is after so many seconds; `state` is a tile's."""
    if state in ("talking", "held"):
        band = lengths.band(seconds)
        return {"over": Need.OVER, "late": Need.LATE}.get(band, Need.TALKING)
    if state == "wrap_up":
        return Need.LONG_WRAP_UP if seconds > lengths.wrap_up else Need.WRAP_UP
    settled = {"uncertain": Need.UNCERTAIN, "free": Need.FREE, "paused": Need.PAUSED}
    return settled.get(state, Need.RINGING)
