"""The shapes of the rule files: strict types, no unknown keys."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dialer.domain.ground import UnknownZoneError, known_zone
from dialer.domain.holidays import Calendar
from dialer.domain.limits import Basis, Calendrical, Cap, ConsentRule, CoolOff, Event, Key
from dialer.domain.policy import (
    LAW_OF,
    Closure,
    DialRules,
    Law,
    Preset,
    PurposeRule,
    Treatment,
    Widening,
)
from dialer.domain.windows import parse_hours, weekly
from dialer.domain.words import Mode, Purpose


def check_hours(text: str) -> str:
    """Refuse what `parse_hours` refuses."""
    parse_hours(text)
    return text


def check_days(days: dict[str, str]) -> dict[str, str]:
    """Refuse keys that are no dates."""
    for key in days:
        date.fromisoformat(key)
    return days


def check_zones(zones: list[str]) -> list[str]:
    """Refuse an empty list and names that the time-zone data do not know."""
    if not zones:
        raise ValueError("a list of at least one zone")
    try:
        return [known_zone(zone) for zone in zones]
    except UnknownZoneError:
        raise ValueError("IANA zones such as Asia/Shanghai") from None


Text = Annotated[str, Field(min_length=1)]
HoursText = Annotated[str, AfterValidator(check_hours)]
Days = Annotated[dict[str, str], AfterValidator(check_days)]
Zones = Annotated[list[str], AfterValidator(check_zones)]
Confidence = Annotated[str, Field(pattern="^[ABCD]")]
AreaCode = Annotated[str, Field(pattern="^[2-9][0-9]{2}$")]
EventWord = Annotated[Event, Field(strict=False)]
KeyWord = Annotated[Key, Field(strict=False)]
LawWord = Annotated[Law, Field(strict=False)]
Use = Literal[
    "sales", "collection", "sales (automated)", "collection (automated)", "sales + collection"
]


class Table(BaseModel):
    """A table of a rule file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CapTable(Table):
    """`[[ID.caps]]`."""

    source_text: Text
    event: EventWord
    limit: Annotated[int, Field(ge=1)]
    per: KeyWord
    rolling_hours: Annotated[int, Field(ge=1)] | None = None
    calendar: Annotated[Calendrical | None, Field(strict=False)] = None
    cold: bool = False
    place: Literal["personal", "elsewhere"] | None = None

    @model_validator(mode="after")
    def one_period(self) -> Self:
        """Rolling, of the calendar, or neither (ever)."""
        if self.rolling_hours is not None and self.calendar is not None:
            raise ValueError("either rolling_hours or calendar")
        return self

    def cap(self) -> Cap:
        """The domain's value."""
        return Cap(**dict(self))


class CoolOffTable(Table):
    """`[[ID.cool_offs]]`."""

    source_text: Text
    after: EventWord
    per: KeyWord
    hours: Annotated[int, Field(ge=1)] | None = None
    local_days: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def one_period(self) -> Self:
        """Hours, local days, or neither (for ever)."""
        if self.hours is not None and self.local_days is not None:
            raise ValueError("either hours or local_days")
        return self

    def cool_off(self) -> CoolOff:
        """The domain's value."""
        return CoolOff(**dict(self))


class ConsentTable(Table):
    """`[ID.consent]`."""

    source_text: Text
    bases: Annotated[list[Annotated[Basis, Field(strict=False)]], Field(min_length=1)]
    modes: Annotated[list[Annotated[Mode, Field(strict=False)]], Field(min_length=1)]
    blocks: bool = True

    def rule(self) -> ConsentRule:
        """The domain's value."""
        return ConsentRule(
            bases=frozenset(self.bases),
            modes=frozenset(self.modes),
            source_text=self.source_text,
            blocks=self.blocks,
        )


class WidenedTable(Table):
    """`[ID.widened]`: who opened a weak preset, and why."""

    by: Text
    reason: Text
    on: date


class WeekTable(Table):
    """Hours of a week, and how often one may call."""

    mon_fri: HoursText
    sat: HoursText
    sun: HoursText
    caps: list[CapTable] = []
    cool_offs: list[CoolOffTable] = []

    @property
    def limits(self) -> tuple[tuple[Cap, ...], tuple[CoolOff, ...]]:
        """Caps and cool-offs."""
        caps = tuple(table.cap() for table in self.caps)
        return caps, tuple(table.cool_off() for table in self.cool_offs)


