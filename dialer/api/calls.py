"""Calls: click to dial, the log, and verbs on a live or just-ended call."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from dialer.api.problems import Problem
from dialer.api.route import Asked, Route
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
from dialer.api.verdicts import refusal
from dialer.calling.click import Click, click_to_dial
from dialer.calling.control import hang_up, hold_call
from dialer.calling.errors import Refused
from dialer.calling.wrap_up import WrapUp, wrap_up
from dialer.domain.cadence import NextStep
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
from dialer.models.logbook import (
    CallFilter,
    find_call,
    list_events,
    load_attempts,
    search_calls,
    shown_number,
)
from dialer.models.visibility import may_control_call
from dialer.selling.contacts import find_contact

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


def place_call(asked: Asked) -> CallOut:
    """Click to dial: rings the token's user, then the customer.

    What the gate, a busy rep or number, or a floor on hold refuses is a 409; what the carrier
    refuses shows in the call.
    """
    if asked.body.to is not None and not asked.who.may_dial_any:
        raise Problem(403, "dial_any", "A raw number needs the scope all and the role to dial it.")
    if asked.body.contact_id is not None:
        with asked.rt.sessions.read() as session:
            find_contact(session, asked.who.user, asked.body.contact_id)
    try:
        call_id = click_to_dial(asked.rt, click_of(asked))
    except Refused as refused:
        raise refusal(refused.verdict, asked.who.user.language) from None
    return show_call(asked, call_id)


def click_of(asked: Asked) -> Click:
    """The request as the verb wants it."""
    return Click(
        rep_id=asked.who.user.id,
        purpose=asked.body.purpose,
        point=asked.body.brief.point,
        target_stage=asked.body.brief.target_stage,
        contact_id=asked.body.contact_id,
        to=asked.body.to,
        occurrence=asked.occurrence,
    )


def list_calls(asked: Asked) -> CallsOut:
    """The log of calls, newest first."""
    wanted = CallFilter(**asked.query.model_dump(exclude={"cursor", "limit"}))
    with asked.rt.sessions.read() as session:
        page = search_calls(
            session,
            asked.who.user,
            wanted,
            cursor=asked.query.cursor,
            limit=asked.query.limit,
        )
        attempts = load_attempts(session, page.calls)
        calls = [call_out(asked.who.user, call, attempts) for call in page.calls]
    return CallsOut(calls=calls, next_cursor=page.next_cursor)


def show_call(asked: Asked, call_id: int) -> CallOut:
    """One call."""
    with asked.rt.sessions.read() as session:
        call = visible_call(session, asked.who.user, call_id)
        return call_out(asked.who.user, call, load_attempts(session, [call]))


def visible_call(session: Session, viewer: User, call_id: int) -> Call:
    """A call that the viewer may see. Raises Problem."""
    call = find_call(session, viewer, call_id)
    if call is None:
        raise Problem(404, "not_found", "There is no such call.")
    return call


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


def list_call_events(asked: Asked, call_id: int) -> EventsOut:
    """The event log of one call, oldest first."""
    with asked.rt.sessions.read() as session:
        call = visible_call(session, asked.who.user, call_id)
        attempts = load_attempts(session, [call])
        limit = asked.query.limit
        found = list_events(session, call_id, after=asked.query.cursor or 0, limit=limit + 1)
    events = [event_out(event, attempts) for event in found[:limit]]
    return EventsOut(events=events, next_cursor=events[-1].id if len(found) > limit else None)


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


def check_control(asked: Asked, call_id: int) -> Call:
    """The call, if the user may act on it. Raises Problem."""
    with asked.rt.sessions.read() as session:
        call = visible_call(session, asked.who.user, call_id)
    if not may_control_call(asked.who.user, call):
        raise Problem(403, "not_yours", "It is somebody else's call.")
    return call


def dispose_call(asked: Asked, call_id: int) -> CallOut:
    """Say what came of an ended call, and plan the next step; saying it again corrects it."""
    check_control(asked, call_id)
    said = asked.body
    wrap_up(
        asked.rt,
        call_id,
        WrapUp(
            user_id=asked.who.user.id,
            disposition=said.disposition,
            note=said.note,
            reached_stage=said.reached_stage,
            next_step=next_step_of(said.next_step),
        ),
    )
    return show_call(asked, call_id)


def next_step_of(said: NextStepIn | None) -> NextStep | None:
    """The next step as the verb wants it."""
    return NextStep(**said.model_dump()) if said else None


def hang_up_call(asked: Asked, call_id: int) -> CallOut:
    """End the call on all its legs."""
    call = check_control(asked, call_id)
    mine = call.rep_id == asked.who.user.id
    by = EndedBy.REP if mine else EndedBy.SUPERVISOR
    hang_up(asked.rt, call_id, by, asked.who.user.id)
    return show_call(asked, call_id)


def hold_customer(asked: Asked, call_id: int) -> CallOut:
    """Let the customer wait, or talk on."""
    check_control(asked, call_id)
    hold_call(asked.rt, call_id, asked.body.on, asked.who.user.id)
    return show_call(asked, call_id)


ONE = "/calls/<int:call_id>"

ROUTES = (
    Route(method="POST", path="/calls", view=place_call, scope="calls", body=CallIn,
          answer=CallOut, status=201, problems=(404, 409), takes_key=True),
    Route(method="GET", path="/calls", view=list_calls, scope="calls", query=CallQuery,
          answer=CallsOut),
    Route(method="GET", path=ONE, view=show_call, scope="calls", answer=CallOut),
    Route(method="GET", path=f"{ONE}/events", view=list_call_events, scope="calls",
          query=PageQuery, answer=EventsOut),
    Route(method="POST", path=f"{ONE}/disposition", view=dispose_call, scope="calls",
          body=DispositionIn, answer=CallOut, problems=(409,)),
    Route(method="POST", path=f"{ONE}/hangup", view=hang_up_call, scope="calls",
          answer=CallOut, problems=(409, 502)),
    Route(method="POST", path=f"{ONE}/hold", view=hold_customer, scope="calls", body=HoldIn,
          answer=CallOut, problems=(409, 502)),
)  # fmt: skip
