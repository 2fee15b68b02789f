"""What goes in and out about calls, and a call as a viewer may read it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from dialer.api.shapes import (
    Body,
    Id,
    Instant,
    Money,
    NumberText,
    Out,
    PageQuery,
    Point,
    QueryId,
    Stage,
    Text,
    WallTime,
    Zone,
)
from dialer.domain.phone import mask
from dialer.domain.words import (
    CallStatus,
    Disposition,
    EndedBy,
    LegRole,
    LegStatus,
    Mode,
    Outcome,
    Purpose,
)
from dialer.models import Attempt, Call, CallEvent, CallLeg, User
from dialer.models.logbook import shown_number
from dialer.models.visibility import may_control_call

ONE_TARGET: dict[str, Any] = {"oneOf": [{"required": ["contact_id"]}, {"required": ["to"]}]}


class BriefIn(Body):
    """Written before the call: the one point to get across, and the stage to reach."""

    point: Point
    target_stage: Stage


class BriefOut(Out):
    """What was written before the call."""

    point: str
    target_stage: int | None


class CallIn(Body):
    """A click: whom to call, why, and what for."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=ONE_TARGET)

    contact_id: Id | None = None
    to: NumberText | None = None
    purpose: Purpose
    brief: BriefIn

    @model_validator(mode="after")
    def has_one_target(self) -> "CallIn":
        """A contact, or a number that is nobody's in the records."""
        if (self.contact_id is None) == (self.to is None):
            raise ValueError("exactly one of contact_id and to must be given")
        return self


class LegOut(Out):
    """One leg of a call. The number is masked where the reader does not own the account."""

    role: LegRole
    number: str | None
    carrier_sid: str | None
    status: LegStatus
    ring_seconds: int
    talk_seconds: int
    hold_seconds: int


class CallOut(Out):
    """A call as its log tells it; `ended_at` is null while it lives."""

    id: int
    status: CallStatus
    purpose: Purpose
    mode: Mode
    rep: str | None
    account_id: int | None
    contact_id: int | None
    task_id: int | None
    brief: BriefOut
    created_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    ended_by: EndedBy | None
    outcome: Outcome | None
    disposition: Disposition | None
    note: str
    cost: Money | None
    recording_id: str | None
    legs: list[LegOut]


class CallQuery(PageQuery):
    """What to look for. `text` is part of a name or of a number; `until` is exclusive."""

    rep_id: QueryId | None = None
    team_id: QueryId | None = None
    account_id: QueryId | None = None
    contact_id: QueryId | None = None
    purpose: Purpose | None = None
    status: CallStatus | None = None
    outcome: Outcome | None = None
    disposition: Disposition | None = None
    text: Text = ""
    since: Instant | None = None
    until: Instant | None = None


class CallsOut(Out):
    """One page, newest first."""

    calls: list[CallOut]
    next_cursor: int | None


class EventOut(Out):
    """One fact of a call's log; `at` is when it happened, `received_at` when we knew."""

    id: int
    kind: str
    source: str
    at: datetime
    received_at: datetime
    leg: LegRole | None
    leg_status: LegStatus | None
    carrier_sid: str | None
    user_id: int | None
    data: dict[str, Any]


class EventsOut(Out):
    """One page, oldest first."""

    events: list[EventOut]
    next_cursor: int | None


class NextStepIn(Body):
    """The call to be planned next: a wall time in a zone."""

    purpose: Purpose
    due_local: WallTime
    zone: Zone
    mode: Mode = Mode.REP
    note: Text = ""


class DispositionIn(Body):
    """What came of the call, in the rep's words."""

    disposition: Disposition
    note: Text = ""
    reached_stage: Stage | None = None
    next_step: NextStepIn | None = None


class HoldIn(Body):
    """Whether the customer is to wait, or talk on."""

    on: bool = Field(strict=True)


def call_out(viewer: User, call: Call, attempts: Mapping[int, Attempt]) -> CallOut:
    """A call as this viewer may read it."""
    return CallOut(
        id=call.id,
        status=call.status,
        purpose=call.purpose,
        mode=call.mode,
        rep=call.rep.name if call.rep else None,
        account_id=call.account_id,
        contact_id=call.contact_id,
        task_id=call.task_id,
        brief=BriefOut(point=call.brief_point, target_stage=call.brief_target_stage),
        created_at=call.created_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        ended_by=call.ended_by,
        outcome=call.outcome,
        disposition=call.disposition,
        note=call.note,
        cost=cost_of(call),
        recording_id=call.recording_sid,
        legs=[leg_out(viewer, call, leg, attempts.get(leg.id)) for leg in call.legs],
    )


def cost_of(call: Call) -> Money | None:
    """What the carrier billed, once it did."""
    if call.cost_minor is None or call.cost_currency is None:
        return None
    return Money(amount_minor=call.cost_minor, currency=call.cost_currency)


def leg_out(viewer: User, call: Call, leg: CallLeg, attempt: Attempt | None) -> LegOut:
    """A leg as this viewer may read it."""
    return LegOut(
        role=leg.role,
        number=leg_number(viewer, call, leg, attempt),
        carrier_sid=attempt.carrier_sid if attempt else None,
        status=leg.status,
        ring_seconds=leg.ring_seconds,
        talk_seconds=leg.talk_seconds,
        hold_seconds=leg.hold_seconds,
    )


def leg_number(viewer: User, call: Call, leg: CallLeg, attempt: Attempt | None) -> str | None:
    """The customer's number, or our own person's telephone, which only they and bosses read."""
    if leg.role is LegRole.CUSTOMER:
        return shown_number(viewer, call) or None
    if attempt is None or attempt.address is None:
        return None
    own = viewer.id == call.rep_id and leg.role is LegRole.REP
    return attempt.address if own or may_control_call(viewer, call) else mask(attempt.address)


def event_out(event: CallEvent, attempts: Mapping[int, Attempt]) -> EventOut:
    """One event, without the carrier's raw parameters."""
    attempt = attempts.get(event.attempt_id or 0)
    return EventOut(
        id=event.id,
        kind=event.kind,
        source=event.source,
        at=event.at,
        received_at=event.received_at,
        leg=attempt.role if attempt else None,
        leg_status=event.leg_status,
        carrier_sid=event.carrier_sid,
        user_id=event.user_id,
        data=event.data,
    )
