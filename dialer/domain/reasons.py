"""Which rule stands in the way: the first in a fixed order, with what a reader needs to know."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from dialer.domain.caps import MILLION, Hold
from dialer.domain.ground import Ground, source_of
from dialer.domain.openings import HORIZON, first_opening
from dialer.domain.policy import Preset
from dialer.domain.windows import (
    DAY,
    MARGIN,
    Hours,
    Rota,
    as_date,
    local_day,
    meet,
    offset_at,
    opened,
    show_hours,
    show_time,
)

Reason = tuple[str, dict[str, Any]]
NEAR_DAYS: Final = 14


def lacking_data(ground: Ground, moment: int) -> Preset | None:
    """The preset that is shut because nobody knows whether this day is a holiday."""
    days = [local_day(zone, moment // MILLION) for zone in ground.zones]
    lacking = (b.preset for b in ground.bounds if any(b.lacks(day) for day in days))
    return next(lacking, None)


def blocks(ground: Ground, holds: tuple[Hold, ...], moment: int) -> Reason:
    """What stands in the way of a call at a moment at which one may not be placed."""
    return next(reasons(ground, holds, moment))


def reasons(ground: Ground, holds: tuple[Hold, ...], moment: int) -> Iterator[Reason]:
    """All that stands in the way, the deciding one first."""
    yield from closures(ground, moment)
    yield from holidays(ground, moment)
    for bound in ground.bounds:
        source = source_of(bound.preset)
        yield from shut(
            f"law_hours:{bound.preset.id}", bound.hours_on, ground.zones, moment, source
        )
    purpose = {"purpose": str(ground.purpose.purpose)}
    rule = f"purpose_hours:{ground.purpose.id}"
    yield from shut(rule, ground.purpose_hours, ground.best, moment, purpose)
    yield from shut("person_hours", ground.person_hours, ground.zones, moment, purpose)
    blocking = (hold for hold in holds if hold.blocks(moment))
    yield from ((hold.rule, hold_params(ground, hold, moment)) for hold in blocking)


def closures(ground: Ground, moment: int) -> Iterator[Reason]:
    """An ad-hoc ban on the local day in one of the zones."""
    for zone in ground.zones:
        closure = ground.closure_on(local_day(zone, moment // MILLION))
        if closure is not None:
            params = {"region": closure.region, "reason": closure.reason, "zone": zone}
            yield f"closure:{closure.region}", {**params, "last_on": str(closure.last_on)}


def holidays(ground: Ground, moment: int) -> Iterator[Reason]:
    """A holiday in one of the zones on which a preset is shut."""
    for bound in ground.bounds:
        for zone in ground.zones:
            day = local_day(zone, moment // MILLION)
            if bound.is_holiday(day):
                params = {**source_of(bound.preset), "zone": zone, "date": str(as_date(day))}
                yield f"holiday:{bound.preset.id}", params


def shut(
    rule: str, rota: Rota, zones: tuple[str, ...], moment: int, source: dict[str, Any]
) -> Iterator[Reason]:
    """The first zone in which a call at this moment would not lie in the hours."""
    begin, end = moment // MILLION, -(-moment // MILLION) + MARGIN
    for zone in zones:
        if opened(rota, zone, begin, end) != ((begin, end),):
            yield rule, {**source, **local_params(rota, zone, begin)}


def local_params(rota: Rota, zone: str, second: int) -> dict[str, Any]:
    """What the clock says there, and what the hours are on that day."""
    local = second + offset_at(zone, second)
    hours: Hours = rota(local // DAY)
    return {
        "zone": zone,
        "local": show_time(local % DAY // 60),
        "hours": show_hours(hours),
    }


def hold_params(ground: Ground, hold: Hold, moment: int) -> dict[str, Any]:
    """The cap's own words, whose it is, and the calls that counted."""
    counted = [
        datetime.fromtimestamp(since // MILLION, UTC).isoformat() for since in hold.counting(moment)
    ]
    id = hold.rule.partition(":")[2]  # noqa: A001
    source = next((source_of(b.preset) for b in ground.bounds if b.preset.id == id), {})
    return {**source, **hold.params, "counted": counted}


def forbids(ground: Ground, holds: tuple[Hold, ...], moment: int) -> Reason:
    """What leaves no opening: the hours themselves, or a cap that frees nothing in time."""
    opening = first_opening(ground, (), moment)
    if opening is None:
        return never_open(ground, moment)
    probes = (moment + HORIZON * MILLION, opening * MILLION)
    probe, hold = next((t, hold) for t in probes for hold in holds if hold.blocks(t))
    return hold.rule, hold_params(ground, hold, probe)


def never_open(ground: Ground, moment: int) -> Reason:
    """A law that excludes the purpose, holiday data that end, or zones so far apart that no
    minute suits all of them."""
    for bound in ground.bounds:
        if not any(map(meet, bound.preset.week, ground.purpose.week)):
            return f"never_open:{bound.preset.id}", {**source_of(bound.preset), "cause": "law"}
    for bound in ground.bounds:
        if bound.closing is not None and bound.closing.last < moment // MILLION // DAY + NEAR_DAYS:
            return f"holiday_data:{bound.preset.id}", source_of(bound.preset)
    cause = "zones" if len(ground.zones) > 1 else "hours"
    return f"never_open:{ground.purpose.id}", {"purpose": ground.purpose.id, "cause": cause}
