"""`calls.toml`: how calls are placed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dialer.domain.words import Purpose
from dialer.settings.rule_file import read_rules


@dataclass(frozen=True, kw_only=True)
class CallRules:
    """Ring time and fuse in seconds, and the purposes whose calls are recorded."""

    ring_seconds: int
    limit_seconds: int
    records: frozenset[Purpose]


class CallsFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # The carrier takes 5 to 600; the gate's margin of a minute must hold the ringing.
    ring_seconds: Annotated[int, Field(ge=5, le=60)]
    limit_seconds: Annotated[int, Field(ge=60, le=14400)]
    records: frozenset[Purpose]


def load_call_rules(directory: Path) -> CallRules:
    """Read and check `calls.toml`. Raises SettingsError with one line."""
    path = directory / "calls.toml"
    parsed = read_rules(path, CallsFile)
    return CallRules(**dict(parsed))
