"""Finding out what nobody told us: expired claims, stale intents, doubts, silent legs.

Stateless; any number may run at once. A failed request proves nothing and is tried again.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.budget import ask_carrier
from dialer.calling.each import for_each
from dialer.calling.incidents import note_orphan, report
from dialer.calling.sent import load, note_uncertain
from dialer.calling.stops import knows_the_time, stop_on_doubts
from dialer.calling.told import record_on
from dialer.carrier.port import CarrierCall, CarrierRefused, CarrierUncertain, Told
from dialer.domain.attempt import (
    ABANDON,
    CLOSE_UNKNOWN,
    INTENT_STALE_SECONDS,
    MISSING_SECONDS,
    RELEASE,
    YOUNG_SECONDS,
    Step,
    absence_is_proven,
    is_another_miss,
    next_listing_seconds,
    next_poll_seconds,
)
from dialer.domain.words import AttemptState, IncidentKind, LegRole, LegStatus
from dialer.models.attempts import Attempt
from dialer.models.calls import Call
from dialer.models.due import is_before, is_due
from dialer.models.events import Fact, note_fact
from dialer.models.transitions import By, take
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime

ACTOR = "reconciler"
BATCH = 100
# The carrier's clock and ours may differ, and its instants have no fractions.
EARLY = timedelta(seconds=5)


def release_claims(rt: Runtime) -> int:
    """T3: a claim whose holder died sent nothing, for an intent comes before the request."""
    now = rt.now()
    expired = sa.and_(
        Attempt.state == AttemptState.CLAIMED, is_before(Attempt.lease_until_at, now, now)
    )
    by = By(actor=ACTOR, at=now, reason="lease expired")
    return step_all(rt, expired, RELEASE, by, lease_until_at=None)


def abandon_intents(rt: Runtime) -> int:
    """T11: an intent whose sender died may have left, or not."""
    now = rt.now()
    stale_before = now - timedelta(seconds=INTENT_STALE_SECONDS)
    stale = sa.and_(
        Attempt.state == AttemptState.DIALING, is_before(Attempt.intent_at, stale_before, now)
    )
    return step_all(rt, stale, ABANDON, By(actor=ACTOR, at=now, reason="stale"), check_at=now)


def step_all(
    rt: Runtime, which: sa.ColumnElement[bool], step: Step, by: By, **changes: object
) -> int:
    """Take one step with every attempt that fits, each in a transaction of its own."""
    with rt.sessions.read() as session:
        ids = list(session.execute(sa.select(Attempt.id).where(which).limit(BATCH)).scalars())
    return for_each(ids, lambda attempt_id: step_one(rt, attempt_id, step, by, **changes))


def step_one(rt: Runtime, attempt_id: int, step: Step, by: By, **changes: object) -> bool:
    """Take the step, and show a doubt on the call."""
    with rt.sessions.write() as session:
        attempt, call = load(session, attempt_id)
        done = take(session, attempt, step, by, **changes)
        if done and attempt.state is AttemptState.UNKNOWN:
            note_uncertain(session, call, attempt, by.at)
            stop_on_doubts(session, by.at)
        return done


def resolve_doubts(rt: Runtime) -> int:
    """T12 and T14: look for doubtful legs in the carrier's list."""
    with rt.sessions.read() as session:
        due = session.scalars(
            sa.select(Attempt.id)
            .where(Attempt.state == AttemptState.UNKNOWN, is_due(Attempt.check_at, rt.now()))
            .order_by(Attempt.check_at)
            .limit(BATCH)
        ).all()
    return for_each(due, lambda attempt_id: resolve_doubt(rt, attempt_id))


