"""Freeze which state or province a North American number's prefix lies in.

Usage: python scripts/freeze_area_codes.py > dialer/domain/area_codes.py

libphonenumber's geocoder knows it, but loads the place names of the whole world in all languages
to tell; a few kilobytes are left when only the states are kept.
"""

from collections.abc import Iterator, Mapping
from importlib.metadata import version

from phonenumbers.geodata import GEOCODE_DATA

NAMES = """
US-AL Alabama|US-AK Alaska|US-AZ Arizona|US-AR Arkansas|US-CA California|US-CO Colorado
US-CT Connecticut|US-DE Delaware|US-DC Washington D.C.|US-FL Florida|US-GA Georgia|US-HI Hawaii
US-ID Idaho|US-IL Illinois|US-IN Indiana|US-IA Iowa|US-KS Kansas|US-KY Kentucky|US-LA Louisiana
US-ME Maine|US-MD Maryland|US-MA Massachusetts|US-MI Michigan|US-MN Minnesota|US-MS Mississippi
US-MO Missouri|US-MT Montana|US-NE Nebraska|US-NV Nevada|US-NH New Hampshire|US-NJ New Jersey
US-NM New Mexico|US-NY New York|US-NC North Carolina|US-ND North Dakota|US-OH Ohio|US-OK Oklahoma
US-OR Oregon|US-PA Pennsylvania|US-RI Rhode Island|US-SC South Carolina|US-SD South Dakota
US-TN Tennessee|US-TX Texas|US-UT Utah|US-VT Vermont|US-VA Virginia|US-WA Washington State
US-WV West Virginia|US-WI Wisconsin|US-WY Wyoming|CA-AB Alberta|CA-BC British Columbia
CA-BC British Colombia|CA-MB Manitoba|CA-NB New Brunswick|CA-NL Newfoundland and Labrador
CA-NS Nova Scotia|CA-NT Northwest Territories|CA-NU Nunavut|CA-ON Ontario
CA-PE Prince Edward Island|CA-QC Quebec|CA-SK Saskatchewan|CA-YT Yukon
"""


def region_names() -> Mapping[str, str]:
    """Region by name and by its own code, for the data say `Miami, FL` as well as `Florida`."""
    table: dict[str, str] = {}
    for row in NAMES.strip().replace("\n", "|").split("|"):
        region, name = row.split(" ", 1)
        table[name] = table[region[3:]] = region
    return table


def regions_by_prefix() -> Mapping[str, str]:
    """What the geocoder says of each prefix, without the country code; "" where no one state."""
    names = region_names()
    places = {
        prefix[1:]: place.get("en", "").rpartition(", ")[2]
        for prefix, place in GEOCODE_DATA.items()
        if prefix.startswith("1") and len(prefix) > 1
    }
    return {prefix: names.get(place, "") for prefix, place in places.items()}


def found(table: Mapping[str, str], number: str) -> str:
    """The longest prefix's region."""
    prefixes = (number[:length] for length in range(len(number), 0, -1))
    return next((table[prefix] for prefix in prefixes if prefix in table), "")


def compress(full: Mapping[str, str]) -> Mapping[str, str]:
    """The shortest table with the same answers; an area code that is absent gets its own state."""
    table: dict[str, str] = {}
    for area in sorted({prefix[:3] for prefix in full}):
        inside = {prefix: region for prefix, region in full.items() if prefix[:3] == area}
        whole = full.get(area, only(set(inside.values())))
        table |= {area: whole} if whole else {}
        for prefix in sorted(inside, key=lambda p: (len(p), p)):
            if found(table, prefix) != inside[prefix]:
                table[prefix] = inside[prefix]
    return table


def only(regions: set[str]) -> str:
    """The region if there is but one."""
    return regions.pop() if len(regions) == 1 else ""


def render(table: Mapping[str, str]) -> Iterator[str]:
    """Rows of `REGION prefix prefix …`, at most 98 columns."""
    for region in sorted(set(table.values())):
        row = region
        for prefix in sorted(prefix for prefix in table if table[prefix] == region):
            if len(row) + len(prefix) + 1 > 98:
                yield row
                row = region
            row += f" {prefix}"
        yield row


HEAD = '''"""Which state or province a North American number's prefix lies in.

Frozen by scripts/freeze_area_codes.py from phonenumbers {version}; a prefix that the data put into
no single state is not here, or stands with an empty region.
"""

from collections.abc import Mapping
from typing import Final

ROWS: Final = """
{rows}
"""


def read_rows(rows: str) -> Mapping[str, str]:
    """`REGION prefix prefix …` a line, to region by prefix."""
    lines = (row.split() for row in rows.strip().split("\\n"))
    return {{prefix: region for region, *prefixes in lines for prefix in prefixes}}


PREFIXES: Final = read_rows(ROWS)
LONGEST: Final = max(map(len, PREFIXES))


def state_of(national: str) -> str | None:
    """`US-FL` of a national number such as 3055550123, by its longest known prefix."""
    prefixes = (national[:length] for length in range(LONGEST, 2, -1))
    return next((PREFIXES[prefix] for prefix in prefixes if prefix in PREFIXES), None)
'''


if __name__ == "__main__":
    rows = "\n".join(render(compress(regions_by_prefix())))
    print(HEAD.format(version=version("phonenumbers"), rows=rows), end="")
