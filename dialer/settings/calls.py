"""`calls.toml`: how calls are placed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dialer.domain.lengths import Lengths
from dialer.domain.words import Purpose
from dialer.settings.rule_file import read_rules


@dataclass(frozen=True, kw_only=True)
class CallRules:
    """Ring time and fuse in seconds, the purposes whose calls are recorded, how long to talk."""

    ring_seconds: int
    limit_seconds: int
    records: frozenset[Purpose]
    lengths: Lengths


class LengthsPart(BaseModel):
    """How long a talk should last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    target_seconds: Annotated[int, Field(ge=1)]
    late_seconds: Annotated[int, Field(ge=1)]
    over_seconds: Annotated[int, Field(ge=1, le=14400)]
    wrap_up_seconds: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def check_order(self) -> Self:
        """Aim first, then the end, then too long."""
        if not self.target_seconds < self.late_seconds < self.over_seconds:
            raise ValueError("target_seconds < late_seconds < over_seconds")
        return self


class CallsFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # The carrier takes 5 to 600; the gate's margin of a minute must hold the ringing.
    ring_seconds: Annotated[int, Field(ge=5, le=60)]
    limit_seconds: Annotated[int, Field(ge=60, le=14400)]
    records: frozenset[Purpose]
    lengths: LengthsPart


def load_call_rules(directory: Path) -> CallRules:
    """Read and check `calls.toml`. Raises SettingsError with one line."""
    path = directory / "calls.toml"
    parsed = read_rules(path, CallsFile)
    aim = parsed.lengths
    return CallRules(
        ring_seconds=parsed.ring_seconds,
        limit_seconds=parsed.limit_seconds,
        records=parsed.records,
        lengths=Lengths(
            target=aim.target_seconds,
            late=aim.late_seconds,
            over=aim.over_seconds,
            wrap_up=aim.wrap_up_seconds,
        ),
    )