def resolve_doubt(rt: Runtime, attempt_id: int) -> bool:
    """List the calls to the attempt's address and believe exactly what the list proves."""
    with rt.sessions.read() as session:
        attempt = session.get_one(Attempt, attempt_id)
        address = address_of(attempt)
        since = (attempt.intent_at or attempt.created_at) - EARLY
    asked_at = rt.now()
    listed = list_to(rt, address, since)
    if listed is None:
        return False
    with rt.sessions.write() as session:
        attempt, call = load(session, attempt_id)
        if attempt.state is not AttemptState.UNKNOWN:
            return False
        ours = sorted(
            (found for found in listed if may_be_of(session, attempt, found)), key=created_order
        )
        if not ours:
            # To a clock that is a day ahead, a doubt of this minute is a day old.
            is_sane = knows_the_time(session, rt.now())
            return is_sane and note_miss(session, call, attempt, asked_at)
        for other in ours[1:]:
            note_orphan(session, other, rt.now(), attempt)
        attempt.carrier_sid = ours[0].carrier_sid
        session.flush()
        record_on(rt, session, attempt, poll_of(rt, ours[0]))
        return True


def address_of(attempt: Attempt) -> str | None:
    """What was dialled; nobody knows any more once a number was erased."""
    return attempt.address or (attempt.number.e164 if attempt.number else None)


def list_to(rt: Runtime, address: str | None, since: datetime) -> list[CarrierCall] | None:
    """The carrier's calls to an address; without one, none can be told to be ours."""
    if address is None:
        return []
    try:
        return ask_carrier(rt, lambda: rt.carrier.list_calls(to=address, since=since))
    except CarrierRefused:
        return None


def may_be_of(session: Session, attempt: Attempt, found: CarrierCall) -> bool:
    """Whether a listed call may be what a doubtful request has placed: one that nobody owns."""
    if found.direction != "outbound-api" or found.from_number != attempt.from_number:
        return False
    owner = session.scalar(sa.select(Attempt.id).where(Attempt.carrier_sid == found.carrier_sid))
    return owner in (None, attempt.id)


def created_order(call: CarrierCall) -> datetime:
    """The earliest is ours; later ones are orphans."""
    if call.created_at is None:
        raise CarrierUncertain("a listed call has no date")
    return call.created_at


def note_miss(session: Session, call: Call, attempt: Attempt, asked_at: datetime) -> bool:
    """Count a clean list without the call; T14 once absence is as sure as it gets.

    What counts is when the list was asked for, however long its reader slept.
    """
    is_customer = attempt.role is LegRole.CUSTOMER
    age = (asked_at - (attempt.intent_at or attempt.created_at)).total_seconds()
    since_last = (asked_at - attempt.listed_at).total_seconds() if attempt.listed_at else None
    attempt.check_at = asked_at + timedelta(seconds=next_listing_seconds(age))
    if not is_another_miss(since_last, is_customer=is_customer):
        return False
    attempt.misses += 1
    attempt.listed_at = asked_at
    if not absence_is_proven(age, attempt.misses, is_customer=is_customer):
        return False
    by = By(actor=ACTOR, at=asked_at, reason=f"{attempt.misses} clean lists")
    if take(session, attempt, CLOSE_UNKNOWN, by):
        note_fact(
            session,
            call,
            Fact(kind="unknown_closed", at=asked_at, received_at=asked_at, call_id=call.id,
                 attempt_id=attempt.id, dedupe_key=f"unknown_closed:{attempt.id}"),
        )  # fmt: skip
        wake_clock(session)
    return True


def poll_silent(rt: Runtime) -> int:
    """Fetch legs that should have spoken by now: callbacks are best effort.

    Also those that came to light after they were given up, for their outcome is still missing.
    """
    with rt.sessions.read() as session:
        due = session.execute(
            sa.select(Attempt.id, Attempt.carrier_sid)
            .where(
                Attempt.state.in_((AttemptState.LIVE, AttemptState.CLOSED_UNKNOWN)),
                Attempt.carrier_sid.is_not(None),
                is_due(Attempt.check_at, rt.now()),
            )
            .order_by(Attempt.check_at)
            .limit(BATCH)
        ).all()
    return for_each(due, lambda leg: poll_leg(rt, leg.id, str(leg.carrier_sid)))


