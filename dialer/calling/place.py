"""Placing one leg, T2 to T10: claim, wait for the pace, intend, send once, write what came."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.gate import decide
from dialer.calling.incidents import note_second
from dialer.carrier.port import CarrierRefused, CarrierUncertain, Dial, Placed, RoomDial, Seat
from dialer.domain.attempt import (
    ACCEPT,
    BACK_OFF,
    CANCEL,
    DOUBT,
    EXPIRE,
    INTEND,
    INTENT_STALE_SECONDS,
    LEASE_SECONDS,
    MAX_SENDS,
    REJECT,
    RING_MARGIN_SECONDS,
    SILENCE_SECONDS,
    STALL_SECONDS,
    WITHHOLD,
    Step,
    backoff_seconds,
)
from dialer.domain.verdict import Allowed, Verdict
from dialer.domain.words import AttemptState, LegRole, LegStatus, Mode
from dialer.models.attempts import Attempt
from dialer.models.calls import Call
from dialer.models.events import Fact, lock_call, note_fact
from dialer.models.pace import is_free, take_turn
from dialer.models.switches import HOLD, is_on
from dialer.models.transitions import By, claim_number, take
from dialer.models.verdicts import Asked
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime

PATIENCE_SECONDS = 2
# A supervisor comes in to listen; whispering and joining are changes of the seat.
SEATS = {LegRole.SUPERVISOR: Seat(muted=True, ends_room=False)}


@dataclass(frozen=True)
class Intent:
    """A committed intent: what is to be sent, by whom, and since when."""

    attempt_id: int
    epoch: int
    begun: float
    send: Callable[[], Placed]


def place_leg(rt: Runtime, attempt_id: int, actor: str) -> bool:
    """Try to place a planned attempt; True if a request left.

    At most one request leaves per claim, and none without a durable intent. Where the account's
    pace has no turn soon, the attempt stays planned and the clock takes it up.
    """
    if not has_turn_soon(rt) or not claim(rt, attempt_id, actor):
        return False
    wait_for_turn(rt)
    intent = intend(rt, attempt_id, actor)
    if intent is None or has_stalled(rt, intent, actor):
        return False
    send(rt, intent, actor)
    return True


def claim(rt: Runtime, attempt_id: int, actor: str) -> bool:
    """T2: take the attempt, if it is due, allowed and nobody else calls the number."""
    with rt.sessions.write() as session:
        attempt, call = load(session, attempt_id)
        now = rt.now()
        if is_on(session, HOLD) or attempt.not_before_at > now or call.ended_at is not None:
            return False
        if give_up_late(session, call, attempt, By(actor=actor, at=now, reason="too late")):
            return False
        if not is_allowed(rt, session, call, attempt, actor):
            return False
        by = By(actor=actor, at=now)
        lease = now + timedelta(seconds=LEASE_SECONDS)
        if claim_number(session, attempt, by, lease_until_at=lease):
            return True
        if attempt.state is AttemptState.PLANNED:
            close_unsent(session, call, attempt, CANCEL, by, {"reason": "number_busy"})
        return False


def load(session: Session, attempt_id: int) -> tuple[Attempt, Call]:
    """The attempt with its call held, so that an end of the call is not overtaken."""
    attempt = session.get_one(Attempt, attempt_id)
    call = lock_call(session, attempt.call_id)
    session.refresh(attempt)
    return attempt, call


def is_allowed(rt: Runtime, session: Session, call: Call, attempt: Attempt, actor: str) -> bool:
    """Whether the gate lets a customer be rung now; if not, the attempt ends here."""
    if attempt.role is not LegRole.CUSTOMER:
        return True
    verdict = ask_for(rt, session, call, attempt)
    if isinstance(verdict, Allowed):
        return True
    by = By(actor=actor, at=rt.now(), reason=verdict.rule)
    close_unsent(session, call, attempt, CANCEL, by, {"reason": "gate", "rule": verdict.rule})
    return False


def ask_for(rt: Runtime, session: Session, call: Call, attempt: Attempt) -> Verdict:
    """Ask the gate about a call's number, and store the answer beside the attempt."""
    asked = Asked(
        number_id=call.number_id,
        purpose=call.purpose,
        mode=call.mode,
        call_id=call.id,
        attempt_id=attempt.id,
        task_id=call.task_id,
    )
    return decide(rt, session, asked, call.contact_id)