class PresetTable(WeekTable):
    """`[ID]` in `presets/*.toml`."""

    use: Use
    regions: Annotated[list[str], Field(min_length=1)]
    area_codes: list[AreaCode] = []
    holidays: Annotated[Treatment, Field(strict=False)]
    calendar: str | None = None
    calendar_text: str | None = None
    eve: bool = False
    rule: Text
    confidence: Confidence
    checked_on: date
    sources: list[str]
    note: str = ""
    consent: ConsentTable | None = None
    widened: WidenedTable | None = None

    @model_validator(mode="after")
    def needs_calendar(self) -> Self:
        """Holidays that count need a table of them."""
        if self.holidays != Treatment.SAME and self.calendar is None:
            raise ValueError("given a calendar where holidays are not the same")
        return self

    def preset(self, id_: str) -> Preset:
        """The domain's value. Raises ValueError beyond the ceiling."""
        caps, cool_offs = self.limits
        return Preset(
            id=id_,
            regions=frozenset(self.regions),
            use=self.use,
            week=weekly(*map(parse_hours, (self.mon_fri, self.sat, self.sun))),
            holidays=self.holidays,
            calendar=self.calendar,
            calendar_text=self.calendar_text,
            rule=self.rule,
            confidence=self.confidence,
            checked_on=self.checked_on,
            sources=tuple(self.sources),
            note=self.note,
            area_codes=frozenset(self.area_codes),
            eve=self.eve,
            caps=caps,
            cool_offs=cool_offs,
            consent=self.consent.rule() if self.consent else None,
            widened=Widening(**dict(self.widened)) if self.widened else None,
        )


class PurposeTable(WeekTable):
    """`[PURPOSE]` in `purposes.toml`."""

    def rule(self, purpose: Purpose) -> PurposeRule:
        """The domain's value. Raises ValueError beyond the ceiling."""
        caps, cool_offs = self.limits
        return PurposeRule(
            purpose=purpose,
            law=LAW_OF[purpose],
            week=weekly(*map(parse_hours, (self.mon_fri, self.sat, self.sun))),
            caps=caps,
            cool_offs=cool_offs,
        )


class CalendarFile(Table):
    """`holidays/*.toml`."""

    id: Text
    first_on: date
    last_on: date
    days: Days
    parts: dict[str, Days] = {}

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Days lie between the first and the last."""
        if self.first_on > self.last_on:
            raise ValueError("first_on before last_on")
        return self

    def calendar(self) -> Calendar:
        """The domain's value."""
        return Calendar(
            id=self.id,
            first_on=self.first_on,
            last_on=self.last_on,
            days=as_dates(self.days),
            parts={part: as_dates(days) for part, days in self.parts.items()},
        )


class RegionsFile(Table):
    """`regions.toml`."""

    cities: dict[str, str]
    zones: dict[str, Zones]


class DialFile(Table):
    """`dial.toml`."""

    countries: Annotated[list[str], Field(min_length=1)]
    lists_required: list[str]
    list_days: dict[str, Annotated[int, Field(ge=1)]]

    def rules(self) -> DialRules:
        """The domain's value."""
        return DialRules(
            countries=frozenset(self.countries),
            list_days=self.list_days,
            lists_required=frozenset(self.lists_required),
        )


class ClosureTable(Table):
    """`[[closures]]`."""

    region: str
    first_on: date
    last_on: date
    reason: Text
    laws: Annotated[list[LawWord], Field(min_length=1)]

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """The first day is not after the last."""
        if self.first_on > self.last_on:
            raise ValueError("first_on not after last_on")
        return self

    def closure(self) -> Closure:
        """The domain's value."""
        return Closure(
            region=self.region,
            first_on=self.first_on,
            last_on=self.last_on,
            reason=self.reason,
            laws=frozenset(self.laws),
        )


class ClosuresFile(Table):
    """`closures.toml`."""

    closures: list[ClosureTable]


def as_dates(days: dict[str, str]) -> frozenset[date]:
    """The keys of a table of days."""
    return frozenset(map(date.fromisoformat, days))
