"""On what ground a call stands, whatever the hour: zones, presets and consent.

Everything here depends on the policy, the number's facts, the address and the purpose alone, so
it is computed once for all contacts that share them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfoNotFoundError

from dialer.domain.facts import Consent, NotThen
from dialer.domain.holidays import Holidays, holidays_in
from dialer.domain.limits import Cap, CoolOff
from dialer.domain.phone import NumberFacts
from dialer.domain.policy import Closure, Law, Policy, Preset, PurposeRule, Treatment
from dialer.domain.verdict import Allowed, Never
from dialer.domain.windows import (
    Hours,
    as_day,
    complement,
    join,
    meet,
    weekday_of,
    zone_of,
)
from dialer.domain.words import Mode, Purpose

# A name that the data carry for machines on which nobody has set a zone.
UNSET: Final = "Factory"
UNLESS_CONFIRMED: Final = frozenset({"Asia/Urumqi"})
SATURDAY: Final = 5
SUNDAY: Final = 6


class UnknownZoneError(ValueError):
    """Not an IANA zone that the data know."""

    def __init__(self, zone: str) -> None:
        """Remember which."""
        super().__init__(f"unknown time zone {zone!r}; must be an IANA name such as Asia/Shanghai")
        self.zone = zone


class Question(NamedTuple):
    """What decides the ground; a tuple, since it is made and hashed once per contact.

    `area_code` is there only where some preset asks for it.
    """

    number: NumberFacts
    purpose: Purpose
    mode: Mode
    consent: Consent | None
    address_region: str | None
    confirmed_zone: str | None
    stated_zone: str | None
    area_code: str | None
    person_closed: tuple[NotThen, ...]


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A preset that binds this call. It is shut on `closing` days, and has Sunday's hours on
    `relaxed` ones."""

    preset: Preset
    closing: Holidays | None = None
    relaxed: Holidays | None = None

    def hours_on(self, day: int) -> Hours:
        """The preset's hours on a local day; a day that the data do not know is the stricter."""
        if self.is_holiday(day) or self.lacks(day):
            return ()
        week = self.preset.week
        hours = week[weekday_of(day)]
        if self.relaxed is not None:
            return relaxed_hours(self.relaxed, day, hours, week[SUNDAY])
        if self.preset.eve and weekday_of(day) < SATURDAY and self.is_eve(day):
            return week[SATURDAY]
        return hours

    def is_holiday(self, day: int) -> bool:
        """Whether the preset is shut on this day as a holiday."""
        return self.closing is not None and day in self.closing.days

    def lacks(self, day: int) -> bool:
        """Whether the preset is shut on holidays and the data do not say if this day is one."""
        return self.closing is not None and not self.closing.knows(day)

    def is_eve(self, day: int) -> bool:
        """Whether the next day is, or may be, a holiday."""
        return self.is_holiday(day + 1) or self.lacks(day + 1)


def relaxed_hours(holidays: Holidays, day: int, hours: Hours, sunday: Hours) -> Hours:
    """Sunday's hours on a holiday; where the data end, only what both allow."""
    if not holidays.knows(day):
        return meet(hours, sunday)
    return sunday if day in holidays.days else hours


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """Where the law and the purpose stand for one kind of call; compared by identity."""

    zones: tuple[str, ...]
    best: tuple[str, ...]
    bounds: tuple[Bound, ...]
    closures: tuple[Closure, ...]
    purpose: PurposeRule
    caps: tuple[tuple[str, Cap], ...]
    cool_offs: tuple[tuple[str, CoolOff], ...]
    person: tuple[NotThen, ...]
    countries: tuple[str, ...]
    allowed: Allowed

    def closure_on(self, day: int) -> Closure | None:
        """The ad-hoc ban that covers a local day."""
        covering = (c for c in self.closures if as_day(c.first_on) <= day <= as_day(c.last_on))
        return next(covering, None)

    def law_hours(self, day: int) -> Hours:
        """What every preset that binds allows on a local day, in any one zone."""
        return law_hours(self, day)

    def purpose_hours(self, day: int) -> Hours:
        """When the purpose calls on a local day."""
        return self.purpose.week[weekday_of(day)]

    def person_hours(self, day: int) -> Hours:
        """When the person did not ask to be left alone."""
        wishes = (w for w in self.person if w.last_on is None or day <= as_day(w.last_on))
        closed = sorted(hours for wish in wishes for hours in wish.week[weekday_of(day)])
        return complement(join(closed))


@lru_cache(maxsize=65_536)
def law_hours(ground: Ground, day: int) -> Hours:
    """What all presets have in common on a local day without an ad-hoc ban."""
    if ground.closure_on(day) is not None:
        return ()
    return reduce(meet, (bound.hours_on(day) for bound in ground.bounds))


