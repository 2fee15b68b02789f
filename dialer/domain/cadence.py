"""How soon the next call is due after an outcome, by disposition, purpose and class."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

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
class Cadence:
    """The rule file: which dispositions end a purpose, and what follows each.

    `rules` are looked up by (purpose, disposition) first, then by (None, disposition).
    `leaves_message` says by purpose whether an answering machine is spoken to.
    """

    dispositions: Mapping[Purpose, tuple[Disposition, ...]]
    rules: Mapping[tuple[Purpose | None, Disposition], Rule]
    retries: Mapping[Outcome, Retry]
    leaves_message: Mapping[Purpose, bool]


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
