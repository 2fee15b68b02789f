"""Cells that hold money: amounts, currencies and days, the same for what is owed and what came."""

from datetime import date
from decimal import Decimal
from typing import Final

from dialer.domain.cells import CURRENCIES as SPELLINGS
from dialer.domain.cells import Amount, CellError, read_amount, read_date, read_text
from dialer.domain.currencies import CURRENCIES, minor_digits
from dialer.selling.importing.kinds import Context, Option, fixed
from dialer.selling.importing.rows import Line
from dialer.selling.money import FIRST_DAY, LAST_DAY, MOST_MINOR

AMOUNT: Final = "amount"
CURRENCY: Final = "currency"
MINOR: Final = "amount_minor"


def read_cell_amount(text: str, _context: Context) -> Amount:
    """An amount, with its currency where the cell says it."""
    return read_amount(text)


def read_cell_currency(text: str, _context: Context) -> str:
    """The ISO code of `CNY`, `rmb`, `NT$`, `人民币`."""
    code = SPELLINGS.get(text.strip().casefold()) or text.strip().upper()
    if code not in CURRENCIES:
        raise CellError("unknown_currency", text=text[:60])
    return code


def read_cell_day(text: str, _context: Context) -> date:
    """A day of this century."""
    day = read_date(text)
    if not FIRST_DAY <= day < LAST_DAY:
        raise CellError("odd_day", text=text[:60])
    return day


def read_reference(text: str, _context: Context) -> str:
    """An invoice's number."""
    return read_text(text, 80)


def currencies() -> Option:
    """The currency of rows that name none."""
    return Option(name=CURRENCY, choices=fixed(*sorted(CURRENCIES)))


def settle_amount(line: Line, context: Context) -> None:
    """Minor units of the row's one currency, above 0; the cell, its neighbour or the file says it.

    A cell and its neighbour that name two currencies are not guessed about.
    """
    amount: Amount | None = line.values.get(AMOUNT)
    if amount is None:
        return
    named = line.values.get(CURRENCY)
    if named and amount.currency and named != amount.currency:
        line.fail(CURRENCY, "two_currencies", text=named, other=amount.currency)
        return
    currency = amount.currency or named or context.options.get(CURRENCY)
    if not currency:
        if not line.has_fault(CURRENCY):
            line.fail(CURRENCY, "no_currency")
        return
    minor = amount.value.scaleb(minor_digits(currency))
    if not check_minor(line, minor, currency):
        return
    line.values[CURRENCY], line.values[MINOR] = currency, int(minor)


def check_minor(line: Line, minor: Decimal, currency: str) -> bool:
    """Whether it is money at all; what is wrong is noted."""
    if minor <= 0:
        line.fail(AMOUNT, "not_above_zero")
    elif minor != minor.to_integral_value():
        line.fail(AMOUNT, "too_many_decimals", currency=currency, most=minor_digits(currency))
    elif minor > MOST_MINOR:
        line.fail(AMOUNT, "too_much")
    else:
        return True
    return False
