"""Dates and money as they are read and said in each language."""

from copy import copy
from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.numbers import get_currency_name

from dialer.domain.currencies import minor_digits, to_decimal
from dialer.domain.spoken import speak_number
from dialer.domain.words import Language

# These are named before the number and counted in yuan after it.
COUNTED_IN_YUAN = frozenset({"CNY", "TWD"})


def say_date(day: date, language: Language) -> str:
    """A date in full, such as November 22, 2026."""
    return format_date(day, "long", locale=language.locale)


def say_money(minor: int, currency: str, language: Language) -> str:
    """An amount of minor units of an ISO currency as it is read, such as CN¥1,234.50."""
    locale = Locale.parse(language.locale)
    pattern = copy(locale.currency_formats["standard"])
    digits = minor_digits(currency)
    pattern.frac_prec = (digits, digits)
    amount = to_decimal(minor, currency)
    return str(pattern.apply(amount, locale, currency=currency, currency_digits=False))


def speak_money(minor: int, currency: str, language: Language) -> str:
    """The same in words, for a voice: a thousand, and no sign or comma to stumble over."""
    number = to_decimal(minor, currency)
    words = speak_number(number, language)
    name = get_currency_name(currency, count=number, locale=language.locale)
    if language is Language.EN:
        return f"{words} {name}"
    if currency in COUNTED_IN_YUAN:
        return f"{get_currency_name(currency, locale=language.locale)}{words}元"
    return f"{words}{name}"
