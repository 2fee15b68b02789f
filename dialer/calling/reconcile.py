"""Finding out what nobody told us: expired claims, stale intents, doubts, silent legs.

Stateless; any number may run at once. A failed request proves nothing and is tried again.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.place import load, note_uncertain
from dialer.calling.told import record_on
from dialer.carrier.port import CarrierCall, CarrierRefused, CarrierUncertain, Told
from dialer.domain.attempt import (
    ABANDON,
    CLOSE_UNKNOWN,
    INTENT_STALE_SECONDS,
    RELEASE,
    SILENCE_SECONDS,
    Step,
    absence_is_proven,
    next_listing_seconds,
)
from dialer.domain.words import AttemptState, LegRole
from dialer.models.attempts import Attempt
from dialer.models.calls import Call
from dialer.models.events import Fact, note_fact
from dialer.models.transitions import By, take
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime

ACTOR = "reconciler"
BATCH = 100
COST_AFTER_SECONDS = 30
COST_EVERY_SECONDS = 300


def release_claims(rt: Runtime) -> int:
    """T3: a claim whose holder died sent nothing, for an intent comes before the request."""
    now = rt.now()
    expired = sa.and_(Attempt.state == AttemptState.CLAIMED, Attempt.lease_until_at < now)
    by = By(actor=ACTOR, at=now, reason="lease expired")
    return step_all(rt, expired, RELEASE, by, lease_until_at=None)


def abandon_intents(rt: Runtime) -> int:
    """T11: an intent whose sender died may have left, or not."""
    now = rt.now()
    stale_before = now - timedelta(seconds=INTENT_STALE_SECONDS)
    stale = sa.and_(Attempt.state == AttemptState.DIALING, Attempt.intent_at < stale_before)
    return step_all(rt, stale, ABANDON, By(actor=ACTOR, at=now, reason="stale"), check_at=now)


def step_all(
    rt: Runtime, which: sa.ColumnElement[bool], step: Step, by: By, **changes: object
) -> int:
    """Take one step with every attempt that fits, each in a transaction of its own."""
    with rt.sessions.read() as session:
        ids = list(session.execute(sa.select(Attempt.id).where(which).limit(BATCH)).scalars())
    return sum(step_one(rt, attempt_id, step, by, **changes) for attempt_id in ids)


def step_one(rt: Runtime, attempt_id: int, step: Step, by: By, **changes: object) -> bool:
    """Take the step, and show a doubt on the call."""
    with rt.sessions.write() as session:
        attempt, call = load(session, attempt_id)
        done = take(session, attempt, step, by, **changes)
        if done and attempt.state is AttemptState.UNKNOWN:
            note_uncertain(session, call, attempt, by.at)
        return done


def resolve_doubts(rt: Runtime) -> int:
    """T12 and T14: look for doubtful legs in the carrier's list."""
    with rt.sessions.read() as session:
        due = list(
            session.execute(
                sa.select(Attempt.id)
                .where(Attempt.state == AttemptState.UNKNOWN, Attempt.check_at <= rt.now())
                .limit(BATCH)
            ).scalars()
        )
    return sum(resolve_doubt(rt, attempt_id) for attempt_id in due)


def resolve_doubt(rt: Runtime, attempt_id: int) -> bool:
    """List the calls to the attempt's address and believe exactly what the list proves."""
    with rt.sessions.read() as session:
        attempt = session.get_one(Attempt, attempt_id)
        address = attempt.address or (attempt.number.e164 if attempt.number else None)
        since = (attempt.intent_at or attempt.created_at) - timedelta(seconds=5)
        from_number = attempt.from_number
    try:
        listed = rt.carrier.list_calls(to=address, since=since)
    except (CarrierRefused, CarrierUncertain):
        return False
    ours = [c for c in listed if c.direction == "outbound-api" and c.from_number == from_number]
    with rt.sessions.write() as session:
        attempt, call = load(session, attempt_id)
        if attempt.state is not AttemptState.UNKNOWN:
            return False
        unowned = sorted(drop_owned(session, ours), key=created_order)
        if not unowned:
            return note_miss(rt, session, call, attempt)
        attempt.carrier_sid = unowned[0].carrier_sid
        session.flush()
        record_on(rt, session, attempt, poll_of(rt, unowned[0]))
        return True


