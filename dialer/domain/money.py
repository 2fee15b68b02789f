"""Money owed: what is open of it, how old it is, and what became of a promise.

Amounts are integers of minor units; sums are only made within one currency.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ReceivableState(StrEnum):
    """Whether money may still be asked for."""

    OPEN = "open"
    PAID = "paid"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"


class PromiseState(StrEnum):
    """What became of a promise; judged the day after it was due."""

    OPEN = "open"
    KEPT = "kept"
    PARTIAL = "partial"
    BROKEN = "broken"
    CANCELLED = "cancelled"


class PaymentState(StrEnum):
    """Whether it is known what a payment is for; doubtful and unmatched ones wait for a person."""

    MATCHED = "matched"
    DOUBTFUL = "doubtful"
    UNMATCHED = "unmatched"
    RETURNED = "returned"


class Decision(StrEnum):
    """What a supervisor decides about a disputed receivable."""

    STANDS = "stands"  # the customer owes it: asked for again
    WITHDRAWN = "withdrawn"  # the customer was right: nothing is asked for
    RESENT = "resent"  # our mistake: the notice is sent again, and the clock waits


class Age(StrEnum):
    """How long money has been overdue, in the columns of a statement."""

    CURRENT = "current"
    TO_30 = "1-30"
    TO_60 = "31-60"
    TO_90 = "61-90"
    OVER_90 = "over_90"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """An amount and the day on which it is due: an instalment, or the whole."""

    due_on: date
    amount_minor: int


def open_parts(parts: Iterable[Part], paid_minor: int) -> tuple[Part, ...]:
    """What is left of each part: money pays what was due first, first."""
    return tuple(_unpaid(sorted(parts, key=lambda part: part.due_on), paid_minor))


def _unpaid(parts: Iterable[Part], paid_minor: int) -> Iterator[Part]:
    for part in parts:
        covered = min(part.amount_minor, paid_minor)
        paid_minor -= covered
        if part.amount_minor > covered:
            yield Part(due_on=part.due_on, amount_minor=part.amount_minor - covered)


def due_minor(parts: Iterable[Part], today: date) -> int:
    """What of open parts is due by the end of today."""
    return sum(part.amount_minor for part in parts if part.due_on <= today)


def age_of(due_on: date, today: date) -> Age:
    """The column of something that was due on a day; due today is not overdue yet."""
    days = (today - due_on).days
    if days <= 0:
        return Age.CURRENT
    for limit, age in ((30, Age.TO_30), (60, Age.TO_60), (90, Age.TO_90)):
        if days <= limit:
            return age
    return Age.OVER_90


def by_age(parts: Iterable[Part], today: date) -> dict[Age, int]:
    """Open minor units by age, every column present."""
    columns = dict.fromkeys(Age, 0)
    for part in parts:
        columns[age_of(part.due_on, today)] += part.amount_minor
    return columns


def judge(promised_minor: int, received_minor: int) -> PromiseState:
    """What a promise came to, by what was paid from the promise until its day."""
    if received_minor >= promised_minor:
        return PromiseState.KEPT
    return PromiseState.PARTIAL if received_minor > 0 else PromiseState.BROKEN