def poll_leg(rt: Runtime, attempt_id: int, carrier_sid: str) -> bool:
    """Fetch one leg and record what its resource says."""
    try:
        found = ask_carrier(rt, lambda: rt.carrier.fetch(carrier_sid))
    except CarrierRefused as refusal:
        if refusal.is_unknown:
            note_missing(rt, attempt_id)
        return False
    if found is None:
        return False
    record_found(rt, attempt_id, found)
    return True


def record_found(rt: Runtime, attempt_id: int, found: CarrierCall) -> None:
    """Record what the carrier's own record of a leg says."""
    with rt.sessions.write() as session:
        attempt, _ = load(session, attempt_id)
        attempt.listed_at, attempt.missing_since_at = rt.now(), None
        plan_check(rt, attempt)
        record_on(rt, session, attempt, poll_of(rt, found))
        record_cost(rt, session, attempt, found)


def plan_check(rt: Runtime, attempt: Attempt) -> None:
    """When to fetch it again, if nobody tells anything before."""
    age = (rt.now() - (attempt.intent_at or attempt.created_at)).total_seconds()
    pause = next_poll_seconds(age, rt.rules.limit_seconds)
    attempt.check_at = rt.now() + timedelta(seconds=pause)


def note_missing(rt: Runtime, attempt_id: int) -> None:
    """The carrier denies a call that it took: people are told, and a call has an end some day."""
    with rt.sessions.write() as session:
        attempt, call = load(session, attempt_id)
        now = rt.now()
        attempt.missing_since_at = attempt.missing_since_at or now
        attempt.listed_at = now
        plan_check(rt, attempt)
        missing = (now - attempt.missing_since_at).total_seconds()
        if attempt.state is AttemptState.DONE or missing <= MISSING_SECONDS:
            return
        report(session, IncidentKind.VANISHED_CALL, now, attempt, attempt.carrier_sid)
        age = (now - (attempt.intent_at or attempt.created_at)).total_seconds()
        if age > rt.rules.limit_seconds + YOUNG_SECONDS:
            answered = call.answered_at is not None or attempt.role is not LegRole.CUSTOMER
            status = LegStatus.COMPLETED if answered else LegStatus.FAILED
            record_on(rt, session, attempt, vanished(attempt, status, now))


def vanished(attempt: Attempt, status: LegStatus, at: datetime) -> Told:
    """The end of a leg that the carrier has lost, and that its own limit must have ended."""
    return Told(
        kind="leg", at=at, source="poll", carrier_sid=attempt.carrier_sid, leg_status=status,
        seq=0, data={"reason": "vanished"}, params={},
        dedupe_key=f"vanished:{attempt.carrier_sid}",
    )  # fmt: skip


def record_cost(rt: Runtime, session: Session, attempt: Attempt, found: CarrierCall) -> None:
    """Keep the price of a leg."""
    if found.cost is None:
        return
    now = rt.now()
    note_fact(
        session,
        session.get_one(Call, attempt.call_id),
        Fact(kind="cost", at=now, received_at=now, source="poll", call_id=attempt.call_id,
             attempt_id=attempt.id, dedupe_key=f"cost:{attempt.id}:{found.cost}",
             data={"cost": found.cost, "currency": found.cost_currency or "USD"}),
    )  # fmt: skip


def poll_of(rt: Runtime, found: CarrierCall) -> Told:
    """A fetched record as a fact; equal records are one fact."""
    over = found.status.is_final
    at = (found.ended_at if over else found.started_at) or rt.now()
    data = {} if found.duration is None or not over else {"duration": found.duration}
    return Told(
        kind="leg", at=at, source="poll", carrier_sid=found.carrier_sid,
        leg_status=found.status, seq=0, data=data, params={},
        dedupe_key=f"poll:{found.carrier_sid}:{found.status}:{found.duration}",
    )  # fmt: skip
