"""Whether a clock can be trusted: the hours of the law hang on it."""

from collections.abc import Mapping
from datetime import datetime

SKEW_SECONDS = 30
BACKWARDS_SECONDS = 5
SANE_BEATS = 2
# Somebody beats every few seconds; a clock that is so far beyond the last beat is ahead, or alone.
ALONE_SECONDS = 45


def runs_back(now: datetime, before: datetime) -> bool:
    """Whether the clock stands clearly before an instant that is over."""
    return (before - now).total_seconds() > BACKWARDS_SECONDS


def is_trusted(now: datetime, before: datetime) -> bool:
    """Whether a clock agrees with the last beat closely enough for a call to be placed by it."""
    return not runs_back(now, before) and (now - before).total_seconds() <= ALONE_SECONDS


def doubt_of_skew(now: datetime, others: Mapping[str, datetime]) -> str | None:
    """Which other clock ours differs from, in a sentence; None if it agrees with all."""
    for name, theirs in others.items():
        apart = (now - theirs).total_seconds()
        if abs(apart) > SKEW_SECONDS:
            return f"the clock and {name}'s are {abs(apart):.0f} s apart"
    return None


def doubt_of_clock(now: datetime, before: datetime, others: Mapping[str, datetime]) -> str | None:
    """Why the clock cannot be trusted, in a sentence; None if it can.

    `before` is the instant of the last look; `others` are other clocks read at `now`.
    """
    if runs_back(now, before):
        return f"the clock went back by {(before - now).total_seconds():.0f} s"
    return doubt_of_skew(now, others)