def created_order(call: CarrierCall) -> datetime:
    """The earliest is ours; later ones are orphans."""
    if call.created_at is None:
        raise CarrierUncertain("a listed call has no date")
    return call.created_at


def drop_owned(session: Session, listed: list[CarrierCall]) -> list[CarrierCall]:
    """Listed calls that no attempt owns."""
    owned = set(
        session.execute(
            sa.select(Attempt.carrier_sid).where(
                Attempt.carrier_sid.in_([c.carrier_sid for c in listed])
            )
        ).scalars()
    )
    return [c for c in listed if c.carrier_sid not in owned]


def note_miss(rt: Runtime, session: Session, call: Call, attempt: Attempt) -> bool:
    """Count a clean list without the call; T14 once absence is as sure as it gets."""
    now = rt.now()
    attempt.misses += 1
    attempt.listed_at = now
    age = (now - (attempt.intent_at or attempt.created_at)).total_seconds()
    is_customer = attempt.role is LegRole.CUSTOMER
    attempt.check_at = now + timedelta(seconds=next_listing_seconds(attempt.misses))
    if not absence_is_proven(age, attempt.misses, is_customer=is_customer):
        return False
    by = By(actor=ACTOR, at=now, reason=f"{attempt.misses} clean lists")
    if take(session, attempt, CLOSE_UNKNOWN, by):
        note_fact(
            session,
            call,
            Fact(kind="unknown_closed", at=now, received_at=now, call_id=call.id,
                 attempt_id=attempt.id, dedupe_key=f"unknown_closed:{attempt.id}"),
        )  # fmt: skip
        wake_clock(session)
    return True


def poll_silent(rt: Runtime) -> int:
    """Fetch legs that should have spoken by now: callbacks are best effort."""
    with rt.sessions.read() as session:
        due = session.execute(
            sa.select(Attempt.id, Attempt.carrier_sid)
            .where(
                Attempt.state == AttemptState.LIVE,
                Attempt.carrier_sid.is_not(None),
                Attempt.check_at <= rt.now(),
            )
            .limit(BATCH)
        ).all()
    return sum(poll_leg(rt, attempt_id, str(sid)) for attempt_id, sid in due)


def poll_leg(rt: Runtime, attempt_id: int, carrier_sid: str) -> bool:
    """Fetch one leg and record what its resource says."""
    try:
        found = rt.carrier.fetch(carrier_sid)
    except (CarrierRefused, CarrierUncertain):
        return False
    with rt.sessions.write() as session:
        attempt, _ = load(session, attempt_id)
        attempt.listed_at = rt.now()
        attempt.check_at = rt.now() + timedelta(seconds=SILENCE_SECONDS)
        record_on(rt, session, attempt, poll_of(rt, found))
        record_cost(rt, session, attempt, found)
    return True


def poll_costs(rt: Runtime) -> int:
    """Learn what ended legs cost; the carrier prices them some time after their end."""
    now = rt.now()
    with rt.sessions.read() as session:
        due = session.execute(
            sa.select(Attempt.id, Attempt.carrier_sid)
            .join(Call, Call.id == Attempt.call_id)
            .where(
                Attempt.state == AttemptState.DONE,
                Attempt.carrier_sid.is_not(None),
                Call.cost_minor.is_(None),
                Call.ended_at < now - timedelta(seconds=COST_AFTER_SECONDS),
                Call.ended_at > now - timedelta(days=2),
                sa.or_(
                    Attempt.listed_at.is_(None),
                    Attempt.listed_at < now - timedelta(seconds=COST_EVERY_SECONDS),
                ),
            )
            .limit(20)
        ).all()
    return sum(poll_leg(rt, attempt_id, str(sid)) for attempt_id, sid in due)


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
