"""When the hours are open, and the first instant at which every rule holds."""

from functools import lru_cache
from typing import Final

from dialer.domain.caps import MILLION, Hold
from dialer.domain.ground import Ground
from dialer.domain.windows import DAY, MARGIN, Rota, Spans, meet, opened, segments, starts

HORIZON: Final = 400 * DAY


def is_open(ground: Ground, moment: int) -> bool:
    """Whether all hours hold for a call that starts at a moment (microseconds since 1970)."""
    floor, ceiling = moment // MILLION, -(-moment // MILLION)
    spans = day_starts(ground, floor // DAY)
    return any(first <= floor and ceiling <= last for first, last in spans)


@lru_cache(maxsize=262_144)
def day_starts(ground: Ground, day: int) -> Spans:
    """First and last second, both included, of a UTC day at which a call may start."""
    begin, end = day * DAY, day * DAY + DAY
    return starts(open_spans(ground, begin, end + MARGIN), begin, end)


def open_spans(ground: Ground, begin: int, end: int) -> Spans:
    """The instants at which the hours of the law, the purpose and the person are all open."""
    law = in_all(ground.law_hours, ground.zones, begin, end)
    spans = meet(law, in_all(ground.purpose_hours, ground.best, begin, end))
    if not ground.person:
        return spans
    return meet(spans, in_all(ground.person_hours, ground.zones, begin, end))


def in_all(rota: Rota, zones: tuple[str, ...], begin: int, end: int) -> Spans:
    """The instants that lie in the rota's hours in every zone; zones with one clock count once."""
    clocks = {segments(zone, begin, end): zone for zone in zones}
    spans: Spans = ((begin, end),)
    for zone in clocks.values():
        spans = meet(spans, opened(rota, zone, begin, end))
    return spans


def first_opening(ground: Ground, holds: tuple[Hold, ...], moment: int) -> int | None:
    """The first whole second from a moment on, within 400 days, at which every rule holds."""
    earliest, latest = -(-moment // MILLION), moment // MILLION + HORIZON
    day = open_day(ground, earliest // DAY, latest // DAY)
    while day is not None:
        for first, last in day_starts(ground, day):
            found = first_free(holds, max(first, earliest), min(last, latest))
            if found is not None:
                return found
        day = open_day(ground, day + 1, latest // DAY)
    return None


@lru_cache(maxsize=65_536)
def open_day(ground: Ground, first: int, last: int) -> int | None:
    """The first UTC day from first to last, both included, at which a call may start."""
    return next((day for day in range(first, last + 1) if day_starts(ground, day)), None)


def first_free(holds: tuple[Hold, ...], first: int, last: int) -> int | None:
    """The first second from first to last, both included, that no cap or cool-off blocks."""
    second = first
    while second <= last:
        blocking = next((hold for hold in holds if hold.blocks(second * MILLION)), None)
        if blocking is None:
            return second
        second = -(-blocking.release(second * MILLION) // MILLION)
    return None
