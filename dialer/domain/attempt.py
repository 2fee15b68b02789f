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
YOUNG_SECONDS = 300
HUNG_UP_SECONDS = 3
# After an intent whose answer was lost, the carrier's list is read at these ages; a list without
# the call counts if it was read so long after the one before.
LISTED_AT_SECONDS = (20, 60, 120, 240, 420, 600, 780)
CLEAN_LIST_SECONDS = 60
# For so long the carrier may deny a call that it took, before people are told.
MISSING_SECONDS = 600


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


def gives_up(sends: int, *, is_waited_for: bool) -> bool:
    """Whether a request that was provably not taken so often is not sent again.

    A rep who holds the line is told soon; a machine's call waits until its time is over.
    """
    return is_waited_for and sends >= MAX_SENDS


def next_listing_seconds(age_seconds: float) -> float:
    """How long until the carrier's list is read again for a doubt of this age."""
    later = (at for at in LISTED_AT_SECONDS if at > age_seconds + 1)
    return next(later, age_seconds + LISTED_AT_SECONDS[-1] - LISTED_AT_SECONDS[-2]) - age_seconds


def is_another_miss(since_last_seconds: float | None, *, is_customer: bool) -> bool:
    """Whether a list without the call says more than the one before it did."""
    apart = CLEAN_LIST_SECONDS if is_customer else CLEAN_LIST_SECONDS // 2
    return since_last_seconds is None or since_last_seconds >= apart


def next_poll_seconds(age_seconds: float, limit_seconds: int) -> int:
    """How long a live leg of this age may stay silent before it is fetched again.

    Often while much may happen, seldom during a long talk, and hardly ever once the carrier's
    own limit must have ended it.
    """
    if age_seconds < YOUNG_SECONDS:
        return SILENCE_SECONDS
    return 120 if age_seconds < limit_seconds + YOUNG_SECONDS else 600


def most_doubts(sent_within_hour: int) -> int:
    """How many doubtful attempts at once are still bad luck; more are a broken carrier."""
    return max(20, sent_within_hour // 50)


def absence_is_proven(age_seconds: float, misses: int, *, is_customer: bool) -> bool:
    """Whether a doubtful leg may be closed as unknown.

    A customer's needs ten minutes, for a late acceptance would ring twice; a rep who is rung
    twice is only annoyed, and would otherwise be kept from working.
    """
    settle = SETTLE_SECONDS if is_customer else 2 * INTENT_STALE_SECONDS
    return misses >= 3 and age_seconds > settle
