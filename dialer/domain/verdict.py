"""What the gate answers: yes, not until an instant, or never; with the rule and its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """The call may be placed now. `params` are JSON values: codes and data, no sentences."""

    word: ClassVar[str] = "allowed"

    zones: tuple[str, ...]
    rule: str = "ok"
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NotUntil:
    """Not now; `instant` (aware UTC, whole seconds) is the first at which every rule holds."""

    word: ClassVar[str] = "not_until"

    instant: datetime
    rule: str
    zones: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Never:
    """Only a person can lift it, or there is no opening within 400 days."""

    word: ClassVar[str] = "never"

    rule: str
    zones: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)


Verdict = Allowed | NotUntil | Never
