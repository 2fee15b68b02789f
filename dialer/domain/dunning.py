"""The ladder of reminders and collection calls: which step is due, and when to look again.

Pure. A step is taken once for each part of a receivable. The clock of a receivable counts days
from the due date of its oldest open part; days on which our own mistake let it wait do not count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from dialer.domain.money import Part
from dialer.domain.words import AccountClass, Mode, Purpose


class Standing(StrEnum):
    """Whether anything speaks against a customer's credit."""

    GOOD = "good"
    MARKED = "marked"


class Held(StrEnum):
    """Why a call that is due by the ladder is not planned."""

    PROMISE = "promise"  # quiet until the promised day is over
    CLOCK_WAITS = "clock_waits"  # our mistake: the notice was sent again
    DISPUTED = "disputed"
    PAYMENT_IN_DOUBT = "payment_in_doubt"  # money has come that may be for it
    PENDING = "pending"  # a call about it is planned already
    SAME_PAYER = "same_payer"  # nobody is called twice a day about several receivables
    NO_NUMBER = "no_number"
    GATE = "gate"


@dataclass(frozen=True, kw_only=True)
class DunningStep:
    """One rung: `days` after the due date (negative: before), for `lasts_days` days.

    None of `classes` and `standing` means any. `at_least` is the smallest amount by currency, in
    minor units; a currency that is not named has no smallest. `leaves_message` None leaves the
    choice to the purpose's.
    """

    name: str
    days: int
    lasts_days: int
    purpose: Purpose
    mode: Mode
    at: time
    classes: frozenset[AccountClass] | None = None
    standing: Standing | None = None
    at_least: Mapping[str, int] = field(default_factory=dict)
    leaves_message: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Debt:
    """A receivable as the ladder sees it: `part` is the oldest that is open; `open_minor` all."""

    part: Part
    open_minor: int
    currency: str
    account_class: AccountClass
    standing: Standing
    waited_days: int = 0
    taken: frozenset[str] = frozenset()

    def day_of(self, step: DunningStep) -> date:
        """The first day of a step."""
        return self.part.due_on + timedelta(days=step.days + self.waited_days)


def due_step(ladder: Iterable[DunningStep], debt: Debt, today: date) -> DunningStep | None:
    """The furthest step that is due and was not taken; what was missed before it is let go."""
    reached = [step for step in ladder if fits(step, debt) and debt.day_of(step) <= today]
    if not reached:
        return None
    step = max(reached, key=lambda one: one.days)
    over = debt.day_of(step) + timedelta(days=step.lasts_days)
    return None if step.name in debt.taken or today >= over else step


def fits(step: DunningStep, debt: Debt) -> bool:
    """Whether a step is meant for such a debt."""
    if step.classes is not None and debt.account_class not in step.classes:
        return False
    if step.standing is not None and debt.standing is not step.standing:
        return False
    return debt.open_minor >= step.at_least.get(debt.currency, 0)


def next_look_on(ladder: Iterable[DunningStep], debt: Debt, today: date) -> date | None:
    """The next day after today on which a step begins; None when the ladder has no more."""
    days = (debt.day_of(step) for step in ladder)
    return min((day for day in days if day > today), default=None)
