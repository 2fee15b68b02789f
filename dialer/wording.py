"""Dates and money as they are read and said in each language."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

from dialer.domain.words import Language


def say_date(day: date, language: Language) -> str:
    """A date in full, such as November 22, 2026."""
    return format_date(day, "long", locale=language.locale)


def say_money(minor: int, currency: str, language: Language) -> str:
    """An amount of minor units of an ISO currency, such as CN¥1,234.50."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=language.locale)
