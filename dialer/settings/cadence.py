"""`cadence.toml`: parsed at start; any doubt stops it with `file: key: must be …, got …`."""

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dialer.domain.cadence import Cadence, MoneyRules, Retry, Rule
from dialer.domain.currencies import CURRENCIES, to_minor
from dialer.domain.dunning import DunningStep, Standing
from dialer.domain.words import AccountClass, Disposition, Mode, Outcome, Purpose
from dialer.settings.env import SettingsError
from dialer.settings.rule_file import read_rules

STRICT = ConfigDict(extra="forbid", frozen=True)


# As many as there are keys to press for them.
Ends = Annotated[tuple[Disposition, ...], Field(min_length=1, max_length=9)]


class After(BaseModel):
    """What follows one disposition."""

    model_config = STRICT

    disposition: Disposition
    days: dict[AccountClass, Annotated[int, Field(ge=0, le=400)]]
    at: time
    purpose: Purpose | None = None
    for_purpose: Annotated[Purpose | None, Field(alias="for")] = None


class RetryRule(BaseModel):
    """When a machine tries again after an outcome."""

    model_config = STRICT

    after_minutes: Annotated[int, Field(ge=1, le=14 * 1440)]
    times: Annotated[int, Field(ge=1, le=20)]


class StepRule(BaseModel):
    """One rung of the ladder; amounts are decimal texts by currency."""

    model_config = STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    days: Annotated[int, Field(ge=-60, le=400)]
    lasts_days: Annotated[int, Field(ge=1, le=400)]
    mode: Mode
    at: time
    classes: frozenset[AccountClass] | None = None
    credit: Standing | None = None
    at_least: dict[str, str] | None = None
    leaves_message: bool | None = None


class MoneyFile(BaseModel):
    """The table [money]."""

    model_config = STRICT

    first_purchases: Annotated[int, Field(ge=0, le=100)]
    credit_days: Annotated[int, Field(ge=0, le=365)]
    resend_waits_days: Annotated[int, Field(ge=1, le=60)]
    longest_promise_days: Annotated[int, Field(ge=7, le=365)]
    overdue_marks_days: Annotated[int, Field(ge=1, le=365)]


class CadenceFile(BaseModel):
    """The whole file."""

    model_config = STRICT

    dispositions: dict[
        Purpose, Annotated[tuple[Disposition, ...], Field(min_length=1, max_length=9)]
    ]
    after: tuple[After, ...]
    retry: dict[Outcome, RetryRule]
    leaves_message: dict[Purpose, bool]
    step: tuple[StepRule, ...]
    money: MoneyFile


def load_cadence(directory: Path) -> Cadence:
    """Read and check `cadence.toml`. Raises SettingsError with one line."""
    path = directory / "cadence.toml"
    parsed = read_rules(path, CadenceFile)
    check_whole(path, parsed)
    return Cadence(
        dispositions=parsed.dispositions,
        rules={
            (after.for_purpose, after.disposition): Rule(
                purpose=after.purpose, days=after.days, at=after.at
            )
            for after in parsed.after
        },
        retries={
            outcome: Retry(after_minutes=rule.after_minutes, times=rule.times)
            for outcome, rule in parsed.retry.items()
        },
        leaves_message=parsed.leaves_message,
        ladder=tuple(sorted(read_ladder(path, parsed), key=lambda step: step.days)),
        money=MoneyRules(**dict(parsed.money)),
    )


def read_ladder(path: Path, parsed: CadenceFile) -> Iterator[DunningStep]:
    """The steps: a reminder until the due date, collection after it. Raises SettingsError."""
    names: set[str] = set()
    for rule in parsed.step:
        if rule.name in names:
            raise SettingsError(f"{path}: step.{rule.name}: must be named once, got it twice")
        names.add(rule.name)
        yield DunningStep(
            name=rule.name,
            days=rule.days,
            lasts_days=rule.lasts_days,
            purpose=Purpose.COLLECTION if rule.days > 0 else Purpose.REMINDER,
            mode=rule.mode,
            at=rule.at,
            classes=rule.classes,
            standing=rule.credit,
            at_least={c: least(path, rule, c, text) for c, text in (rule.at_least or {}).items()},
            leaves_message=rule.leaves_message,
        )


def least(path: Path, rule: StepRule, currency: str, text: str) -> int:
    """The smallest amount of a step, in minor units. Raises SettingsError."""
    key = f"{path}: step.{rule.name}.at_least.{currency}"
    if currency not in CURRENCIES:
        raise SettingsError(f"{key}: must be an ISO 4217 currency, got this")
    try:
        return to_minor(text, currency)
    except ValueError as error:
        raise SettingsError(f"{key}: {error}, got {text!r}") from None


def check_whole(path: Path, parsed: CadenceFile) -> None:
    """What no single key can show: every purpose ends somewhere, and nothing is said twice."""
    missing = sorted(set(Purpose) - set(parsed.dispositions))
    if missing:
        raise SettingsError(f"{path}: dispositions: must be given for {missing[0]}, got nothing")
    said = [(after.for_purpose, after.disposition) for after in parsed.after]
    doubled = next((key for key in said if said.count(key) > 1), None)
    if doubled:
        raise SettingsError(f"{path}: after.{doubled[1]}: must be given once, got it twice")
    ended = {disposition for _, disposition in said} | {
        Disposition.WRONG_NUMBER,
        Disposition.OPTED_OUT,
        Disposition.DISPUTED,
    }
    for purpose, dispositions in parsed.dispositions.items():
        lost = [d for d in dispositions if d not in ended]
        if lost:
            raise SettingsError(
                f"{path}: {purpose}.{lost[0]}: must lead somewhere, got no [[after]]"
            )
