"""What came of a request that left: T6 to T10, each in a transaction of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dialer.calling.incidents import note_late, note_second, owner_of, report
from dialer.calling.stops import stop_on_doubts, stop_on_refusal
from dialer.carrier.port import CarrierRefused, Placed
from dialer.domain.attempt import (
    ACCEPT,
    BACK_OFF,
    DOUBT,
    EXPIRE,
    FIND_LIVE,
    MAX_SENDS,
    REJECT,
    SILENCE_SECONDS,
    WITHHOLD,
    Step,
    backoff_seconds,
    gives_up,
)
from dialer.domain.words import AttemptState, IncidentKind, LegStatus, Mode
from dialer.models.attempts import Attempt
from dialer.models.calls import Call
from dialer.models.events import Fact, lock_call, note_fact
from dialer.models.pace import SENDS, hold_back
from dialer.models.transitions import By, take
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime

# A carrier that holds a call back for longer is given the next one later.
QUEUE_MS = 2_000
GIVEN_UP = (AttemptState.CLOSED_UNKNOWN, AttemptState.NOT_PLACED)


@dataclass(frozen=True)
class Intent:
    """A committed intent: what is to be sent, by whom, and since when."""

    attempt_id: int
    epoch: int
    begun: float
    send: Callable[[], Placed]


def load(session: Session, attempt_id: int) -> tuple[Attempt, Call]:
    """The attempt with its call held, so that an end of the call is not overtaken."""
    attempt = session.get_one(Attempt, attempt_id)
    call = lock_call(session, attempt.call_id)
    session.refresh(attempt)
    return attempt, call


def close_unsent(
    session: Session, call: Call, attempt: Attempt, step: Step, by: By, data: dict[str, str]
) -> bool:
    """End an attempt that was never sent, and say so in the call's log."""
    if not take(session, attempt, step, by):
        return False
    note_fact(session, call, closing_fact(call, attempt, by.at, LegStatus.CANCELED, data))
    wake_clock(session)
    return True


def closing_fact(
    call: Call, attempt: Attempt, at: datetime, status: LegStatus, data: dict[str, str]
) -> Fact:
    """Our own word about the end of a leg that the carrier never had."""
    return Fact(
        kind="leg", at=at, received_at=at, call_id=call.id, attempt_id=attempt.id,
        leg_status=status, data=data, dedupe_key=f"closed:{attempt.id}:{attempt.epoch}",
    )  # fmt: skip


def sent_fact(call: Call, attempt: Attempt, at: datetime) -> Fact:
    """The leg exists from now on, as far as anybody can tell."""
    return Fact(
        kind="leg", at=at, received_at=at, call_id=call.id, attempt_id=attempt.id,
        leg_status=LegStatus.QUEUED, dedupe_key=f"sent:{attempt.id}:{attempt.epoch}",
    )  # fmt: skip


def record_stall(rt: Runtime, intent: Intent, by: By) -> None:
    """T6: nothing was sent, so nothing counts towards a cap."""
    with rt.sessions.write() as session:
        attempt, _ = load(session, intent.attempt_id)
        if attempt.epoch == intent.epoch:
            take(session, attempt, WITHHOLD, by, lease_until_at=None, intent_at=None)


def record_placed(rt: Runtime, intent: Intent, placed: Placed, actor: str) -> None:
    """T7; a webhook may have been quicker, and then only the SID is compared."""
    with rt.sessions.write() as session:
        attempt, call = load(session, intent.attempt_id)
        by = By(actor=actor, at=rt.now())
        slow_down(session, placed, by.at)
        if owner_of(session, placed.carrier_sid) not in (None, attempt.id):
            doubt(session, call, attempt, By(actor=actor, at=by.at, reason="another's SID"))
        elif attempt.carrier_sid not in (None, placed.carrier_sid):
            note_second(session, call, attempt, placed.carrier_sid, by.at)
        else:
            accept(session, attempt, placed, by)


