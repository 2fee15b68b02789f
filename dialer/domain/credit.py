"""Terms of payment: who may buy on account, and what marks a customer's credit."""

from dataclasses import dataclass
from enum import StrEnum


class Terms(StrEnum):
    """When a deal is paid."""

    PREPAID = "prepaid"
    ON_DELIVERY = "on_delivery"
    ON_ACCOUNT = "on_account"


class MarkKind(StrEnum):
    """What speaks against a customer's credit until a supervisor clears it."""

    OVERDUE = "overdue"
    BROKEN_PROMISE = "broken_promise"
    RUMOUR = "rumour"


class NoCredit(StrEnum):
    """Why a deal cannot run on account."""

    FIRST_PURCHASE = "first_purchase"  # the first ones are paid at once
    MARKED = "marked"
    NO_LIMIT = "no_limit"
    OTHER_CURRENCY = "other_currency"  # a limit says nothing about another currency
    OVER_LIMIT = "over_limit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Credit:
    """A customer's standing. `exposure_minor` is what is open on account in the limit's currency.

    `purchases` counts the deals that were agreed before.
    """

    purchases: int
    exposure_minor: int = 0
    limit_minor: int | None = None
    currency: str | None = None
    marks: frozenset[MarkKind] = frozenset()


def refuse_credit(
    credit: Credit, amount_minor: int, currency: str, first_purchases: int
) -> NoCredit | None:
    """Why an amount cannot run on account; None if it can."""
    if credit.purchases < first_purchases:
        return NoCredit.FIRST_PURCHASE
    if credit.marks:
        return NoCredit.MARKED
    if credit.limit_minor is None:
        return NoCredit.NO_LIMIT
    if credit.currency != currency:
        return NoCredit.OTHER_CURRENCY
    over = credit.exposure_minor + amount_minor > credit.limit_minor
    return NoCredit.OVER_LIMIT if over else None
