"""The at-most-once machine: every step that an attempt may take, as one table.

The carrier has no idempotency key, so the intent to send is committed before the request
leaves, and whatever is not provably unsent is never sent again by itself.
"""

from dataclasses import dataclass

from dialer.domain.words import AttemptState as S


@dataclass(frozen=True, slots=True)
class Step:
    """One allowed transition; `sources` empty means that the row is born in `target`."""

    name: str
    sources: frozenset[S]
    target: S


def step(name: str, sources: tuple[S, ...], target: S) -> Step:
    """Build a row of the table."""
    return Step(name, frozenset(sources), target)


PLAN = step("T1", (), S.PLANNED)
CLAIM = step("T2", (S.PLANNED,), S.CLAIMED)
RELEASE = step("T3", (S.CLAIMED,), S.PLANNED)
EXPIRE = step("T4", (S.PLANNED, S.CLAIMED), S.EXPIRED)
CANCEL = step("T4", (S.PLANNED, S.CLAIMED), S.CANCELLED)
INTEND = step("T5", (S.CLAIMED,), S.DIALING)
WITHHOLD = step("T6", (S.DIALING,), S.PLANNED)
ACCEPT = step("T7", (S.DIALING,), S.LIVE)
REJECT = step("T8", (S.DIALING,), S.REJECTED)
BACK_OFF = step("T9", (S.DIALING,), S.PLANNED)
DOUBT = step("T10", (S.DIALING,), S.UNKNOWN)
ABANDON = step("T11", (S.DIALING,), S.UNKNOWN)
FIND_LIVE = step("T12", (S.DIALING, S.UNKNOWN), S.LIVE)
FIND_DONE = step("T12", (S.DIALING, S.UNKNOWN), S.DONE)
FINISH = step("T13", (S.LIVE,), S.DONE)
CLOSE_UNKNOWN = step("T14", (S.UNKNOWN,), S.CLOSED_UNKNOWN)
RULE_OUT = step("T15", (S.UNKNOWN,), S.NOT_PLACED)
CORRECT = step("T16", (S.CLOSED_UNKNOWN,), S.DONE)

STEPS = (
    PLAN, CLAIM, RELEASE, EXPIRE, CANCEL, INTEND, WITHHOLD, ACCEPT, REJECT, BACK_OFF, DOUBT,
    ABANDON, FIND_LIVE, FIND_DONE, FINISH, CLOSE_UNKNOWN, RULE_OUT, CORRECT,
)  # fmt: skip

FINAL = frozenset({S.DONE, S.REJECTED, S.EXPIRED, S.CANCELLED, S.CLOSED_UNKNOWN, S.NOT_PLACED})
MAY_RING = frozenset({S.DIALING, S.UNKNOWN, S.LIVE})

LEASE_SECONDS = 30
STALL_SECONDS = 5
INTENT_STALE_SECONDS = 60
SETTLE_SECONDS = 600
MAX_SENDS = 5
# A call that leaves now may ring for so long; it must not ring past its time.
RING_MARGIN_SECONDS = 60
SILENCE_SECONDS = 45
HUNG_UP_SECONDS = 3


def evidence_step(state: S, *, is_final: bool) -> Step | None:
    """The step that a carrier's word about this leg calls for; None where it changes nothing.

    A CLOSED_UNKNOWN attempt is corrected only by final evidence: while its late call still
    lives, T17/T18 deal with the call itself.
    """
    for candidate in (FINISH, FIND_DONE, CORRECT) if is_final else (FIND_LIVE,):
        if state in candidate.sources:
            return candidate
    return None


def backoff_seconds(sends: int) -> int:
    """How long to wait before sending again after the carrier provably took nothing."""
    return min(60, 1 << max(0, sends - 1))


def next_listing_seconds(misses: int) -> int:
    """How long until the carrier's list is read again after so many lists without the call."""
    return (40, 60, 120, 180, 180, 180)[min(misses, 6) - 1] if misses else 20


def absence_is_proven(age_seconds: float, misses: int, *, is_customer: bool) -> bool:
    """Whether a doubtful leg may be closed as unknown.

    A customer's needs ten minutes, for a late acceptance would ring twice; a rep who is rung
    twice is only annoyed, and would otherwise be kept from working.
    """
    settle = SETTLE_SECONDS if is_customer else 2 * INTENT_STALE_SECONDS
    return misses >= 3 and age_seconds > settle
