"""Placing one leg, T2 to T10: claim, wait for the pace, intend, send once, write what came."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.gate import decide
from dialer.calling.seats import seat_of
from dialer.calling.sent import (
    Intent,
    close_unsent,
    load,
    record_doubt,
    record_placed,
    record_refusal,
    record_stall,
    sent_fact,
)
from dialer.calling.stops import may_send
from dialer.carrier.port import CarrierRefused, CarrierUncertain, Dial, Placed, RoomDial
from dialer.domain.attempt import (
    CANCEL,
    EXPIRE,
    INTEND,
    INTENT_STALE_SECONDS,
    LEASE_SECONDS,
    RING_MARGIN_SECONDS,
    STALL_SECONDS,
)
from dialer.domain.verdict import Allowed, Verdict
from dialer.domain.words import AttemptState, LegRole, Mode
from dialer.models.attempts import Attempt
from dialer.models.calls import Call
from dialer.models.customers import Contact, PhoneNumber
from dialer.models.due import FAR
from dialer.models.events import note_fact
from dialer.models.pace import is_free, take_turn
from dialer.models.transitions import By, claim_number, take
from dialer.models.verdicts import Asked
from dialer.runtime import Runtime

PATIENCE_SECONDS = 2


def place_leg(rt: Runtime, attempt_id: int, actor: str) -> bool:
    """Try to place a planned attempt; True if a request left.

    At most one request leaves per claim, and none without a durable intent. Where the account's
    pace has no turn soon, the attempt stays planned and the clock takes it up.
    """
    epoch = claim(rt, attempt_id, actor) if has_turn_soon(rt) else None
    if epoch is None:
        return False
    wait_for_turn(rt)
    intent = intend(rt, attempt_id, epoch, actor)
    if intent is None or has_stalled(rt, intent, actor):
        return False
    send(rt, intent, actor)
    return True


def claim(rt: Runtime, attempt_id: int, actor: str) -> int | None:
    """T2: take the attempt, if it is due, allowed and nobody else calls the number.

    The epoch of the claim, by which alone it may go on; None if it may not.
    """
    with rt.sessions.write() as session:
        attempt, call = load_held(session, attempt_id)
        now = rt.now()
        if attempt.state is not AttemptState.PLANNED:
            return None
        if now < attempt.not_before_at <= now + FAR:
            return None
        if rt.stopping() or call.ended_at is not None or not may_send(session, now):
            return None
        if give_up_late(session, call, attempt, By(actor=actor, at=now, reason="too late")):
            return None
        if not is_allowed(rt, session, call, attempt, actor):
            return None
        by = By(actor=actor, at=now)
        lease = now + timedelta(seconds=LEASE_SECONDS)
        if claim_number(session, attempt, by, lease_until_at=lease):
            return attempt.epoch
        if attempt.state is AttemptState.PLANNED:
            close_unsent(session, call, attempt, CANCEL, by, {"reason": "number_busy"})
        return None


def load_held(session: Session, attempt_id: int) -> tuple[Attempt, Call]:
    """The attempt with its call held, and for a customer whom it is about.

    So a suppression of the number comes wholly before or wholly after, and of two calls to one
    person the second counts the first.
    """
    attempt = session.get_one(Attempt, attempt_id)
    if attempt.role is LegRole.CUSTOMER:
        call = session.get_one(Call, attempt.call_id)
        lock_row(session, Contact, call.contact_id)
        lock_row(session, PhoneNumber, call.number_id)
    return load(session, attempt_id)


def lock_row(
    session: Session, table: type[Contact] | type[PhoneNumber], row_id: int | None
) -> None:
    """Hold a row until the transaction ends; others may still point at it."""
    session.execute(sa.select(table.id).where(table.id == row_id).with_for_update(key_share=True))


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


def has_turn_soon(rt: Runtime) -> bool:
    """Whether the account's pace has a turn within the time that somebody waits for a page."""
    with rt.sessions.read() as session:
        return is_free(session, rt.now() + timedelta(seconds=PATIENCE_SECONDS))


def wait_for_turn(rt: Runtime) -> None:
    """Wait until the account's pace lets this request leave."""
    with rt.sessions.write() as session:
        turn = take_turn(session, rt.now(), rt.settings.carrier_calls_per_second)
    rt.wait(max(0.0, (turn - rt.now()).total_seconds()))


def intend(rt: Runtime, attempt_id: int, epoch: int, actor: str) -> Intent | None:
    """T5: ask everything again and commit the intent; None if it is not to be sent.

    A claim of an older epoch has lost the attempt to somebody else.
    """
    with rt.sessions.write() as session:
        attempt, call = load_held(session, attempt_id)
        now = rt.now()
        by = By(actor=actor, at=now)
        if attempt.epoch != epoch or attempt.lease_until_at is None:
            return None
        if rt.stopping() or attempt.lease_until_at < now or call.ended_at is not None:
            return None
        if not may_send(session, now) or give_up_late(session, call, attempt, by):
            return None
        if not is_allowed(rt, session, call, attempt, actor):
            return None
        stale_at = now + timedelta(seconds=INTENT_STALE_SECONDS)
        sends = attempt.sends + 1
        if not take(session, attempt, INTEND, by, intent_at=now, sends=sends, check_at=stale_at):
            return None
        note_fact(session, call, sent_fact(call, attempt, now))
        return Intent(attempt.id, attempt.epoch, rt.monotonic(), sender(rt, session, call, attempt))


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
        seat=seat_of(session, attempt),
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
    record_stall(rt, intent, By(actor=actor, at=rt.now(), reason="stalled"))
    return True


def send(rt: Runtime, intent: Intent, actor: str) -> None:
    """Let the one request leave, with no transaction open, and write what came of it.

    Whatever goes wrong that is not surely a refusal may have rung somebody.
    """
    try:
        placed = intent.send()
    except CarrierRefused as refusal:
        record_refusal(rt, intent, refusal, actor)
    except CarrierUncertain as doubt:
        record_doubt(rt, intent, By(actor=actor, at=rt.now(), reason=str(doubt)))
    except Exception as error:  # noqa: BLE001 - even a bug of ours may come after the request
        record_doubt(rt, intent, By(actor=actor, at=rt.now(), reason=type(error).__name__))
    else:
        record_placed(rt, intent, placed, actor)
