"""Freeze the holiday tables of `config/holidays/` for the years that the data reach.

Usage: python scripts/freeze_holidays.py [DIRECTORY]

The product reads the frozen files only; the `holidays` package is a tool of this script. States
and Laender get their own days where a country has such; estimated feast days count.
"""

import sys
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import holidays

FIRST, LAST = 2024, 2030
YEARS = range(FIRST, LAST + 1)
Days = dict[date, str]

NATIONAL = "AU BR CN DE ES FR GB HK ID IE IT JP MX NZ RU SG TH"
STATES = "US-AL US-LA US-ME US-MS US-PA US-RI US-UT CA-BC CA-ON"
# Countries whose parts keep days of their own, by the ISO 3166-2 codes that they have.
PARTS = {
    "BR": "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO",
    "DE": "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH",
    "ES": "AN AR AS CB CE CL CM CN CT EX GA IB MC MD ML NC PV RI VC",
    "GB": "ENG NIR SCT WLS",
    "NZ": "AUK CAN CIT GIS HKB MBH MWT NSN NTL OTA STL TAS TKI WGN WKO WTC",
}
# Which towns of a Catholic Land keep these days is not known of a number, so all of it does.
CATHOLIC = frozenset({"DE-BY", "DE-SN", "DE-TH"})


def package_days(country: str, part: str | None = None, category: str = "public") -> Days:
    """What the package knows, in English where it can."""
    known = holidays.country_holidays(country)
    language = "en_US" if "en_US" in known.supported_languages else None
    return dict(
        holidays.country_holidays(
            country, subdiv=part, years=YEARS, language=language, categories=(category,)
        ).items()
    )


def national(country: str) -> tuple[Days, Mapping[str, Days]]:
    """A country's days, and those that its parts have beyond them."""
    days = package_days(country)
    parts: dict[str, Days] = {}
    for part in PARTS.get(country, "").split():
        id_ = f"{country}-{part}"
        own = package_days(country, part)
        if id_ in CATHOLIC:
            own |= package_days(country, part, "catholic")
        parts[id_] = {on: name for on, name in own.items() if on not in days}
    return days, parts


def state(id_: str) -> Days:
    """The days of one state or province with a rule of its own."""
    country, part = id_.split("-")
    return package_days(country, part)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth Monday (0) to Sunday (6) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def pennsylvania() -> Days:
    """44 P.S. 11: the state's thirteen days, and what the package adds to them."""
    days = state("US-PA")
    for year in YEARS:
        election = nth_weekday(year, 11, 0, 1) + timedelta(days=1)
        days.setdefault(easter(year) - timedelta(days=2), "Good Friday")
        days.setdefault(date(year, 6, 14), "Flag Day")
        days.setdefault(election, "Election Day")
    return days


def quebec() -> Days:
    """The list of the Office de la protection du consommateur; Sundays are in the hours."""
    days: Days = {}
    for year in YEARS:
        canada_day = date(year, 7, 1)
        sunday = canada_day.weekday() == 6
        before_victoria = date(year, 5, 24)
        victoria = before_victoria - timedelta(days=before_victoria.weekday())
        days |= {
            date(year, 1, 1): "New Year's Day",
            easter(year) - timedelta(days=2): "Good Friday",
            easter(year) + timedelta(days=1): "Easter Monday",
            victoria: "Victoria Day",
            date(year, 6, 24): "National Day",
            canada_day + timedelta(days=int(sunday)): "Canada Day",
            nth_weekday(year, 9, 0, 1): "Labour Day",
            nth_weekday(year, 10, 0, 2): "Thanksgiving",
            date(year, 12, 25): "Christmas Day",
        }
    return days


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Butcher's rule)."""
    century = year // 100
    moon = (19 * (year % 19) + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    moon -= moon // 28 * (1 - moon // 28 * (29 // (moon + 1)) * ((21 - year % 19) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    days = moon - weekday
    month = 3 + (days + 40) // 44
    return date(year, month, days + 28 - 31 * (month // 4))


def render(id_: str, days: Days, parts: Mapping[str, Days]) -> str:
    """One file: dates in order, each with its name."""
    lines = [
        f"# Frozen by scripts/freeze_holidays.py from holidays {version('holidays')}.",
        "# Feast days whose date is estimated count.",
        f'id = "{id_}"',
        f"first_on = {FIRST}-01-01",
        f"last_on = {LAST}-12-31",
        "",
        "[days]",
        *rows(days),
    ]
    for part, own in parts.items():
        lines += ["", f"[parts.{part}]", *rows(own)]
    return "\n".join(lines) + "\n"


def rows(days: Days) -> Iterable[str]:
    """`2026-01-01 = "New Year's Day"`, sorted."""
    for on in sorted(days):
        name = days[on].replace('"', "'")
        yield f'{on} = "{name}"'


def main(directory: Path) -> None:
    """Write all tables."""
    tables: dict[str, tuple[Days, Mapping[str, Days]]] = {c: national(c) for c in NATIONAL.split()}
    tables |= {id_: (state(id_), {}) for id_ in STATES.split()}
    tables["US-PA"] = (pennsylvania(), {})
    tables["CA-QC"] = (quebec(), {})
    directory.mkdir(parents=True, exist_ok=True)
    for id_, (days, parts) in tables.items():
        path = directory / f"{id_.lower()}.toml"
        path.write_text(render(id_, days, parts), encoding="utf-8")
        print(f"{path}: {len(days)} days, {len(parts)} parts")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "config/holidays"))
