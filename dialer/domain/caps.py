"""How often: which past calls still count, and from when on they no longer do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from dialer.domain.facts import EVENTS, Facts, PastCall
from dialer.domain.ground import Ground
from dialer.domain.limits import Calendrical, Cap, CoolOff, Event, Key
from dialer.domain.windows import as_date, as_day, day_begins, local_day, weekday_of

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
MILLION: Final = 1_000_000
HOUR: Final = 3_600 * MILLION
FOREVER: Final = 2**63


def as_micros(instant: datetime) -> int:
    """Microseconds since 1970: exact, whatever fractions an instant has."""
    return (instant - EPOCH) // MICROSECOND


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A cap or cool-off with the past calls that it counts, each from its instant until it no
    longer counts (microseconds since 1970, the end excluded). It blocks where `limit` overlap."""

    rule: str
    limit: int
    counted: tuple[tuple[int, int], ...]
    params: dict[str, Any]

    def counting(self, moment: int) -> tuple[int, ...]:
        """The instants of the calls that count at a moment."""
        return tuple(since for since, until in self.counted if since <= moment < until)

    def blocks(self, moment: int) -> bool:
        """Whether no call may be placed at a moment."""
        return len(self.counting(moment)) >= self.limit

    def release(self, moment: int) -> int:
        """When the first of the calls that count at a moment no longer does."""
        return min(until for since, until in self.counted if since <= moment < until)


def holds_on(ground: Ground, facts: Facts) -> tuple[Hold, ...]:
    """All caps, then all cool-offs, with the past calls that they count."""
    if not facts.history:
        return ()
    caps = (
        cap_hold(id, cap, ground.zones, facts)
        for id, cap in ground.caps  # noqa: A001
        if cap.place in (None, "elsewhere" if facts.elsewhere else "personal")
    )
    pauses = (pause_hold(id, pause, ground.zones, facts) for id, pause in ground.cool_offs)  # noqa: A001
    return (*caps, *pauses)


def cap_hold(id: str, cap: Cap, zones: tuple[str, ...], facts: Facts) -> Hold:  # noqa: A002
    """A cap with the calls that it counts; for cold calls, until there was a conversation."""
    warm = min(talks(facts), default=FOREVER) if cap.cold else FOREVER
    past = calls_of(facts, cap.event, cap.per)
    spans = ((as_micros(call.at), min(cap_end(cap, call.at, zones), warm)) for call in past)
    return Hold(
        rule=f"cap:{id}",
        limit=cap.limit,
        counted=tuple(spans),
        params={
            "event": str(cap.event),
            "limit": cap.limit,
            "hours": cap.rolling_hours,
            "calendar": cap.calendar,
            "text": cap.source_text,
        },
    )


def pause_hold(id: str, pause: CoolOff, zones: tuple[str, ...], facts: Facts) -> Hold:  # noqa: A002
    """A cool-off with the calls that began it."""
    past = calls_of(facts, pause.after, pause.per)
    return Hold(
        rule=f"cool_off:{id}",
        limit=1,
        counted=tuple((as_micros(call.at), pause_end(pause, call.at, zones)) for call in past),
        params={
            "event": str(pause.after),
            "hours": pause.hours,
            "days": pause.local_days,
            "text": pause.source_text,
        },
    )


def calls_of(facts: Facts, event: Event, per: Key) -> Iterator[PastCall]:
    """The past calls that got so far and have the key in common."""
    return (call for call in facts.history if event in EVENTS[call.kind] and per in call.shares)


def talks(facts: Facts) -> Iterator[int]:
    """When there was a conversation with the same number."""
    return (as_micros(c.at) for c in calls_of(facts, Event.CONVERSATION, Key.NUMBER))


def cap_end(cap: Cap, at: datetime, zones: tuple[str, ...]) -> int:
    """When a call no longer counts; a calendar period lasts until it is over in every zone."""
    if cap.rolling_hours is not None:
        return as_micros(at) + cap.rolling_hours * HOUR
    if cap.calendar is None:
        return FOREVER
    second = as_micros(at) // MILLION
    after = (next_period(cap.calendar, local_day(zone, second)) for zone in zones)
    ends = (day_begins(zone, day) for zone, day in zip(zones, after, strict=True))
    return max(ends) * MILLION


def next_period(calendar: Calendrical, day: int) -> int:
    """The first local day after the period that a local day lies in."""
    if calendar == Calendrical.DAY:
        return day + 1
    if calendar == Calendrical.WEEK:
        return day - weekday_of(day) + 7
    on = as_date(day)
    return as_day(date(on.year + on.month // 12, on.month % 12 + 1, 1))


def pause_end(pause: CoolOff, at: datetime, zones: tuple[str, ...]) -> int:
    """When a cool-off is over in every zone."""
    if pause.hours is not None:
        return as_micros(at) + pause.hours * HOUR
    if pause.local_days is None:
        return FOREVER
    second = as_micros(at) // MILLION
    days = pause.local_days
    return max(day_begins(zone, local_day(zone, second) + days) for zone in zones) * MILLION
