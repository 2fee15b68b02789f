"""The rules as frozen values: whose law, which hours, how often, after which consent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from dialer.domain.ceilings import check_ceiling, check_hard_hours
from dialer.domain.holidays import Calendar
from dialer.domain.limits import Cap, ConsentRule, CoolOff
from dialer.domain.regions import Regions
from dialer.domain.windows import Week
from dialer.domain.words import Mode, Purpose


class Law(StrEnum):
    """Which body of law a purpose falls under; service keeps within both of the others."""

    SALES = "sales"
    COLLECTION = "collection"
    SERVICE = "service"


LAW_OF: Final[Mapping[Purpose, Law]] = {
    Purpose.APPOINTMENT: Law.SALES,
    Purpose.FIRST_VISIT: Law.SALES,
    Purpose.FOLLOW_UP: Law.SALES,
    Purpose.CARE: Law.SALES,
    Purpose.REVISIT: Law.SALES,
    Purpose.CLOSING: Law.SALES,
    Purpose.COLLECTION: Law.COLLECTION,
    Purpose.REMINDER: Law.SERVICE,
    Purpose.THANK_YOU: Law.SERVICE,
    Purpose.AFTER_SALES: Law.SERVICE,
}


class Treatment(StrEnum):
    """What a preset does on its holidays: the weekday's hours, none, or Sunday's."""

    SAME = "same"
    CLOSED = "closed"
    WEEKEND = "weekend hours"


@dataclass(frozen=True, kw_only=True)
class Widening:
    """Who opened a preset beyond what we ship, and why."""

    by: str
    reason: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One jurisdiction's rules. Raises ValueError where they exceed the ceiling in code."""

    id: str
    regions: frozenset[str]
    use: str
    week: Week
    holidays: Treatment
    calendar: str | None
    calendar_text: str | None = None
    rule: str
    confidence: str
    checked_on: date
    sources: tuple[str, ...] = ()
    note: str = ""
    area_codes: frozenset[str] = frozenset()
    eve: bool = False
    caps: tuple[Cap, ...] = ()
    cool_offs: tuple[CoolOff, ...] = ()
    consent: ConsentRule | None = None
    widened: Widening | None = None

    def __post_init__(self) -> None:
        """Refuse what no file may allow."""
        check_ceiling(self)

    @property
    def laws(self) -> frozenset[Law]:
        """Which law the preset speaks for; service calls keep within each."""
        named = {law for law in (Law.SALES, Law.COLLECTION) if law in self.use}
        return frozenset(named | {Law.SERVICE})

    @property
    def modes(self) -> frozenset[Mode]:
        """`(automated)` presets bind the machine only."""
        return frozenset({Mode.MACHINE} if "automated" in self.use else Mode)


@dataclass(frozen=True, kw_only=True)
class PurposeRule:
    """When a purpose calls, in the best known zone of the called party, and how often."""

    purpose: Purpose
    law: Law
    week: Week
    caps: tuple[Cap, ...] = ()
    cool_offs: tuple[CoolOff, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no file may allow."""
        check_hard_hours(self.week)

    @property
    def id(self) -> str:
        """The purpose's own word."""
        return str(self.purpose)


@dataclass(frozen=True, kw_only=True)
class Closure:
    """An ad-hoc ban in a region: every local day from `first_on` to `last_on`, both included."""

    region: str
    first_on: date
    last_on: date
    reason: str
    laws: frozenset[Law]


@dataclass(frozen=True, kw_only=True)
class DialRules:
    """Which countries may be dialled, and how old a do-not-call list may be (days by country)."""

    countries: frozenset[str]
    list_days: Mapping[str, int] = field(default_factory=dict)
    lists_required: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, eq=False)
class Policy:
    """All rules; compared by identity, since what is computed from them is cached per policy.

    `digest` is the SHA-256 of the parsed rule files. Presets keep the files' order, countries
    before their states.
    """

    presets: Mapping[str, Preset]
    purposes: Mapping[Purpose, PurposeRule]
    calendars: Mapping[str, Calendar]
    regions: Regions
    dial: DialRules
    closures: tuple[Closure, ...] = ()
    digest: str = ""
    area_codes: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Gather the area codes that some preset asks for."""
        codes = frozenset(code for preset in self.presets.values() for code in preset.area_codes)
        object.__setattr__(self, "area_codes", codes)

    @property
    def widenings(self) -> Mapping[str, Widening]:
        """Which presets were opened beyond what we ship; for the log at start."""
        return {p.id: p.widened for p in self.presets.values() if p.widened is not None}
