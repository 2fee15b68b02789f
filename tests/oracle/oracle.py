"""The gate once more, by brute force: another hand's reading of the same rules.

It imports nothing of the product. It reads the rule files as raw TOML and asks of one instant
after another whether every rule holds there. Two things make it bearable: hours begin and end,
and zones change their offset, on quarters of an hour only (checked when it is made), so a quarter
in which the hours are shut is stepped over whole; an open one is walked minute by minute, and
the minute in which the answer turns second by second.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.oracle.places import clock, look_at, zone_table

Case = Mapping[str, Any]
QUARTER = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
ALMOST_A_MINUTE = timedelta(seconds=59, microseconds=999_999)
SALES = {"appointment", "first_visit", "follow_up", "care", "revisit", "closing"}
SERVICE = {"reminder", "thank_you", "after_sales"}
COUNTS = {
    "attempt": {"attempt"},
    "connected": {"attempt", "connected"},
    "voicemail": {"attempt", "contact"},
    "conversation": {"attempt", "connected", "contact", "conversation"},
    "refusal": {"attempt", "connected", "contact", "conversation", "refusal"},
}


def minutes(text: str) -> list[tuple[int, int]]:
    """`08:00-12:00,14:00-20:00` in minutes after midnight."""
    if text == "closed":
        return []
    windows = []
    for window in text.split(","):
        start, end = (int(edge[:2]) * 60 + int(edge[3:]) for edge in window.split("-"))
        assert start % 15 == end % 15 == 0
        windows.append((start, end))
    return windows


class Oracle:
    """The rule files, raw."""

    def __init__(self, config: Path) -> None:
        """Read everything."""
        self.presets: dict[str, Any] = {}
        for path in sorted((config / "presets").glob("*.toml")):
            self.presets |= tomllib.loads(path.read_text())
        self.calendars = {}
        for path in (config / "holidays").glob("*.toml"):
            table = tomllib.loads(path.read_text())
            self.calendars[table["id"]] = table
        self.purposes = tomllib.loads((config / "purposes.toml").read_text())
        self.dial = tomllib.loads((config / "dial.toml").read_text())
        places = tomllib.loads((config / "regions.toml").read_text())
        self.subdivisions, self.cities = places["zones"], places["cities"]
        for rules in (*self.presets.values(), *self.purposes.values()):
            rules["week"] = [minutes(rules["mon_fri"])] * 5 + [
                minutes(rules["sat"]),
                minutes(rules["sun"]),
            ]

    def answer(self, case: Case) -> dict[str, Any]:
        """`{verdict, rule, not_until, zones}`; `rule` of a never_open without its id."""
        return Question(self, case).answer()


class Question:
    """One case, and what binds it."""

    def __init__(self, oracle: Oracle, case: Case) -> None:
        """Find out who, where and what."""
        self.o = oracle
        self.case = case
        self.now = datetime.fromisoformat(case["at"]).astimezone(UTC)
        self.mode = case.get("mode") or "rep"
        self.purpose = case["purpose"]
        self.rules = oracle.purposes[self.purpose]
        self.country, self.state, self.kind, self.number_zones = look_at(case["to"])
        self.address = case.get("address_region")
        self.past = [
            (datetime.fromisoformat(line["at"]).astimezone(UTC), line["kind"])
            for line in case.get("history") or ()
        ]
        self.days: dict[tuple[str, int], list[list[tuple[int, int]]]] = {}
        self.laws = (
            {"sales"}
            if self.purpose in SALES
            else {"sales", "collection"}
            if self.purpose in SERVICE
            else {"collection"}
        )
        self.law = "service" if len(self.laws) == 2 else min(self.laws)

    def line(self, region: str) -> list[str]:
        """A region and what it lies in, from the country down."""
        city = [self.o.cities[region]] if region in self.o.cities else []
        return list(dict.fromkeys([region[:2], *city, region]))

    def zones_in(self, region: str) -> list[str]:
        """All zones of a region."""
        region = self.o.cities.get(region, region)
        if region in self.o.subdivisions:
            return list(self.o.subdivisions[region])
        return zone_table()[0][region[:2]]

    def find_zones(self) -> None:
        """The candidates, and the best."""
        confirmed, stated = self.case.get("zone"), self.case.get("stated_zone")
        if confirmed:
            self.zones = self.best = [confirmed]
            return
        candidates = set(self.number_zones)
        address: list[str] = []
        if self.address:
            address = self.zones_in(self.address)
            if (self.state or self.country) not in self.line(self.address):
                candidates |= set(address)
        if stated:
            candidates.add(stated)
        candidates.discard("Asia/Urumqi")
        self.zones = sorted(candidates)
        if stated and stated != "Asia/Urumqi":
            self.best = [stated]
        elif len(address) == 1:
            self.best = address
        elif len(self.number_zones) == 1:
            self.best = list(self.number_zones)
        else:
            self.best = self.zones

    def find_presets(self) -> None:
        """Which presets bind, the number's before the address's, the country's before a state's."""
        self.regions = [self.country] + ([self.state] if self.state else [])
        if self.address:
            self.regions += [r for r in self.line(self.address) if r not in self.regions]
        nyc = self.case["to"].startswith("+1") and self.case["to"][2:5]
        ranked = []
        for id_, preset in self.o.presets.items():
            if "automated" in preset["use"] and self.mode != "machine":
                continue
            if not any(law in preset["use"] for law in self.laws):
                continue
            ranks = [i for i, r in enumerate(self.regions) if r in preset["regions"]]
            if ranks or nyc in preset.get("area_codes", []):
                ranked.append((min(ranks, default=99), id_))
        ranked.sort(key=lambda pair: pair[0])
        self.bound = [id_ for _, id_ in ranked]

    def holidays(self, id_: str) -> Mapping[str, str]:
        """The days on which a preset keeps holidays, by ISO date."""
        preset = self.o.presets[id_]
        if preset["holidays"] == "same":
            return {}
        return union_of(self.o, preset["calendar"], tuple(self.regions))

    def covers(self, id_: str, on: date) -> bool:
        """Whether the table of a preset reaches a day."""
        table = self.o.calendars[self.o.presets[id_]["calendar"]]
        return bool(table["first_on"] <= on <= table["last_on"])

    def shut_day(self, id_: str, on: date) -> bool:
        """A holiday of a closing preset, or a day of which nobody knows."""
        if self.o.presets[id_]["holidays"] != "closed":
            return False
        return not self.covers(id_, on) or on.isoformat() in self.holidays(id_)

    def inside_preset(self, id_: str, local: datetime) -> bool:
        """Whether a local time lies in a preset's hours."""
        minute, on = local.hour * 60 + local.minute, local.toordinal()
        if (id_, on) not in self.days:
            self.days[id_, on] = self.preset_windows(id_, local.date())
        return all(any(a <= minute < b for a, b in week) for week in self.days[id_, on])

    def preset_windows(self, id_: str, on: date) -> list[list[tuple[int, int]]]:
        """A preset's hours of a local day; all of the lists must hold."""
        preset = self.o.presets[id_]
        week = preset["week"]
        used = [week[on.weekday()]]
        if self.shut_day(id_, on):
            return [[]]
        if preset["holidays"] == "weekend hours":
            if not self.covers(id_, on):
                used.append(week[6])
            elif on.isoformat() in self.holidays(id_):
                used = [week[6]]
        elif preset.get("eve") and on.weekday() < 5 and self.shut_day(id_, on + timedelta(days=1)):
            used = [week[5]]
        return used

    def inside_purpose(self, local: datetime) -> bool:
        """Whether a local time lies in the purpose's hours."""
        minute = local.hour * 60 + local.minute
        windows: list[tuple[int, int]] = self.rules["week"][local.weekday()]
        return any(a <= minute < b for a, b in windows)

    def inside_person(self, local: datetime) -> bool:
        """Whether the person did not ask to be left alone then."""
        is_over = local.date().isoformat() > self.case.get("person_until", "9")
        closed = None if is_over else self.case.get("person_closed")
        minute = local.hour * 60 + local.minute
        return not closed or not any(a <= minute < b for a, b in closed[local.weekday()])

    def shut(self, at: datetime) -> set[str]:
        """What shuts an instant (not a whole call)."""
        found = set()
        for zone in self.zones:
            local = at.astimezone(clock(zone))
            found |= {f"law_hours:{p}" for p in self.bound if not self.inside_preset(p, local)}
            if not self.inside_person(local):
                found.add("person_hours")
        for zone in self.best:
            if not self.inside_purpose(at.astimezone(clock(zone))):
                found.add(f"purpose_hours:{self.purpose}")
        return found

    def may_be_open(self, at: datetime) -> bool:
        """Whether the purpose calls at an instant; the cheapest question first."""
        return all(self.inside_purpose(at.astimezone(clock(zone))) for zone in self.best)

    def shut_for_call(self, at: datetime) -> str | None:
        """What shuts a call that rings for a minute, the first in order."""
        found = self.shut(at) | self.shut(at + ALMOST_A_MINUTE)
        order = [f"law_hours:{id_}" for id_ in self.bound]
        order += [f"purpose_hours:{self.purpose}", "person_hours"]
        return next((rule for rule in order if rule in found), None)

    def limited(self, at: datetime) -> str | None:
        """The cap, else the cool-off, that forbids a call at an instant."""
        sources = (
            [(id_, self.o.presets[id_]) for id_ in self.bound] if self.law != "service" else []
        )
        sources.append((self.purpose, self.rules))
        for id_, rules in sources:
            for cap in rules.get("caps", ()):
                if cap.get("place") != "elsewhere" and self.cap_full(cap, at):
                    return f"cap:{id_}"
        for id_, rules in sources:
            for pause in rules.get("cool_offs", ()):
                if self.pausing(pause, at):
                    return f"cool_off:{id_}"
        return None

    def cap_full(self, cap: Mapping[str, Any], at: datetime) -> bool:
        """Whether as many calls as allowed count at an instant."""
        if cap.get("cold") and any("conversation" in COUNTS[k] for t, k in self.past if t <= at):
            return False
        counted = [t for t, k in self.past if cap["event"] in COUNTS[k] and t <= at]
        if "rolling_hours" in cap:
            counted = [t for t in counted if t > at - timedelta(hours=cap["rolling_hours"])]
        elif "calendar" in cap:
            counted = [t for t in counted if self.same_period(cap["calendar"], t, at)]
        limit: int = cap["limit"]
        return len(counted) >= limit

    def same_period(self, period: str, one: datetime, other: datetime) -> bool:
        """Whether two instants share a local day, week or month in any candidate zone."""
        return any(period_of(period, one, z) == period_of(period, other, z) for z in self.zones)

    def pausing(self, pause: Mapping[str, Any], at: datetime) -> bool:
        """Whether a cool-off has not ended everywhere."""
        begun = [t for t, k in self.past if pause["after"] in COUNTS[k] and t <= at]
        if "hours" in pause:
            return any(t > at - timedelta(hours=pause["hours"]) for t in begun)
        if "local_days" not in pause:
            return bool(begun)
        free = timedelta(days=pause["local_days"])
        return any(
            at.astimezone(clock(zone)).date() < t.astimezone(clock(zone)).date() + free
            for t in begun
            for zone in self.zones
        )

    def lacks_consent(self, id_: str) -> bool:
        """Whether a preset asks for a consent that is not there."""
        rule = self.o.presets[id_].get("consent")
        if self.law != "sales" or rule is None or not rule.get("blocks", True):
            return False
        if self.mode not in rule["modes"]:
            return False
        given = self.case.get("consent")
        if given is None or given["basis"] not in rule["bases"]:
            return True
        return given["covers"] not in ("all", self.mode)

    def refusal(self) -> str | None:
        """Why no time would do: the first in order."""
        if self.kind == "premium" or self.country not in self.o.dial["countries"]:
            return "number"
        if self.case.get("suppressed"):
            return "suppressed"
        self.find_zones()
        if not self.zones:
            return "no_zone"
        self.find_presets()
        for country in dict.fromkeys(region[:2] for region in self.regions):
            if not any(r[:2] == country for p in self.bound for r in self.o.presets[p]["regions"]):
                return f"no_preset:{country}:{self.law}"
        return next((f"consent:{id_}" for id_ in self.bound if self.lacks_consent(id_)), None)

    def days_now(self) -> Iterator[tuple[str, date]]:
        """Each closing preset with the local day in each zone."""
        for id_ in self.bound:
            for zone in self.zones:
                if self.o.presets[id_]["holidays"] == "closed":
                    yield id_, self.now.astimezone(clock(zone)).date()

    def answer(self) -> dict[str, Any]:
        """The verdict."""
        self.zones = []
        never = self.refusal()
        if never is not None:
            unplaced = never in ("number", "suppressed", "no_zone")
            return self.say("never", never, None, () if unplaced else self.zones)
        if self.shut_for_call(self.now) is None and self.limited(self.now) is None:
            return self.say("allowed", "ok", None, self.zones)
        unknown = next((id_ for id_, on in self.days_now() if not self.covers(id_, on)), None)
        if unknown is not None:
            return self.say("never", f"holiday_data:{unknown}", None, self.zones)
        opening = self.first_opening()
        if opening is None:
            return self.say("never", "", None, self.zones)
        return self.say("not_until", self.reason(), opening, self.zones)

    def reason(self) -> str:
        """The first rule that blocks now."""
        holiday = next(
            (id_ for id_, on in self.days_now() if on.isoformat() in self.holidays(id_)), None
        )
        if holiday is not None:
            return f"holiday:{holiday}"
        return self.shut_for_call(self.now) or self.limited(self.now) or "nothing"

    def first_opening(self) -> datetime | None:
        """The first whole second within 400 days at which every rule holds."""
        if self.past and self.limited(self.now + timedelta(days=4000)):
            return None  # after a refusal, never again
        end = self.now + timedelta(days=400)
        quarter = self.now.replace(minute=self.now.minute // 15 * 15, second=0, microsecond=0)
        while quarter <= end:
            if self.may_be_open(quarter) and not self.shut(quarter):
                found = self.first_in_quarter(quarter, end)
                if found is not None:
                    return found
            quarter += QUARTER
        return None

    def first_in_quarter(self, quarter: datetime, end: datetime) -> datetime | None:
        """Minute by minute; in the first that holds at its beginning or end, second by second."""
        for n in range(15):
            minute = quarter + n * MINUTE
            if any(self.holds(minute + edge * SECOND) for edge in (0, 59)):
                for n_second in range(60):
                    second = minute + n_second * SECOND
                    if self.now <= second <= end and self.holds(second):
                        return second
        return None

    def holds(self, at: datetime) -> bool:
        """Whether a call may be placed at an instant."""
        return self.limited(at) is None and self.shut_for_call(at) is None

    def say(self, verdict: str, rule: str, instant: datetime | None, zones: Any) -> dict[str, Any]:
        """In the product's words."""
        text = instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None
        return {"verdict": verdict, "rule": rule, "not_until": text, "zones": list(zones)}


@lru_cache(maxsize=50_000)
def period_of(period: str, at: datetime, zone: str) -> tuple[int, ...]:
    """The local day, ISO week or month."""
    local = at.astimezone(clock(zone))
    if period == "day":
        return (local.year, local.month, local.day)
    if period == "week":
        return local.isocalendar()[:2]
    return (local.year, local.month)


UNIONS: dict[tuple[int, str, tuple[str, ...]], Mapping[str, str]] = {}


def union_of(oracle: Oracle, calendar: str, regions: tuple[str, ...]) -> Mapping[str, str]:
    """The days of the known parts, or of all."""
    key = (id(oracle), calendar, regions)
    if key not in UNIONS:
        table = oracle.calendars[calendar]
        parts = table.get("parts", {})
        known = [part for part in parts if part in regions] or list(parts)
        days = dict(table["days"])
        for part in known:
            days |= parts[part]
        UNIONS[key] = days
    return UNIONS[key]
