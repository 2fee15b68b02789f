"""Seeded cases for the oracle: all zones, all presets, 2024 to 2030, mostly at the edges."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import available_timezones

import phonenumbers

from tests.oracle.oracle import Oracle
from tests.oracle.places import clock, look_at

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
LAST = datetime(2031, 1, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
PURPOSES = [
    "appointment", "first_visit", "follow_up", "care", "revisit", "closing", "reminder",
    "collection", "collection", "collection", "thank_you", "after_sales",
]  # fmt: skip
KINDS = ["attempt", "attempt", "connected", "conversation", "voicemail", "refusal"]
# Where the presets' own states and cities are; other area codes come by chance.
AREA_CODES = [
    "305", "405", "301", "206", "860", "713", "205", "504", "601", "215", "401", "801", "502",
    "617", "702", "505", "612", "313", "307", "605", "207", "212", "347", "416", "604", "514",
    "403", "902", "867", "800", "879", "907", "270", "850", "928", "787", "684", "242", "900",
]  # fmt: skip


@cache
def transitions(zone: str) -> tuple[datetime, ...]:
    """When a zone changes its offset in these years, to the second."""
    found = []
    info, at = clock(zone), FIRST - timedelta(days=30)
    while at < LAST:
        after = at + timedelta(days=1)
        if at.astimezone(info).utcoffset() != after.astimezone(info).utcoffset():
            low, high = at, after
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                same = middle.astimezone(info).utcoffset() == at.astimezone(info).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        at = after
    return tuple(found)


@cache
def zones() -> tuple[str, ...]:
    """Every zone of the data."""
    return tuple(sorted(available_timezones() - {"localtime", "posixrules", "Factory"}))


@cache
def numbers() -> tuple[str, ...]:
    """Valid numbers of every country that may be dialled, and of some that may not."""
    dice = Random(11)
    found: set[tuple[str, str]] = set()
    oracle = Oracle(Path("config"))
    for country in [*oracle.dial["countries"], "KE"]:
        while len([n for n in found if n[1] == country]) < 25:
            kind = dice.choice([0, 0, 1, 1, 1, 2, 2, 3])
            example = phonenumbers.example_number_for_type(country, kind)
            if example is not None:
                found.add((shake(example, dice), country))
    for area in AREA_CODES * 12:
        text = f"+1{area}{dice.randrange(2, 10)}{dice.randrange(10**6):06}"
        if phonenumbers.is_valid_number(phonenumbers.parse(text)):
            found.add((text, "US"))
    return tuple(sorted(text for text, _ in found))


def shake(example: phonenumbers.PhoneNumber, dice: Random) -> str:
    """The example with other last digits, if that is still a number."""
    text = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    length = dice.randrange(4, 8)
    other = text[:-length] + str(dice.randrange(10**length)).zfill(length)
    return other if phonenumbers.is_valid_number(phonenumbers.parse(other)) else text


@cache
def regions() -> tuple[str, ...]:
    """Subdivisions, cities and countries."""
    oracle = Oracle(Path("config"))
    return (*oracle.subdivisions, *oracle.cities, *oracle.dial["countries"], "KE", "FR-75")


def cases(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """So many cases; the same seed gives the same ones."""
    dice = Random(seed)
    for number in range(count):
        yield make(dice, zones()[(seed * count + number) % len(zones())])


def make(dice: Random, zone: str) -> dict[str, Any]:
    """One case. The stated zone and the person's hours go beyond what the command takes."""
    case: dict[str, Any] = {"to": dice.choice(numbers()), "purpose": dice.choice(PURPOSES)}
    if dice.random() < 0.5:
        case["zone"] = zone
    elif dice.random() < 0.2:
        case["stated_zone"] = zone
    if dice.random() < 0.3:
        case["address_region"] = address(dice, case["to"])
    case["mode"] = "machine" if dice.random() < 0.25 else "rep"
    if dice.random() < 0.7:
        case["consent"] = {
            "basis": dice.choice(["express", "written", "written", "contract"]),
            "covers": dice.choice(["rep", "machine", "all", "all"]),
        }
    case["suppressed"] = dice.random() < 0.01
    at = moment(dice, case)
    case["at"] = at.isoformat()
    if dice.random() < 0.4:
        kinds = [dice.choice(KINDS)] if dice.random() < 0.5 else KINDS
        case["history"] = [
            {"at": past.isoformat(), "kind": dice.choice(kinds)} for past in pasts(dice, at)
        ]
    if dice.random() < 0.05:
        case["person_closed"] = [person_day(dice) for _ in range(7)]
        if dice.random() < 0.5:
            until = at.date() + timedelta(days=dice.randrange(-2, 9))
            case["person_until"] = until.isoformat()
    return case


def address(dice: Random, to: str) -> str:
    """Mostly in the number's own country."""
    own = [region for region in regions() if region[:2] == look_at(to)[0]]
    return dice.choice(own if own and dice.random() < 0.7 else regions())


def moment(dice: Random, case: dict[str, Any]) -> datetime:
    """Half of the time within two days of a change of a zone that counts."""
    own = [case[key] for key in ("zone", "stated_zone") if key in case]
    zone = dice.choice(own or look_at(case["to"])[3] or ["UTC"])
    changes = transitions(zone) or transitions("America/New_York")
    if dice.random() < 0.5:
        at = dice.choice(changes) + timedelta(seconds=dice.randrange(-172_800, 172_801))
    else:
        at = FIRST + timedelta(seconds=dice.randrange(int((LAST - FIRST).total_seconds())))
    if dice.random() < 0.01:
        at = LAST - timedelta(seconds=dice.randrange(864_000)) + dice.choice([0, 300]) * 24 * HOUR
    if dice.random() < 0.6:
        local = at.astimezone(clock(zone))
        at += (dice.randrange(7, 22) - local.hour) * HOUR
    if dice.random() < 0.6:
        at = to_edge(dice, at, zone)
    if dice.random() < 0.05:
        at += timedelta(microseconds=dice.randrange(1_000_000))
    return at


def to_edge(dice: Random, at: datetime, zone: str) -> datetime:
    """Near a full or half hour of the zone's clock, where windows begin and end."""
    local = at.astimezone(clock(zone))
    off = timedelta(minutes=local.minute % 30, seconds=local.second)
    return at - off + timedelta(seconds=dice.choice([-61, -60, -59, -1, 0, 0, 1, 30]))


def pasts(dice: Random, at: datetime) -> Iterator[datetime]:
    """Instants of past calls: crowded, spread, or exactly a period ago."""
    spread = dice.choice([timedelta(hours=6), timedelta(days=2), timedelta(days=9), 65 * 24 * HOUR])
    for _ in range(dice.choice([1, 2, 3, 4, 6, 8, 10, 31])):
        if dice.random() < 0.15:
            yield at - timedelta(hours=dice.choice([0, 8, 24, 48, 168, 720, 1440]))
        else:
            yield at - timedelta(seconds=dice.randrange(int(spread.total_seconds())))


def person_day(dice: Random) -> list[tuple[int, int]]:
    """The hours of one weekday at which the person does not want to be called."""
    start = dice.randrange(0, 80) * 15
    return [(start, min(start + dice.randrange(4, 40) * 15, 1440))] if dice.random() < 0.6 else []
