"""The seconds of a window at which the gate, asked then, would let a call start."""

from collections.abc import Iterator
from datetime import UTC, datetime

from dialer.domain.caps import Hold, holds_on
from dialer.domain.facts import Facts
from dialer.domain.gate import question_of, refuse, stale_list
from dialer.domain.ground import Ground, stand
from dialer.domain.openings import day_starts, first_free
from dialer.domain.policy import Policy
from dialer.domain.verdict import Never
from dialer.domain.windows import DAY, Spans


def allowed_starts(facts: Facts, policy: Policy, begin: int, end: int) -> Spans:
    """First and last second, both included, of each stretch of [begin, end) in which one may dial.

    The history must lie before `begin`: then what a cap or a pause frees once stays free.
    """
    ground = refuse(facts, policy) or stand(policy, question_of(facts, policy))
    if isinstance(ground, Never):
        return ()
    if stale_list(ground, facts, policy, datetime.fromtimestamp(begin, UTC)) is not None:
        return ()
    return tuple(free_stretches(ground, holds_on(ground, facts), begin, end))


def free_stretches(
    ground: Ground, holds: tuple[Hold, ...], begin: int, end: int
) -> Iterator[tuple[int, int]]:
    """What the hours leave open, from when the history no longer blocks."""
    for day in range(begin // DAY, (end - 1) // DAY + 1):
        for first, last in day_starts(ground, day):
            latest = min(last, end - 1)
            freed = first_free(holds, max(first, begin), latest)
            if freed is not None:
                yield freed, latest