def give_up_late(session: Session, call: Call, attempt: Attempt, by: By) -> bool:
    """T4: an attempt whose time is over expires, visibly."""
    limit = attempt.not_after_at
    if limit is None or by.at + timedelta(seconds=RING_MARGIN_SECONDS) <= limit:
        return False
    close_unsent(session, call, attempt, EXPIRE, by, {"reason": "too_late"})
    return True


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


def has_turn_soon(rt: Runtime) -> bool:
    """Whether the account's pace has a turn within the time that somebody waits for a page."""
    with rt.sessions.read() as session:
        return is_free(session, rt.now() + timedelta(seconds=PATIENCE_SECONDS))


def wait_for_turn(rt: Runtime) -> None:
    """Wait until the account's pace lets this request leave."""
    with rt.sessions.write() as session:
        turn = take_turn(session, rt.now(), rt.settings.carrier_calls_per_second)
    rt.wait(max(0.0, (turn - rt.now()).total_seconds()))


def intend(rt: Runtime, attempt_id: int, actor: str) -> Intent | None:
    """T5: ask everything again and commit the intent; None if it is not to be sent."""
    with rt.sessions.write() as session:
        attempt, call = load(session, attempt_id)
        now = rt.now()
        by = By(actor=actor, at=now)
        if is_on(session, HOLD) or attempt.lease_until_at is None:
            return None
        if attempt.lease_until_at < now or call.ended_at is not None:
            return None
        if give_up_late(session, call, attempt, by):
            return None
        if not is_allowed(rt, session, call, attempt, actor):
            return None
        stale_at = now + timedelta(seconds=INTENT_STALE_SECONDS)
        sends = attempt.sends + 1
        if not take(session, attempt, INTEND, by, intent_at=now, sends=sends, check_at=stale_at):
            return None
        note_fact(session, call, sent_fact(call, attempt, now))
        return Intent(attempt.id, attempt.epoch, rt.monotonic(), sender(rt, session, call, attempt))


def sent_fact(call: Call, attempt: Attempt, at: datetime) -> Fact:
    """The leg exists from now on, as far as anybody can tell."""
    return Fact(
        kind="leg", at=at, received_at=at, call_id=call.id, attempt_id=attempt.id,
        leg_status=LegStatus.QUEUED, dedupe_key=f"sent:{attempt.id}:{attempt.epoch}",
    )  # fmt: skip


def sender(rt: Runtime, session: Session, call: Call, attempt: Attempt) -> Callable[[], Placed]:
    """The one request, ready to leave once the transaction is over."""
    dial = Dial(
        address=attempt.address or number_of(attempt),
        from_number=attempt.from_number,
        token=attempt.token,
        ring_seconds=rt.rules.ring_seconds,
        limit_seconds=rt.rules.limit_seconds,
        detects_machine=attempt.role is LegRole.CUSTOMER,
    )
    if call.room_sid is None or attempt.role is LegRole.REP:
        return lambda: rt.carrier.place(dial)
    room_dial = RoomDial(
        dial=dial,
        room_sid=call.room_sid,
        label=label_of(attempt),
        room_token=token_of_room(call, session),
        seat=SEATS.get(attempt.role, Seat()),
    )
    return lambda: rt.carrier.add_to_room(room_dial)


def label_of(attempt: Attempt) -> str:
    """One customer per room; of those who help there may be several."""
    if attempt.role is LegRole.CUSTOMER:
        return str(attempt.role)
    return f"{attempt.role}-{attempt.id}"


def number_of(attempt: Attempt) -> str:
    """The customer's number; an erased one cannot be dialled."""
    if attempt.number is None or attempt.number.e164 is None:
        raise LookupError(f"attempt {attempt.id} has no number")
    return attempt.number.e164


