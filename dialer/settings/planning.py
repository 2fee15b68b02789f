"""`planning.toml`: how an hour is planned, parsed at start; any doubt stops it with one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dialer.domain.planning import Pace
from dialer.domain.words import ContactRole, Purpose
from dialer.settings.rule_file import read_rules

STRICT = ConfigDict(extra="forbid", frozen=True)
Seconds = Annotated[int, Field(ge=1, le=1_800)]


class PaceTable(BaseModel):
    """The pace of the reps."""

    model_config = STRICT

    ring_seconds: Seconds
    talk_seconds: Seconds
    wrap_up_seconds: Seconds
    talks_needed: Annotated[int, Field(ge=1, le=1_000)]
    least_calls_per_hour: Annotated[int, Field(ge=1, le=60)]
    most_calls_per_hour: Annotated[int, Field(ge=1, le=60)]
    talk_days: Annotated[int, Field(ge=1, le=400)]

    @model_validator(mode="after")
    def check_order(self) -> Self:
        """The least is no more than the most."""
        if self.least_calls_per_hour > self.most_calls_per_hour:
            raise ValueError("least_calls_per_hour must be at most most_calls_per_hour")
        return self


class FitTable(BaseModel):
    """Whom a purpose may be planned for."""

    model_config = STRICT

    roles: Annotated[tuple[ContactRole, ...], Field(min_length=1)]
    least_stage: Annotated[int, Field(ge=1, le=5)] = 1
    source: Annotated[Literal["accounts", "tasks"], Field(alias="from")]


class PlanningFile(BaseModel):
    """The whole file."""

    model_config = STRICT

    pace: PaceTable
    purposes: dict[Purpose, FitTable]

    @model_validator(mode="after")
    def check_purposes(self) -> Self:
        """Every purpose can be planned."""
        missing = [purpose for purpose in Purpose if purpose not in self.purposes]
        if missing:
            raise ValueError(f"purposes must be given for {missing[0]}")
        return self


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Which contacts fit a purpose; `from_tasks`: only those whose call waits already."""

    roles: frozenset[ContactRole]
    least_stage: int
    from_tasks: bool


@dataclass(frozen=True, kw_only=True)
class PlanningRules:
    """How an hour is planned."""

    pace: Pace
    talk_days: int
    fits: Mapping[Purpose, Fit]


def load_planning(directory: Path) -> PlanningRules:
    """Read and check `planning.toml`. Raises SettingsError with one line."""
    parsed = read_rules(directory / "planning.toml", PlanningFile)
    return PlanningRules(
        pace=pace_of(parsed.pace),
        talk_days=parsed.pace.talk_days,
        fits={
            purpose: Fit(
                roles=frozenset(fit.roles),
                least_stage=fit.least_stage,
                from_tasks=fit.source == "tasks",
            )
            for purpose, fit in parsed.purposes.items()
        },
    )


def pace_of(table: PaceTable) -> Pace:
    """The pace as the planner knows it."""
    return Pace(
        ring_seconds=table.ring_seconds,
        talk_seconds=table.talk_seconds,
        wrap_up_seconds=table.wrap_up_seconds,
        least_per_hour=table.least_calls_per_hour,
        most_per_hour=table.most_calls_per_hour,
        talks_needed=table.talks_needed,
    )
