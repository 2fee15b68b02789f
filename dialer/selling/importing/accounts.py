"""The kind `accounts`: each row is a customer, the person there and their telephones."""

import zoneinfo
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from typing import Any, Final

from dialer.domain.cells import CellError, fold, read_text, read_whole, read_word
from dialer.domain.columns import Column
from dialer.domain.ground import UnknownZoneError, known_zone
from dialer.domain.regions import UnknownRegionError
from dialer.selling.importing import headings
from dialer.selling.importing.consents import (
    read_basis,
    read_covers,
    read_given_on,
    read_proof,
    settle_consent,
)
from dialer.selling.importing.customers import write_customers
from dialer.selling.importing.kinds import Context, Kind, Option, fixed
from dialer.selling.importing.numbers import COLUMN as NUMBERS
from dialer.selling.importing.numbers import read_cell_numbers, settle_numbers
from dialer.selling.importing.rows import Line
from dialer.selling.importing.words import (
    CLASSES,
    LANGUAGES,
    ROLES,
    TEMPERAMENTS,
    country_names,
)

LONGEST_NAME: Final = 120
FIRST_HAN: Final = "\u2e80"


def read_account(text: str, _context: Context) -> str:
    return read_text(text, 200)


def read_person(text: str, _context: Context) -> str:
    return read_text(text, LONGEST_NAME)


@lru_cache
def whole_stage(text: str) -> int:
    """From 1 to 9."""
    return read_whole(text, 1, 9)


def read_stage(text: str, _context: Context) -> int:
    return whole_stage(text)


def read_user_name(text: str, _context: Context) -> str:
    return read_text(text, 80)


def read_region(text: str, context: Context) -> str:
    """`CN`, `us-fl`, `中国`, `Taiwan`: a place whose law and zones are known."""
    region = country_names().get(fold(text), text.upper().replace("_", "-"))
    try:
        context.rt.policy.regions.lineage(region)
    except UnknownRegionError:
        raise CellError("unknown_region", text=text[:60]) from None
    return region


@cache
def zone_names() -> dict[str, str]:
    """IANA zones, whatever the case."""
    return {name.casefold(): name for name in zoneinfo.available_timezones()}


def read_zone(text: str, _context: Context) -> str:
    """An IANA zone whose hours the gate knows."""
    name = zone_names().get(text.casefold().replace(" ", "_"), text)
    try:
        known_zone(name)
    except UnknownZoneError:
        raise CellError("unknown_zone", text=text[:60]) from None
    return name


def settle_customer(line: Line, context: Context) -> None:
    """Somebody is named, and can be rung where the file has telephones."""
    values = line.values
    values["contact"] = join_names(values.get("contact", []))
    if len(values["contact"]) > LONGEST_NAME:
        line.fail("contact", "too_long", most=LONGEST_NAME)
    if not (values["contact"] or "account" in values or line.faults):
        line.fail("account", "missing")
    settle_consent(line)
    values[NUMBERS] = settle_numbers(line, (values.get("region") or context.region)[:2])
    if not values[NUMBERS] and NUMBERS in context.columns and not line.has_fault(NUMBERS):
        line.fail(NUMBERS, "missing")


def join_names(names: list[str]) -> str:
    """Given and family name, with a blank between them where the script has blanks."""
    return ("" if all(name[0] >= FIRST_HAN for name in names) else " ").join(names)


def of_words(words: Mapping[str, Any]) -> Callable[[str, Context], Any]:
    """A reader of one of a few words, which come again and again."""
    known = lru_cache(partial(read_word, words=words))
    return lambda text, _context: known(text)


ACCOUNTS: Final = Kind(
    name="accounts",
    settle=settle_customer,
    write=write_customers,
    options=(Option(name="existing", choices=fixed("keep", "update"), default="keep"),),
    columns=(
        Column(name="account", read=read_account, headings=headings.ACCOUNT),
        Column(name="contact", read=read_person, headings=headings.CONTACT, many=True),
        Column(name="numbers", read=read_cell_numbers, headings=headings.NUMBERS, many=True),
        Column(name="owner", read=read_user_name, headings=headings.OWNER),
        Column(name="class", read=of_words(CLASSES), headings=headings.CLASS),
        Column(name="stage", read=read_stage, headings=headings.STAGE),
        Column(name="region", read=read_region, headings=headings.REGION),
        Column(name="zone", read=read_zone, headings=headings.ZONE),
        Column(name="role", read=of_words(ROLES), headings=headings.ROLE),
        Column(name="language", read=of_words(LANGUAGES), headings=headings.LANGUAGE),
        Column(name="temperament", read=of_words(TEMPERAMENTS), headings=headings.TEMPERAMENT),
        Column(name="consent", read=read_basis, headings=headings.CONSENT),
        Column(name="consent_covers", read=read_covers, headings=headings.CONSENT_COVERS),
        Column(name="consent_on", read=read_given_on, headings=headings.CONSENT_ON),
        Column(name="consent_proof", read=read_proof, headings=headings.CONSENT_PROOF),
    ),
)
