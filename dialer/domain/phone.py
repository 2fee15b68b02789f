"""Telephone numbers: one identity for every spelling, or a refusal; and where a number may be."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, shortnumberinfo, timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from dialer.domain.area_codes import state_of
from dialer.domain.countries import COUNTRY_ZONES, RENAMED

MAX_TEXT: Final = 64
# Marks that come along when a number is copied from a page or a right-to-left text.
INVISIBLE: Final = dict.fromkeys(
    [0x00AD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)]
)
ALLOWED: Final = re.compile(r"[+＋]?[0-9\s().\-‐-―−．（）　/]+")
ABROAD: Final = re.compile(r"\(?(?:00|011)\)?[\s.-]*(?=[1-9])")
NO_COUNTRY: Final = "001"
NORTH_AMERICA: Final = 1
KINDS: Final = {
    value: name.lower() for name, value in vars(PhoneNumberType).items() if isinstance(value, int)
}
SATELLITES: Final = frozenset({870, 881})


class NumberError(ValueError):
    """A text that cannot be used as a number: `code` and `params` say why, in no language."""

    def __init__(self, code: str, text: str) -> None:
        """Remember the reason and the text."""
        super().__init__(f"not a telephone number ({code}): {text!r}")
        self.code = code
        self.params: Mapping[str, str] = {"text": text}


class NotANumber(NumberError):
    """Cannot be parsed (`letters`, `extension`, `unparsable`) or is `invalid`."""


class NotDialable(NumberError):
    """A `short` or `emergency` number: real, but never ours to dial."""


class NumberFacts(NamedTuple):
    """What a number tells of itself. `region` is as fine as known: CN, US-FL, or 001 (no country).

    `kind` is libphonenumber's type in lower case, or `satellite`; `zones` are sorted IANA names.
    A tuple, since it is hashed once per contact.
    """

    region: str
    kind: str
    zones: tuple[str, ...]

    @property
    def country(self) -> str:
        """ISO 3166-1, or 001."""
        return self.region if self.region == NO_COUNTRY else self.region[:2]

    @property
    def subdivision(self) -> str | None:
        """The state or province of a North American number, where its area code tells."""
        return self.region if "-" in self.region else None


def normalise(text: str, default_region: str) -> str:
    """E.164 of any spelling; national ones are read in `default_region`.

    Raises NotANumber or NotDialable.
    """
    cleaned = "".join(map(as_ascii, text.translate(INVISIBLE))).strip()
    if not cleaned or len(cleaned) > MAX_TEXT:
        raise NotANumber("unparsable", text)
    number = parse(cleaned, default_region, text)
    if number.extension:
        raise NotANumber("extension", text)
    refuse_short(number, text)
    if not phonenumbers.is_valid_number(number):
        raise NotANumber("invalid", text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def code_of(number: PhoneNumber) -> int:
    """The calling code, which every number has that was read."""
    return number.country_code or 0


def as_ascii(character: str) -> str:
    """Any script's digit as 0 to 9."""
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def parse(cleaned: str, default_region: str, text: str) -> PhoneNumber:
    """Read a tel: URI, an international prefix of any country, or a national number."""
    if cleaned.lower().startswith("tel:"):
        return read("tel:" + cleaned[4:], default_region, text)
    if not ALLOWED.fullmatch(cleaned):
        raise NotANumber("extension" if has_extension(cleaned) else "letters", text)
    number = read(cleaned, default_region, text)
    abroad = ABROAD.match(cleaned)
    if abroad is None or phonenumbers.is_valid_number(number):
        return number
    return read("+" + cleaned[abroad.end() :], default_region, text)


def read(cleaned: str, default_region: str, text: str) -> PhoneNumber:
    """libphonenumber's reading. Raises NotANumber."""
    try:
        return phonenumbers.parse(cleaned, default_region)
    except phonenumbers.NumberParseException:
        raise NotANumber("unparsable", text) from None


def has_extension(cleaned: str) -> bool:
    """Whether the text says which telephone behind the number is meant."""
    return re.search(r"(?i)\d\s*(?:[;,#~]|x|ext)", cleaned) is not None


def refuse_short(number: PhoneNumber, text: str) -> None:
    """Raise NotDialable for the numbers that only a country's own telephones can call."""
    region = phonenumbers.region_code_for_country_code(code_of(number))
    national = phonenumbers.national_significant_number(number)
    if shortnumberinfo.is_emergency_number(national, region):
        raise NotDialable("emergency", text)
    # A code for messages only has as many digits as a number that was cut short.
    messages = shortnumberinfo.is_sms_service_for_region(number, region)
    if shortnumberinfo.is_valid_short_number(number) and not messages:
        raise NotDialable("short", text)


def mask(e164: str) -> str:
    """`+1*******0123`: country code and the last four digits."""
    try:
        code = len(str(phonenumbers.parse(e164).country_code))
    except phonenumbers.NumberParseException:
        code = 0
    hidden = max(len(e164) - 1 - code - 4, 0)
    return e164[: 1 + code] + "*" * hidden + e164[1 + code + hidden :]


@lru_cache(maxsize=131_072)
def describe(e164: str) -> NumberFacts:
    """What the number itself tells. Raises NotANumber for one that is not valid E.164."""
    number = read(e164, "ZZ", e164)
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:
        raise NotANumber("invalid", e164)
    region = region_of(number)
    geographic = phonenumbers.is_number_type_geographical(kind, code_of(number))
    word = "satellite" if code_of(number) in SATELLITES else KINDS[kind]
    return share(region, word, zones_of(number, region[:2], geographic))


@lru_cache(maxsize=8_192)
def share(region: str, kind: str, zones: tuple[str, ...]) -> NumberFacts:
    """Numbers with the same facts share one value, so a million of them cost little."""
    return NumberFacts(region=region, kind=kind, zones=zones)


def region_of(number: PhoneNumber) -> str:
    """`US-FL`, `CA-ON` where the prefix tells; else the country."""
    if code_of(number) == NORTH_AMERICA:
        state = state_of(phonenumbers.national_significant_number(number))
        if state:
            return state
    return phonenumbers.region_code_for_number(number) or NO_COUNTRY


def zones_of(number: PhoneNumber, country: str, geographic: bool) -> tuple[str, ...]:
    """Where the number may be. One that names no place has its country's zones and no others,
    for its calling code's may lie in other countries."""
    code_wide = TIMEZONE_DATA.get(str(code_of(number)), ())
    raw = timezone.time_zones_for_geographical_number(number) if geographic else code_wide
    zones = {RENAMED.get(zone, zone) for zone in raw}
    if raw is code_wide:
        own = set(COUNTRY_ZONES.get(country, ()))
        zones = zones & own or (zones if geographic else own)
    return tuple(sorted(zones))
