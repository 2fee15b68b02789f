"""What no rule file may exceed: the rules that we ship, and how far they may be loosened.

A preset that rests on an official text or on consistent sources (confidence A or B) is its own
ceiling: its hours, its holidays, its caps, pauses and consent, and the places that it speaks for
may be narrowed, never loosened. The others (C, D: a weak source or our own choice) may be loosened
by somebody who gives a name and a reason, their hours to 08:00-21:00. Nothing rings before 06:00
or after 22:00, anywhere.
"""

from collections.abc import Iterator
from math import inf
from typing import Final, Protocol

from dialer.domain.limits import Cap, ConsentRule, CoolOff
from dialer.domain.shipped import SHIPPED, Shipped
from dialer.domain.windows import Hours, Week, parse_hours, show_hours, within

HARD_HOURS: Final = parse_hours("06:00-22:00")
WEAK_HOURS: Final = parse_hours("08:00-21:00")
STRICTNESS: Final = ("same", "weekend hours", "closed")


class CeilingError(ValueError):
    """A preset that would allow more than the ceiling; the message names the field."""


class Preset(Protocol):
    """What of a jurisdiction's rules is held against the ceiling."""

    @property
    def id(self) -> str: ...
    @property
    def use(self) -> str: ...
    @property
    def week(self) -> Week: ...
    @property
    def holidays(self) -> str: ...
    @property
    def calendar(self) -> str | None: ...
    @property
    def eve(self) -> bool: ...
    @property
    def regions(self) -> frozenset[str]: ...
    @property
    def area_codes(self) -> frozenset[str]: ...
    @property
    def caps(self) -> tuple[Cap, ...]: ...
    @property
    def cool_offs(self) -> tuple[CoolOff, ...]: ...
    @property
    def consent(self) -> ConsentRule | None: ...
    @property
    def widened(self) -> object | None: ...


def check_hard_hours(week: Week) -> None:
    """Raise CeilingError for hours outside 06:00-22:00."""
    outside = next((hours for hours in week if not within(hours, HARD_HOURS)), None)
    if outside is not None:
        raise CeilingError(f"hours: must be within 06:00-22:00, got {show_hours(outside)}")


def check_ceiling(preset: Preset) -> None:
    """Raise CeilingError where a preset opens more than it may."""
    check_hard_hours(preset.week)
    shipped = SHIPPED.get(preset.id)
    if shipped is None:
        return check_weak_hours(preset.week)
    if preset.use != shipped.use:
        raise CeilingError(f"use: must be {shipped.use}, got {preset.use}")
    looser = next(loosened(preset, shipped), None)
    if looser is None:
        return None
    if shipped.is_sure:
        raise CeilingError(looser)
    if preset.widened is None:
        raise CeilingError(f"widened: must be {{by, reason, on}} for less than we ship ({looser})")
    return check_weak_hours(preset.week)


def check_weak_hours(week: Week) -> None:
    """Raise CeilingError for hours that only a sure source could carry."""
    outside: Hours | None = next((own for own in week if not within(own, WEAK_HOURS)), None)
    if outside is not None:
        raise CeilingError(f"hours: must be within 08:00-21:00, got {show_hours(outside)}")


def loosened(preset: Preset, shipped: Shipped) -> Iterator[str]:
    """Each field in which a preset allows more than the shipped one: what it must be."""
    if is_wider(preset, shipped):
        yield (
            f"hours: must be within what we ship ({show_week(shipped.week)}; "
            f"holidays {shipped.holidays}), got {show_week(preset.week)}; "
            f"holidays {preset.holidays}"
        )
    if shipped.calendar and preset.calendar != shipped.calendar:
        yield f"calendar: must be {shipped.calendar}, got {preset.calendar}"
    if shipped.eve and not preset.eve:
        yield "eve: must be true, got false"
    for name in ("regions", "area_codes"):
        missing = sorted(getattr(shipped, name) - getattr(preset, name))
        if missing:
            yield f"{name}: must keep {', '.join(missing)}"
    yield from loosened_limits(preset, shipped)


def loosened_limits(preset: Preset, shipped: Shipped) -> Iterator[str]:
    """Each limit that is gone, or lets more calls through."""
    for cap in shipped.caps:
        if not any(keeps_cap(own, cap) for own in preset.caps):
            yield f"caps: must keep {show_cap(cap)}, or be stricter"
    pause = shipped.cool_off
    if pause is not None and not any(keeps_pause(own, pause) for own in preset.cool_offs):
        yield f"cool_offs: must keep the pause after each {pause.after} per {pause.per}, or longer"
    if shipped.consent is not None and not keeps_consent(preset.consent, shipped.consent):
        bases = ", ".join(sorted(shipped.consent.bases))
        modes = ", ".join(sorted(shipped.consent.modes))
        yield f"consent: must block calls by {modes} without {bases}, or be stricter"


def is_wider(preset: Preset, shipped: Shipped) -> bool:
    """Whether a preset is open when the shipped one is not."""
    looser = STRICTNESS.index(preset.holidays) < STRICTNESS.index(shipped.holidays)
    pairs = zip(preset.week, shipped.week, strict=True)
    return looser or any(not within(own, theirs) for own, theirs in pairs)


def keeps_cap(own: Cap, shipped: Cap) -> bool:
    """Whether a cap counts the same calls, for as long or longer, and allows no more of them."""
    return (
        (own.event, own.per, own.calendar) == (shipped.event, shipped.per, shipped.calendar)
        and own.limit <= shipped.limit
        and (own.rolling_hours or inf) >= (shipped.rolling_hours or inf)
        and own.cold <= shipped.cold
        and own.place in (None, shipped.place)
    )


def keeps_pause(own: CoolOff, shipped: CoolOff) -> bool:
    """Whether a cool-off begins with the same and lasts as long or longer."""
    same = (own.after, own.per) == (shipped.after, shipped.per)
    return same and all(a >= b for a, b in zip(length(own), length(shipped), strict=True))


def length(pause: CoolOff) -> tuple[float, float]:
    """Hours and local days; without either, for ever."""
    if pause.hours is None and pause.local_days is None:
        return inf, inf
    return pause.hours or 0, pause.local_days or 0


def keeps_consent(own: ConsentRule | None, shipped: ConsentRule) -> bool:
    """Whether no call that lacks the shipped consent gets through."""
    return (
        own is not None and own.blocks and own.bases <= shipped.bases and own.modes >= shipped.modes
    )


def show_cap(cap: Cap) -> str:
    """`7 attempt per debt in 168 hours`, `3 attempt per number in a week`."""
    hours = f"in {cap.rolling_hours} hours" if cap.rolling_hours else "ever"
    period = f"in a {cap.calendar}" if cap.calendar else hours
    return f"{cap.limit} {cap.event} per {cap.per} {period}"


def show_week(week: Week) -> str:
    """Weekdays, Saturday and Sunday."""
    return f"{show_hours(week[0])} / {show_hours(week[5])} / {show_hours(week[6])}"
