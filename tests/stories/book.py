"""What was done to a ledger, and when: kept by the driver alone, which never reads the product's
tables. What is owed, what was paid when, who asked not to be called.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property


@dataclass(kw_only=True)
class Debtor:
    """One customer as the driver knows it; amounts in minor units."""

    number: str
    reference: str
    currency: str
    amount: int
    due_on: date
    manner: str
    place: int
    paid: int = 0
    settled_at: datetime | None = None
    opted_out_at: datetime | None = None
    disputed_at: datetime | None = None
    withdrawn: bool = False


@dataclass(frozen=True, kw_only=True)
class Paid:
    """Money that was told of: when, the bank's day, and how much of it pays the debt."""

    at: datetime
    on: date
    reference: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class Said:
    """A promise by key: when, what was open then, and the promised day at the payer's."""

    at: datetime
    reference: str
    amount: int
    due_on: date


@dataclass(kw_only=True)
class Book:
    """Everything that was done to the product, and when."""

    debtors: dict[str, Debtor] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    doubtful: int = 0
    paid: list[Paid] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    surplus: int = 0
    payments: int = 0

    @cached_property
    def by_number(self) -> dict[str, Debtor]:
        return {debtor.number: debtor for debtor in self.debtors.values()}
