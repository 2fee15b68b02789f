"""Windows in local time, and the instants at which they are open.

Local time is always derived from the instant, never the other way: an instant has one local
time in a zone, while a local time may come twice or not at all. Instants are whole seconds
since 1970 (UTC), local days are days since 1970, hours are minutes after local midnight;
starts are inclusive, ends exclusive.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = 86_400
MARGIN: Final = 60
MIDNIGHT: Final = 24 * 60
SECOND: Final = timedelta(seconds=1)
EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()

Hours = tuple[tuple[int, int], ...]
Week = tuple[Hours, ...]  # seven, Monday first
Spans = tuple[tuple[int, int], ...]
Rota = Callable[[int], Hours]

HOURS_FORM: Final = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def parse_hours(text: str) -> Hours:
    """`08:00-12:00,14:00-20:00` or `closed`. Raises ValueError saying what is wrong with it."""
    if text == "closed":
        return ()
    windows = tuple(parse_window(part) for part in text.split(","))
    for (_, end), (start, _) in pairwise(windows):
        if start < end:
            raise ValueError("windows in order that do not overlap")
    return windows


def parse_window(text: str) -> tuple[int, int]:
    """`08:00-20:00` in minutes after midnight; the end may be 24:00."""
    found = HOURS_FORM.fullmatch(text)
    if found is None:
        raise ValueError("windows such as 08:00-12:00,14:00-20:00, or closed")
    hour, minute, end_hour, end_minute = map(int, found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or end > MIDNIGHT:
        raise ValueError("times between 00:00 and 24:00")
    if start >= end:
        raise ValueError("windows that end after they start (split one that crosses midnight)")
    return start, end


def show_hours(hours: Hours) -> str:
    """The inverse of `parse_hours`."""
    return ",".join(f"{show_time(a)}-{show_time(b)}" for a, b in hours) or "closed"


def show_time(minutes: int) -> str:
    """Minutes after midnight as HH:MM."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def weekly(weekdays: Hours, saturday: Hours, sunday: Hours) -> Week:
    """A week, Monday first."""
    return (weekdays, weekdays, weekdays, weekdays, weekdays, saturday, sunday)


def meet(first: Spans, second: Spans) -> Spans:
    """What lies in both; pieces that touch are one."""
    return join(
        (max(a, c), min(b, d)) for a, b in first for c, d in second if max(a, c) < min(b, d)
    )


def join(spans: Iterable[tuple[int, int]]) -> Spans:
    """Sorted spans; those that touch or overlap become one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def complement(hours: Hours) -> Hours:
    """The rest of a local day."""
    edges = [0, *(edge for window in hours for edge in window), MIDNIGHT]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple((start, end) for start, end in pairs if start < end)


def within(hours: Hours, outer: Hours) -> bool:
    """Whether every minute of `hours` is one of `outer`."""
    return meet(hours, outer) == join(hours)


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of a name. Raises ZoneInfoNotFoundError or ValueError for a name without data."""
    return ZoneInfo(name)


def offset_at(zone: str, instant: int) -> int:
    """Seconds to add to an instant for the local time of a zone."""
    offset = datetime.fromtimestamp(instant, zone_of(zone)).utcoffset() or timedelta()
    return offset // SECOND


def local_day(zone: str, instant: int) -> int:
    """Which local day an instant falls on, in days since 1970."""
    return (instant + offset_at(zone, instant)) // DAY


def as_date(day: int) -> date:
    """The calendar date of a day counted since 1970."""
    return date.fromordinal(EPOCH_ORDINAL + day)


def as_day(on: date) -> int:
    """A calendar date in days since 1970."""
    return on.toordinal() - EPOCH_ORDINAL


def weekday_of(day: int) -> int:
    """0 is Monday; 1 January 1970 was a Thursday."""
    return (day + 3) % 7


@lru_cache(maxsize=65_536)
def segments(zone: str, start: int, end: int) -> tuple[tuple[int, int, int], ...]:
    """`(start, end, offset)` of each stretch of [start, end) with one offset."""
    first, last = offset_at(zone, start), offset_at(zone, end - 1)
    if first == last:
        return ((start, end, first),)
    change = first_with(lambda instant: offset_at(zone, instant) != first, start, end - 1)
    return ((start, change, first), *segments(zone, change, end))


def first_with(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The first instant after `low` at which a change has happened that holds at `high`."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def opened(rota: Rota, zone: str, start: int, end: int) -> Spans:
    """The instants of [start, end) whose local time lies in the rota's hours."""
    return join(pieces(rota, zone, start, end))


def pieces(rota: Rota, zone: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The windows of each local day, cut at the changes of the zone's offset."""
    for begin, stop, offset in segments(zone, start, end):
        for day in range((begin + offset) // DAY, (stop + offset - 1) // DAY + 1):
            midnight = day * DAY - offset
            for opens, closes in rota(day):
                low = max(begin, midnight + opens * 60)
                high = min(stop, midnight + closes * 60)
                if low < high:
                    yield low, high


def starts(spans: Spans, start: int, end: int) -> Spans:
    """First and last second, both included, from start to end, from which MARGIN fits."""
    bounds = ((max(a, start), min(b - MARGIN, end)) for a, b in spans)
    return tuple((first, last) for first, last in bounds if first <= last)


def day_begins(zone: str, day: int) -> int:
    """The first instant from which on the zone's local day is `day` or later."""
    low, high = (day - 2) * DAY, (day + 2) * DAY
    latest = low
    for begin, stop, offset in segments(zone, low, high):
        if (begin + offset) // DAY < day:
            latest = min(stop, day * DAY - offset)
    return latest
