"""What a cell was read as, in the reader's words."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import phonenumbers
from babel import dates, numbers

from dialer.domain.cells import Amount, tidy
from dialer.domain.words import AccountClass, Language
from dialer.selling.importing.numbers import Telephone
from dialer.selling.importing.preview import ShownCell
from dialer.web.language import own_name
from dialer.web.rule_words import country_name
from dialer.web.views import locale
from dialer.web.words import LABELS, label

Formats = phonenumbers.PhoneNumberFormat


def show_value(cell: ShownCell, name: str) -> str:
    """What was read, or nothing where that is just what stands there."""
    if cell.value is None:
        return ""
    shown = "\n".join(map(say, as_list(cell.value))) if name != "region" else region(cell.value)
    return "" if shown == tidy(cell.text) else shown


def as_list(value: Any) -> Sequence[Any]:
    """Several values, or the one."""
    return value if isinstance(value, list) else [value]


def region(value: str) -> str:
    """A country by name."""
    return country_name(value)


def say(value: Any) -> str:
    """One value."""
    if isinstance(value, Telephone):
        return phonenumbers.format_number(phonenumbers.parse(value.e164), Formats.INTERNATIONAL)
    if isinstance(value, Language):
        return own_name(value)
    if isinstance(value, AccountClass):
        return value.value
    if isinstance(value, StrEnum) and type(value) in LABELS:
        return label(value)
    if isinstance(value, date):
        return dates.format_date(value, locale=locale())
    if isinstance(value, Amount):
        return f"{value.value} {value.currency or ''}".strip()
    return str(value)


def count(number: int) -> str:
    """A number of things, as it is written in the reader's language."""
    return str(numbers.format_decimal(number, locale=locale()))
