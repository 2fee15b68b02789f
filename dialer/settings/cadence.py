"""`cadence.toml`: parsed at start; any doubt stops it with `file: key: must be …, got …`."""

from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dialer.domain.cadence import Cadence, Retry, Rule
from dialer.domain.words import AccountClass, Disposition, Outcome, Purpose
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


class CadenceFile(BaseModel):
    """The whole file."""

    model_config = STRICT

    dispositions: dict[
        Purpose, Annotated[tuple[Disposition, ...], Field(min_length=1, max_length=9)]
    ]
    after: tuple[After, ...]
    retry: dict[Outcome, RetryRule]
    leaves_message: dict[Purpose, bool]


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
    )


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
