"""How soon the next call is due after an outcome, by disposition, purpose and class."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialer.domain.dunning import DunningStep
from dialer.domain.words import AccountClass, Disposition, Mode, Outcome, Purpose


@dataclass(frozen=True, kw_only=True)
class Rule:
    """After a disposition: which call follows, how many days later, at what wall time.

    `purpose` None keeps the call's own; a class that has no days gets no next step.
    """

    purpose: Purpose | None
    days: Mapping[AccountClass, int]
    at: time


@dataclass(frozen=True, kw_only=True)
class Retry:
    """After an outcome: when a machine tries again, and how often in all."""

    after_minutes: int
    times: int


@dataclass(frozen=True, kw_only=True)
class MoneyRules:
    """How money is followed; days are local dates of the payer.

    The first `first_purchases` are paid at once; later ones on account are due after
    `credit_days`. A notice that is sent again lets the ladder wait `resend_waits_days`. What is
    overdue for `overdue_marks_days` marks the credit. A promise lies at most
    `longest_promise_days` ahead.
    """

    first_purchases: int
    credit_days: int
    resend_waits_days: int
    longest_promise_days: int
    overdue_marks_days: int


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """The rule file: which dispositions end a purpose, and what follows each.

    `rules` are looked up by (purpose, disposition) first, then by (None, disposition).
    `leaves_message` says by purpose whether an answering machine is spoken to. `ladder` are the
    steps by which open money is asked for, by day.
    """

    dispositions: Mapping[Purpose, tuple[Disposition, ...]]
    rules: Mapping[tuple[Purpose | None, Disposition], Rule]
    retries: Mapping[Outcome, Retry]
    leaves_message: Mapping[Purpose, bool]
    ladder: tuple[DunningStep, ...]
    money: MoneyRules

    def step(self, name: str | None) -> DunningStep | None:
        """A step of the ladder by its name."""
        return next((step for step in self.ladder if step.name == name), None)

    def speaks_to_machines(self, purpose: Purpose, step: str | None) -> bool:
        """Whether an answering machine is left a message: the step's choice, else the purpose's."""
        known = self.step(step)
        if known is not None and known.leaves_message is not None:
            return known.leaves_message
        return self.leaves_message.get(purpose, False)


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """A call to be planned, at a wall time in a zone."""

    purpose: Purpose
    due_local: datetime
    zone: str
    mode: Mode = Mode.REP
    note: str = ""


def instant_of(wall: datetime, zone: str) -> datetime:
    """The instant (UTC) of a naive wall time; one that the clocks skip is the next that exists.

    Of an hour that comes twice, the first is meant.
    """
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def dispositions_for(cadence: Cadence, purpose: Purpose) -> tuple[Disposition, ...]:
    """What a call of this purpose may end in, in the order of the keys 1 to 9."""
    return cadence.dispositions[purpose]


def propose(
    cadence: Cadence,
    purpose: Purpose,
    disposition: Disposition,
    account_class: AccountClass,
    today: date,
    zone: str,
) -> NextStep | None:
    """The next step that the house proposes; None where nothing should follow.

    `today` is the date in `zone`.
    """
    rule = cadence.rules.get((purpose, disposition)) or cadence.rules.get((None, disposition))
    if rule is None or account_class not in rule.days:
        return None
    day = today + timedelta(days=rule.days[account_class])
    return NextStep(
        purpose=rule.purpose or purpose, due_local=datetime.combine(day, rule.at), zone=zone
    )


def retry_at(cadence: Cadence, outcome: Outcome, tries: int, tried_at: datetime) -> datetime | None:
    """When a machine tries again after an outcome; None once it was tried often enough."""
    retry = cadence.retries.get(outcome)
    if retry is None or tries >= retry.times:
        return None
    return tried_at + timedelta(minutes=retry.after_minutes)