def token_of_room(call: Call, session: Session) -> str:
    """The token under which the room reports: that of whoever opened it."""
    opener = LegRole.REP if call.mode is Mode.REP else LegRole.CUSTOMER
    return session.execute(
        sa.select(Attempt.token)
        .where(Attempt.call_id == call.id, Attempt.role == opener)
        .order_by(Attempt.id)
        .limit(1)
    ).scalar_one()


def has_stalled(rt: Runtime, intent: Intent, actor: str) -> bool:
    """T6: a process that slept between intent and request does not send."""
    if rt.monotonic() - intent.begun <= STALL_SECONDS:
        return False
    by = By(actor=actor, at=rt.now(), reason="stalled")
    write_outcome(rt, intent, WITHHOLD, by, lease_until_at=None, intent_at=None)
    return True


def send(rt: Runtime, intent: Intent, actor: str) -> None:
    """Let the one request leave, with no transaction open, and write what came of it."""
    try:
        placed = intent.send()
    except CarrierRefused as refusal:
        record_refusal(rt, intent, refusal, actor)
    except CarrierUncertain as doubt:
        record_doubt(rt, intent, By(actor=actor, at=rt.now(), reason=str(doubt)))
    else:
        record_placed(rt, intent, placed, actor)


def record_placed(rt: Runtime, intent: Intent, placed: Placed, actor: str) -> None:
    """T7; a webhook may have been quicker, and then only the SID is compared."""
    with rt.sessions.write() as session:
        attempt, call = load(session, intent.attempt_id)
        by = By(actor=actor, at=rt.now())
        if attempt.carrier_sid in (None, placed.carrier_sid):
            silent_at = by.at + timedelta(seconds=SILENCE_SECONDS)
            changes = {
                "carrier_sid": placed.carrier_sid,
                "queue_ms": placed.queue_ms,
                "check_at": silent_at,
            }
            if not take(session, attempt, ACCEPT, by, **changes):
                attempt.carrier_sid = placed.carrier_sid
            return
        note_second(session, call, attempt, placed.carrier_sid, by.at)
    rt.carrier.hang_up(placed.carrier_sid)


def record_refusal(rt: Runtime, intent: Intent, refusal: CarrierRefused, actor: str) -> None:
    """T8 for good, T9 to try again later, T4 when it was tried often enough."""
    with rt.sessions.write() as session:
        attempt, call = load(session, intent.attempt_id)
        now = rt.now()
        by = By(actor=actor, at=now, reason=f"carrier code {refusal.code}")
        if refusal.permanent:
            if take(session, attempt, REJECT, by, refusal_code=refusal.code):
                data = {"reason": "refused_by_carrier", "code": str(refusal.code)}
                fact = closing_fact(call, attempt, now, LegStatus.FAILED, data)
                note_fact(session, call, fact)
                wake_clock(session)
            return
        wait = timedelta(seconds=backoff_seconds(attempt.sends))
        changes = {"not_before_at": now + wait, "lease_until_at": None, "intent_at": None}
        if take(session, attempt, BACK_OFF, by, **changes) and attempt.sends >= MAX_SENDS:
            data = {"reason": "refused_by_carrier", "code": str(refusal.code)}
            close_unsent(session, call, attempt, EXPIRE, by, data)


def record_doubt(rt: Runtime, intent: Intent, by: By) -> None:
    """T10: nobody knows, so nobody sends again; the reconciler finds out."""
    with rt.sessions.write() as session:
        attempt, call = load(session, intent.attempt_id)
        check_at = by.at + timedelta(seconds=20)
        if take(session, attempt, DOUBT, by, check_at=check_at):
            note_uncertain(session, call, attempt, by.at)


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


def write_outcome(rt: Runtime, intent: Intent, step: Step, by: By, **changes: object) -> None:
    """Take one step after the fact, fenced by the epoch of the intent."""
    with rt.sessions.write() as session:
        attempt, _ = load(session, intent.attempt_id)
        if attempt.epoch == intent.epoch:
            take(session, attempt, step, by, **changes)