def accept(session: Session, attempt: Attempt, placed: Placed, by: By) -> None:
    """Write the receipt; one that comes when the attempt was given up is for a call to be ended."""
    changes = {
        "carrier_sid": placed.carrier_sid,
        "queue_ms": placed.queue_ms,
        "check_at": by.at + timedelta(seconds=SILENCE_SECONDS),
    }
    step = FIND_LIVE if attempt.state is AttemptState.UNKNOWN else ACCEPT
    if not take(session, attempt, step, by, **changes):
        attempt.carrier_sid, attempt.check_at = placed.carrier_sid, by.at
    limit = attempt.not_after_at
    too_late = limit is not None and by.at + timedelta(milliseconds=placed.queue_ms) > limit
    if too_late or attempt.state in GIVEN_UP or attempt.token_revoked_at is not None:
        note_late(session, attempt, placed.carrier_sid, by.at)


def slow_down(session: Session, placed: Placed, at: datetime) -> None:
    """Leave the carrier's queue empty: what waits in it may ring when it is forbidden."""
    if placed.queue_ms > QUEUE_MS:
        hold_back(session, SENDS, at, at + timedelta(milliseconds=placed.queue_ms))


def record_refusal(rt: Runtime, intent: Intent, refusal: CarrierRefused, actor: str) -> None:
    """T8 for good; T9 to try again later, and T4 when it was tried often enough."""
    with rt.sessions.write() as session:
        attempt, call = load(session, intent.attempt_id)
        by = By(actor=actor, at=rt.now(), reason=f"carrier code {refusal.code}")
        if refusal.permanent:
            reject(session, call, attempt, refusal, by)
            stop_on_refusal(session, refusal, by.at)
            return
        wait = timedelta(seconds=backoff_seconds(attempt.sends) * spread(rt.token()))
        changes = {"not_before_at": by.at + wait, "lease_until_at": None, "intent_at": None}
        if take(session, attempt, BACK_OFF, by, **changes) and attempt.sends >= MAX_SENDS:
            give_up(session, call, attempt, refusal, by)


def spread(token: str) -> float:
    """Between a half and one: whoever was turned away together does not come back together."""
    return 0.5 + int(token[-8:], 16) / 2**33


def reject(session: Session, call: Call, attempt: Attempt, refusal: CarrierRefused, by: By) -> None:
    """T8. What concerns the whole account is marked, for the customer may still be called."""
    if not take(session, attempt, REJECT, by, refusal_code=refusal.code):
        return
    data = {"reason": "refused_by_carrier", "code": str(refusal.code)}
    if refusal.trips_breaker or refusal.closes_place:
        data["about"] = "account"
    note_fact(session, call, closing_fact(call, attempt, by.at, LegStatus.FAILED, data))
    wake_clock(session)


def give_up(
    session: Session, call: Call, attempt: Attempt, refusal: CarrierRefused, by: By
) -> None:
    """Tell people, and end it where somebody holds the line."""
    report(session, IncidentKind.GAVE_UP, by.at, attempt, None, code=refusal.code)
    if gives_up(attempt.sends, is_waited_for=call.mode is Mode.REP):
        data = {"reason": "refused_by_carrier", "code": str(refusal.code)}
        close_unsent(session, call, attempt, EXPIRE, by, data)


def record_doubt(rt: Runtime, intent: Intent, by: By) -> None:
    """T10: nobody knows, so nobody sends again; the reconciler finds out."""
    with rt.sessions.write() as session:
        attempt, call = load(session, intent.attempt_id)
        doubt(session, call, attempt, by)


def doubt(session: Session, call: Call, attempt: Attempt, by: By) -> None:
    """T10, shown on the call; and where there are too many doubts, nothing more is sent."""
    if take(session, attempt, DOUBT, by, check_at=by.at + timedelta(seconds=20)):
        note_uncertain(session, call, attempt, by.at)
        stop_on_doubts(session, by.at)


def note_uncertain(session: Session, call: Call, attempt: Attempt, at: datetime) -> None:
    """Show the doubt on the call."""
    note_fact(
        session,
        call,
        Fact(
            kind="uncertain", at=at, received_at=at, call_id=call.id, attempt_id=attempt.id,
            dedupe_key=f"uncertain:{attempt.id}:{attempt.epoch}",
        ),
    )  # fmt: skip
