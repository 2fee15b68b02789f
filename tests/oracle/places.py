"""Where a number is, asked of libphonenumber and the time-zone data afresh."""

from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberType, geocoder, timezone

PLACES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA",
    "Colorado": "CO", "Connecticut": "CT", "Delaware": "DE", "Washington D.C.": "DC",
    "Florida": "FL", "Georgia": "GA", "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL",
    "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA",
    "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN",
    "Mississippi": "MS", "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV",
    "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY",
    "North Carolina": "NC", "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR",
    "Pennsylvania": "PA", "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD",
    "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA",
    "Washington State": "WA", "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
    "Alberta": "AB", "British Columbia": "BC", "British Colombia": "BC", "Manitoba": "MB",
    "New Brunswick": "NB", "Newfoundland and Labrador": "NL", "Nova Scotia": "NS",
    "Northwest Territories": "NT", "Nunavut": "NU", "Ontario": "ON",
    "Prince Edward Island": "PE", "Quebec": "QC", "Saskatchewan": "SK", "Yukon": "YT",
}  # fmt: skip

# The library forgets all but the last eight zones.
clock = cache(ZoneInfo)


@cache
def zone_table() -> tuple[dict[str, list[str]], dict[str, str]]:
    """zone.tab by country, and the links of old names to those in it."""
    data = resources.files("tzdata") / "zoneinfo"
    countries: dict[str, list[str]] = {}
    for line in (data / "zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            if zone != "Asia/Urumqi":
                countries.setdefault(country, []).append(zone)
    links = {}
    for line in (data / "tzdata.zi").read_text().splitlines():
        if line.startswith("L "):
            _, target, name = line.split()
            links[name] = target
    return countries, links


@cache
def look_at(to: str) -> tuple[str, str | None, str, tuple[str, ...]]:
    """Country, state, type and zones of a number, asked of libphonenumber afresh."""
    number = phonenumbers.parse(to)
    country = phonenumbers.region_code_for_number(number) or "none"
    kind = phonenumbers.number_type(number)
    geographic = phonenumbers.is_number_geographical(number)
    state = None
    if number.country_code == 1 and geographic:
        place = geocoder.description_for_number(number, "en").split(", ")[-1]
        code = place if place in PLACES.values() else PLACES.get(place)
        state = f"{country}-{code}" if code and country in ("US", "CA") else None
    countries, links = zone_table()
    known = {zone for zones in countries.values() for zone in zones}
    raw = set(timezone.time_zones_for_number(number)) - {"Etc/Unknown"}
    zones = {links.get(zone, zone) if zone not in known else zone for zone in raw}
    own = set(countries.get(country, ()))
    if not geographic:
        zones = zones & own or own
    elif len(raw) > 20:
        zones &= own
    word = {PhoneNumberType.PREMIUM_RATE: "premium"}.get(kind, "plain")
    return country, state, word, tuple(sorted(zones))
