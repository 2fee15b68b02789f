"""Reading a million numbers: what `normalise` and `describe` say, for the plainest spellings.

libphonenumber asks some twenty patterns per number, one at a time and twice over. Here each
country's patterns are joined into one. Whatever is not plain beyond doubt (a prefix to be
stripped, a leading zero, a short code) is read the long way, so both ways always agree.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberType
from phonenumbers.tzdata import TIMEZONE_DATA

from dialer.domain.phone import NORTH_AMERICA, NumberFacts, describe, normalise

PLAIN: Final = re.compile(r"\+?[1-9]\d{6,14}|0[1-9]\d{6,13}")
MARKS: Final = dict.fromkeys(map(ord, " -"))
# As many entries as there are prefixes in libphonenumber's own table, times a country's kinds.
DESCRIBED: Final[dict[tuple[str, str, str, int], NumberFacts]] = {}
# In libphonenumber's order: the first pattern that fits names the kind.
ORDER: Final = (
    "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan",
    "voicemail", "fixed_line", "mobile",
)  # fmt: skip
EITHER: Final[int] = PhoneNumberType.FIXED_LINE_OR_MOBILE
TYPES: Final[Mapping[str, int]] = {name: getattr(PhoneNumberType, name.upper()) for name in ORDER}


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """A region's numbering plan as a few patterns; `kinds` names what it matches by its group."""

    region: str
    code: int
    leading: re.Pattern[str] | None
    abroad: re.Pattern[str]
    stripped: re.Pattern[str]
    kinds: re.Pattern[str]
    mobile: re.Pattern[str]
    fixed_is_mobile: bool
    transforms: bool

    def kind_of(self, national: str) -> int | None:
        """The number's type, or None where it is not one of this region."""
        found = self.kinds.fullmatch(national)
        if found is None or found.lastgroup is None:
            return None
        if found.lastgroup == "fixed_line" and (
            self.fixed_is_mobile or self.mobile.fullmatch(national)
        ):
            return EITHER
        return TYPES[found.lastgroup]


def identify(text: str, default_region: str) -> tuple[str, NumberFacts]:
    """E.164 and what it tells of itself. Raises as `normalise` does."""
    found = quickly(text, default_region)
    if found is not None:
        return found
    e164 = normalise(text, default_region)
    return e164, describe(e164)


def quickly(text: str, default_region: str) -> tuple[str, NumberFacts] | None:
    """The plain ways to write a number, or None for the long way."""
    digits = text if text.isalnum() else text.translate(MARKS)
    if not digits.isascii() or not PLAIN.fullmatch(digits):
        return None
    if digits[0] == "+":
        return place(*split_code(digits[1:]))
    here = numbering(default_region)
    if here is None or here.abroad.match(digits) or digits.startswith(str(here.code)):
        return None
    trunk = here.stripped.match(digits)
    if trunk is None:
        return place(here.code, digits)
    plain = trunk.lastindex is None and not here.transforms
    return place(here.code, digits[trunk.end() :]) if plain else None


def split_code(digits: str) -> tuple[int, str]:
    """Calling code and the rest; code 0 where there is none."""
    for length in (1, 2, 3):
        code = int(digits[:length])
        if code in COUNTRY_CODE_TO_REGION_CODE:
            return code, digits[length:]
    return 0, digits


def place(code: int, national: str) -> tuple[str, NumberFacts] | None:
    """The number within its code's regions, or None where it needs a longer look."""
    plan = plan_of(code)
    if plan is None or national[0] == "0" or plan[0].stripped.match(national):
        return None
    if short_codes(code).fullmatch(national):
        return None  # no number is both today, but the tables change
    for region in plan:
        if region.leading is not None and not region.leading.match(national):
            continue
        kind = region.kind_of(national)
        if kind is not None:
            e164 = f"+{code}{national}"
            return e164, facts_of(e164, code, region.region, kind)
        if region.leading is not None:
            return None
    return None


@lru_cache
def prefix_lengths(code: int) -> tuple[int, ...]:
    """How long the known beginnings of a calling code's numbers are, the longest first."""
    begins = str(code)
    lengths = {len(prefix) for prefix in TIMEZONE_DATA if prefix.startswith(begins)}
    return tuple(sorted(lengths, reverse=True))


def facts_of(e164: str, code: int, country: str, kind: int) -> NumberFacts:
    """What `describe` says of any number that begins alike: zones and state follow from that."""
    beginning = str(code)
    for length in prefix_lengths(code):
        if e164[1 : 1 + length] in TIMEZONE_DATA:
            beginning = e164[1 : 1 + length]
            break
    area = e164[2:5] if code == NORTH_AMERICA else ""
    key = (beginning, area, country, kind)
    if key not in DESCRIBED:
        DESCRIBED[key] = describe(e164)
    return DESCRIBED[key]


@lru_cache
def plan_of(code: int) -> tuple[Numbering, ...] | None:
    """The regions of a calling code, the main one first; None for codes of no country."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    plans = [numbering(region) for region in regions]
    if not plans or None in plans:
        return None
    return tuple(plan for plan in plans if plan is not None)


@lru_cache
def numbering(region: str) -> Numbering | None:
    """A region's patterns, joined; None for what is not a country."""
    data = PhoneMetadata.metadata_for_region(region, None)
    if data is None:
        return None
    kinds = "|".join(
        f"(?P<{name}>{pattern_of(getattr(data, name))})"
        for name in ORDER
        if name != "mobile" or not data.same_mobile_and_fixed_line_pattern
    )
    return Numbering(
        region=region,
        code=data.country_code or 0,
        leading=re.compile(data.leading_digits) if data.leading_digits else None,
        abroad=re.compile(data.international_prefix or NEVER),
        stripped=re.compile(data.national_prefix_for_parsing or NEVER),
        kinds=re.compile(f"(?={pattern_of(data.general_desc)}$)(?:{kinds})"),
        mobile=re.compile(pattern_of(data.mobile)),
        fixed_is_mobile=bool(data.same_mobile_and_fixed_line_pattern),
        transforms=data.national_prefix_transform_rule is not None,
    )


NEVER: Final = r"(?!)"


def pattern_of(desc: "phonenumbers.PhoneNumberDesc | None") -> str:
    """A description's pattern with the lengths that it allows."""
    if desc is None or desc.national_number_pattern in (None, "NA"):
        return NEVER
    lengths = "|".join(rf"\d{{{length}}}$" for length in desc.possible_length if length > 0)
    ahead = f"(?={lengths})" if lengths else ""
    return f"{ahead}(?:{desc.national_number_pattern})"


@lru_cache
def short_codes(code: int) -> re.Pattern[str]:
    """Whatever might be a short or an emergency number in any region of a calling code."""
    found = (
        PhoneMetadata.short_metadata_for_region(region, None)
        for region in COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    )
    patterns = [
        pattern_of(desc)
        for data in found
        if data is not None
        for desc in (data.short_code, data.emergency)
    ]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or NEVER)
