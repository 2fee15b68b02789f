"""The append-only log of calls, and the projection that is folded from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.call import CallView, Event, Leg, fold
from dialer.domain.words import LegRole, LegStatus
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallEvent, CallLeg
from dialer.models.database import insert_into

# What of a view stands in the call's row, and of a leg in the leg's.
PROJECTED = (
    "status", "answered_at", "ended_at", "ended_by", "outcome", "answered_by", "recording_sid",
    "cost_minor", "cost_currency",
)  # fmt: skip
LEG_FIELDS = (
    "role", "status", "ringing_at", "answered_at", "joined_at", "ended_at", "on_hold",
    "ring_seconds", "talk_seconds", "hold_seconds", "reason",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Fact:
    """An event to be appended; equal `dedupe_key` means that it is known already."""

    kind: str
    at: datetime
    received_at: datetime
    dedupe_key: str
    source: str = "product"
    call_id: int | None = None
    attempt_id: int | None = None
    user_id: int | None = None
    leg_status: LegStatus | None = None
    seq: int = 0
    carrier_sid: str | None = None
    token: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] | None = None


def append(session: Session, fact: Fact) -> bool:
    """Append an event; False if it stood there already."""
    values = {name: getattr(fact, name) for name in Fact.__dataclass_fields__}
    values["data"] = dict(fact.data)
    done = session.execute(
        insert_into(session, CallEvent)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def lock_call(session: Session, call_id: int) -> Call:
    """The call, held until the transaction ends: two webhooks at once must see each other."""
    return session.execute(
        sa.select(Call)
        .where(Call.id == call_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def load_events(session: Session, call_id: int) -> list[Event]:
    """All events of a call, as `fold` reads them.

    Legs are known by their SIDs here and not when an event is stored, for a room may tell of a
    leg before its receipt is written.
    """
    legs = session.execute(
        sa.select(Attempt.id, Attempt.role, Attempt.carrier_sid).where(Attempt.call_id == call_id)
    ).all()
    roles = {leg.id: leg.role for leg in legs}
    by_sid = {leg.carrier_sid: leg.id for leg in legs if leg.carrier_sid}
    rows = session.execute(sa.select(CallEvent.__table__).where(CallEvent.call_id == call_id))
    return [read_event(row, roles, by_sid) for row in rows]


def read_event(row: Any, roles: Mapping[int, LegRole], by_sid: Mapping[str, int]) -> Event:
    """One row as the domain sees it."""
    attempt_id = row.attempt_id or by_sid.get(row.carrier_sid)
    data = dict(row.data)
    if "ended_by_sid" in data:
        data["attempt_id"] = by_sid.get(data["ended_by_sid"])
    return Event(
        kind=row.kind,
        at=row.at,
        source=row.source,
        attempt_id=attempt_id,
        role=roles[attempt_id] if attempt_id else None,
        leg_status=row.leg_status,
        seq=row.seq,
        data=data,
    )


def project(session: Session, call: Call) -> CallView:
    """Fold a locked call's events and write the projection."""
    view = fold(load_events(session, call.id), call.mode)
    for name in PROJECTED:
        setattr(call, name, getattr(view, name))
    for leg in view.legs:
        write_leg(session, call.id, leg)
    session.flush()
    return view


def write_leg(session: Session, call_id: int, leg: Leg) -> None:
    """Write one leg's row."""
    row = session.get(CallLeg, leg.attempt_id)
    if row is None:
        row = CallLeg(id=leg.attempt_id, call_id=call_id)
        session.add(row)
    for name in LEG_FIELDS:
        setattr(row, name, getattr(leg, name))


def note_fact(session: Session, call: Call, fact: Fact) -> CallView | None:
    """Append an event to a locked call and project it; None if nothing was new."""
    return project(session, call) if append(session, fact) else None