@lru_cache(maxsize=65_536)
def stand(policy: Policy, question: Question) -> Ground | Never:
    """The ground of a call, or why there is none. Raises UnknownRegionError, UnknownZoneError."""
    zones, best = zones_for(policy, question)
    if not zones:
        return Never(rule="no_zone", params={"region": question.number.region})
    rule = policy.purposes[question.purpose]
    regions = regions_of(policy, question)
    presets = binding(policy, rule.law, question, regions)
    countries = tuple(dict.fromkeys(region[:2] for region in regions))
    for country in countries:
        if not any(speaks_for(preset, country) for preset in presets):
            return Never(
                rule=f"no_preset:{country}:{rule.law}",
                zones=zones,
                params={"country": country, "law": str(rule.law)},
            )
    lacking = next((p for p in presets if lacks_consent(p, rule.law, question)), None)
    if lacking is not None:
        return Never(rule=f"consent:{lacking.id}", zones=zones, params=source_of(lacking))
    law_limits = () if rule.law == Law.SERVICE else presets
    limiting: tuple[Preset | PurposeRule, ...] = (*law_limits, rule)
    return Ground(
        zones=zones,
        best=best,
        bounds=tuple(bind(policy, preset, regions) for preset in presets),
        closures=closures_for(policy, rule.law, regions),
        purpose=rule,
        caps=tuple((who.id, cap) for who in limiting for cap in who.caps),
        cool_offs=tuple((who.id, pause) for who in limiting for pause in who.cool_offs),
        person=question.person_closed,
        countries=countries,
        allowed=Allowed(zones=zones, params=basis_of(presets, rule)),
    )


def zones_for(policy: Policy, question: Question) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The candidate zones, and those in which the purpose's hours must hold."""
    if question.confirmed_zone is not None:
        confirmed = (known_zone(question.confirmed_zone),)
        return confirmed, confirmed
    number = question.number.zones
    address = policy.regions.zones_of(question.address_region) if question.address_region else ()
    stated = (known_zone(question.stated_zone),) if question.stated_zone else ()
    inside = is_inside(policy, question)
    union = {*number, *stated, *(() if inside else address)} - UNLESS_CONFIRMED
    zones = tuple(sorted(union))
    usable = tuple(zone for zone in stated if zone in union)
    single = (guess for guess in (usable, address, number) if len(guess) == 1)
    return zones, next(single, zones)


def known_zone(zone: str) -> str:
    """The name itself. Raises UnknownZoneError."""
    try:
        zone_of(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZoneError(zone) from None
    if zone == UNSET:
        raise UnknownZoneError(zone)
    return zone


def is_inside(policy: Policy, question: Question) -> bool:
    """Whether the address lies in the number's own region."""
    if question.address_region is None:
        return True
    return question.number.region in policy.regions.lineage(question.address_region)


def regions_of(policy: Policy, question: Question) -> tuple[str, ...]:
    """Every region whose rules bind: the number's and the address's, countries first."""
    own = question.number.region
    lineages: list[tuple[str, ...]] = [(own[:2], own)]
    if question.address_region:
        lineages.append(policy.regions.lineage(question.address_region))
    return tuple(dict.fromkeys(region for lineage in lineages for region in lineage))


def binding(
    policy: Policy, law: Law, question: Question, regions: tuple[str, ...]
) -> tuple[Preset, ...]:
    """The presets of that law, mode and place, the number's and the wider ones first."""

    def place(preset: Preset) -> int:
        """Where the first of the preset's regions stands, or past the end."""
        return next((i for i, region in enumerate(regions) if region in preset.regions), end)

    def binds(preset: Preset) -> bool:
        """Whether the preset speaks to this call."""
        here = place(preset) < end or question.area_code in preset.area_codes
        return here and law in preset.laws and question.mode in preset.modes

    end = len(regions)
    return tuple(sorted(filter(binds, policy.presets.values()), key=place))


def speaks_for(preset: Preset, country: str) -> bool:
    """Whether a preset is one of a country's, or of its states'."""
    return any(region[:2] == country for region in preset.regions)


def lacks_consent(preset: Preset, law: Law, question: Question) -> bool:
    """Whether a preset demands a consent that is not there. Only sales need one."""
    rule = preset.consent
    if rule is None or not rule.blocks or law != Law.SALES or question.mode not in rule.modes:
        return False
    consent = question.consent
    if consent is None or consent.basis not in rule.bases:
        return True
    return consent.covers not in (None, question.mode)


def bind(policy: Policy, preset: Preset, regions: tuple[str, ...]) -> Bound:
    """A preset with the holidays of those of its parts that are known."""
    if preset.holidays == Treatment.SAME or preset.calendar is None:
        return Bound(preset=preset)
    holidays = holidays_in(policy.calendars[preset.calendar], frozenset(regions))
    if preset.holidays == Treatment.CLOSED:
        return Bound(preset=preset, closing=holidays)
    return Bound(preset=preset, relaxed=holidays)


def closures_for(policy: Policy, law: Law, regions: tuple[str, ...]) -> tuple[Closure, ...]:
    """The ad-hoc bans in these regions; a service call keeps to those of any law."""
    return tuple(
        closure
        for closure in policy.closures
        if closure.region in regions and (law == Law.SERVICE or law in closure.laws)
    )


def basis_of(presets: tuple[Preset, ...], rule: PurposeRule) -> Mapping[str, Any]:
    """What an allowance rests on; presets whose hours no sure source carries are named."""
    return {
        "purpose": str(rule.purpose),
        "presets": [preset.id for preset in presets],
        "unsure": [preset.id for preset in presets if preset.confidence[0] in "CD"],
    }


def source_of(preset: Preset) -> dict[str, Any]:
    """Which preset decides, on what text, and how sure we are of it."""
    return {"preset": preset.id, "source": preset.rule, "confidence": preset.confidence}
