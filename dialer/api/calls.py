"""Calls: click to dial, the log, and verbs on a live or just-ended call."""

from sqlalchemy.orm import Session

from dialer.api.call_shapes import (
    CallIn,
    CallOut,
    CallQuery,
    CallsOut,
    DispositionIn,
    EventsOut,
    HoldIn,
    NextStepIn,
    call_out,
    event_out,
)
from dialer.api.problems import Problem
from dialer.api.route import Asked, Route
from dialer.api.shapes import PageQuery
from dialer.api.verdicts import refusal
from dialer.calling.click import Click, click_to_dial
from dialer.calling.control import hang_up, hold_call
from dialer.calling.errors import Refused
from dialer.calling.wrap_up import WrapUp, wrap_up
from dialer.domain.cadence import NextStep
from dialer.domain.words import EndedBy
from dialer.models import Call, User
from dialer.models.logbook import CallFilter, find_call, list_events, load_attempts, search_calls
from dialer.models.visibility import may_control_call
from dialer.people.tempo import check_tempo
from dialer.selling.contacts import find_contact


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
    check_tempo(asked.rt, asked.who.user.id)
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


def list_call_events(asked: Asked, call_id: int) -> EventsOut:
    """The event log of one call, oldest first."""
    with asked.rt.sessions.read() as session:
        call = visible_call(session, asked.who.user, call_id)
        attempts = load_attempts(session, [call])
        limit = asked.query.limit
        found = list_events(session, call_id, after=asked.query.cursor or 0, limit=limit + 1)
    events = [event_out(event, attempts) for event in found[:limit]]
    return EventsOut(events=events, next_cursor=events[-1].id if len(found) > limit else None)


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
          answer=CallOut, status=201, problems=(404, 409, 429), takes_key=True),
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
