"""Amounts and days as people write them into forms, and what is wrong with them in words."""

from collections.abc import Mapping
from datetime import date

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.cells import CellError, read_amount, tidy
from dialer.domain.currencies import CURRENCIES, to_minor
from dialer.selling.errors import BadValue
from dialer.selling.terms import NoCreditGiven
from dialer.web.context import runtime
from dialer.web.language import page_zone
from dialer.web.words import label

MISTAKES: Mapping[str, LazyString] = {
    "account_id": _l("This customer is not there, or is not yours."),
    "address": _l("Write an e-mail address such as name@example.com."),
    "amount_minor": _l("Write an amount above 0 such as 1234.50, at most what is open."),
    "call_id": _l("Choose a call with this customer."),
    "contact_id": _l("Choose somebody of this customer."),
    "currency": _l("Choose a currency."),
    "delivery_on": _l("Say on which day it is delivered; not one that is over."),
    "due_on": _l("Choose a day that is not over and not too far ahead."),
    "instalments": _l("The instalments must make up the amount."),
    "limit_minor": _l("Write an amount such as 50000.00, or 0 for no credit."),
    "note": _l("Say what is heard."),
    "paid_on": _l("Choose a day since 2000 that is not to come."),
    "payment": _l("Somebody has decided on it already."),
    "payment_reference": _l("Name the payment as the bank does, in at most 120 characters."),
    "promise": _l("It is not open any more."),
    "reason": _l("Say why; the reason stays on record."),
    "receivable": _l("It is not open any more."),
    "receivable_id": _l("It is not open any more."),
    "reference": _l("Write a number that this customer has on no other invoice."),
    "terms": _l("Choose the terms."),
    "shares": _l(
        "Each share must be above 0 and at most what is open, and together at most the payment."
    ),
}
USUAL_CURRENCIES = ("CNY", "TWD", "HKD", "USD", "EUR", "JPY")


def mistake(error: BadValue) -> str:
    """What is wrong, in the reader's words."""
    if isinstance(error, NoCreditGiven):
        return label(error.why)
    return str(MISTAKES.get(error.field, _l("That could not be understood.")))


def read_minor(text: str, currency: str, field: str = "amount_minor") -> int:
    """Minor units of what somebody wrote. Raises BadValue."""
    if currency not in CURRENCIES:
        raise BadValue("currency", "must be an ISO 4217 currency such as CNY")
    try:
        amount = read_amount(tidy(text)) if text.strip() else None
        if amount is None or amount.currency not in (None, currency):
            raise ValueError
        return to_minor(str(amount.value), currency)
    except (CellError, ValueError):
        raise BadValue(field, "must be an amount such as 1234.50") from None


def read_date(text: str, field: str) -> date:
    """A day. Raises BadValue."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(field, "must be a day") from None


def page_today() -> date:
    """The reader's day."""
    return runtime().now().astimezone(page_zone()).date()


def currencies() -> list[str]:
    """The usual ones first."""
    return [*USUAL_CURRENCIES, *sorted(CURRENCIES.difference(USUAL_CURRENCIES))]
