"""Click to dial: both attempts are committed before the rep's telephone rings."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.calling.errors import (
    BriefMissing,
    NoPhone,
    NotYours,
    NumberBusy,
    OnHold,
    Refused,
    RepBusy,
)
from dialer.calling.gate import decide
from dialer.calling.legs import plan_customer_leg, plan_rep_leg
from dialer.calling.pause import end_pause
from dialer.calling.place import place_leg
from dialer.domain.phone import normalise
from dialer.domain.verdict import Allowed, Verdict
from dialer.domain.words import AttemptState, LegRole, Mode, Purpose
from dialer.models.attempts import Attempt
from dialer.models.browser_phones import address_of
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Contact, ContactNumber, PhoneNumber
from dialer.models.events import Fact, append
from dialer.models.numbers import ensure_number
from dialer.models.people import User
from dialer.models.switches import is_stopped
from dialer.models.transitions import By
from dialer.models.verdicts import Asked
from dialer.models.visibility import may_dial_contact
from dialer.runtime import Runtime

BUSY_STATES = (
    AttemptState.CLAIMED,
    AttemptState.DIALING,
    AttemptState.UNKNOWN,
    AttemptState.LIVE,
)


@dataclass(frozen=True, kw_only=True)
class Click:
    """A rep's wish to call: a contact (and which of its numbers), or a raw number.

    `occurrence` names the wish itself: the same one, clicked or sent twice, is one call.
    """

    rep_id: int
    purpose: Purpose
    point: str
    target_stage: int | None = None
    contact_id: int | None = None
    number_id: int | None = None
    to: str | None = None
    task_id: int | None = None
    occurrence: str | None = None


@dataclass(frozen=True, kw_only=True)
class Target:
    """Whom a click reaches."""

    number: PhoneNumber
    contact: Contact | None


def click_to_dial(rt: Runtime, click: Click) -> int:
    """Place a rep's call and return its id; the same occurrence returns the same id.

    Raises the refusals of `calling.errors`; a refusal of the gate is stored.
    """
    if not click.point.strip():
        raise BriefMissing("point")
    occurrence = click.occurrence or f"click:{rt.token()}"
    try:
        with rt.sessions.write() as session:
            known = find_occurrence(session, occurrence)
            if known is not None:
                return known
            planned = plan_call(rt, session, click, occurrence)
    except IntegrityError:
        # Two clicks at once: the unique indexes let one through; the other finds it.
        return find_winner(rt, click, occurrence)
    if not isinstance(planned, Planned):
        raise Refused(planned)
    place_leg(rt, planned.rep_attempt_id, actor="web")
    return planned.call_id


@dataclass(frozen=True)
class Planned:
    """A call that is committed but not yet placed."""

    call_id: int
    rep_attempt_id: int


def find_occurrence(session: Session, occurrence: str) -> int | None:
    """The call of an occurrence that was clicked before."""
    return session.execute(
        sa.select(Attempt.call_id).where(
            Attempt.occurrence == occurrence, Attempt.role == LegRole.CUSTOMER
        )
    ).scalar()


def find_winner(rt: Runtime, click: Click, occurrence: str) -> int:
    """The call that was quicker: the same click's, else the rep's other one."""
    with rt.sessions.read() as session:
        call_id = find_occurrence(session, occurrence)
        if call_id is not None:
            return call_id
        raise RepBusy(live_call_of(session, click.rep_id) or 0)


def live_call_of(session: Session, rep_id: int) -> int | None:
    """The rep's live call."""
    return session.execute(
        sa.select(Call.id).where(Call.rep_id == rep_id, Call.ended_at.is_(None))
    ).scalar()


def plan_call(rt: Runtime, session: Session, click: Click, occurrence: str) -> Planned | Verdict:
    """Write the call and both attempts, or the refusal, in the caller's transaction."""
    rep = session.get_one(User, click.rep_id)
    target = find_target(rt, session, click, rep)
    check_floor(rt, session, rep, target.number)
    asked = Asked(
        number_id=target.number.id,
        purpose=click.purpose,
        mode=Mode.REP,
        asked_by_id=rep.id,
        task_id=click.task_id,
    )
    verdict = decide(rt, session, asked, target.contact.id if target.contact else None)
    if not isinstance(verdict, Allowed):
        return verdict
    end_pause(session, rep, rt.now())
    call = write_call(rt, session, click, rep, target)
    rep_attempt = plan_legs(rt, session, call, rep, occurrence)
    return Planned(call.id, rep_attempt.id)


def check_floor(rt: Runtime, session: Session, rep: User, number: PhoneNumber) -> None:
    """Refuse what would ring nobody or somebody twice."""
    if address_of(session, rep, rt.now()) is None:
        raise NoPhone
    if is_stopped(session):
        raise OnHold
    live = live_call_of(session, rep.id)
    if live is not None:
        raise RepBusy(live)
    if number_is_busy(session, number.id):
        raise NumberBusy


def number_is_busy(session: Session, number_id: int) -> bool:
    """Whether somebody is calling this number, or is just about to."""
    return session.execute(
        sa.select(
            sa.exists().where(
                Attempt.number_id == number_id,
                Attempt.role == LegRole.CUSTOMER,
                Attempt.state.in_((AttemptState.PLANNED, *BUSY_STATES)),
                Attempt.call_id == Call.id,
                Call.ended_at.is_(None),
            )
        )
    ).scalar_one()


def find_target(rt: Runtime, session: Session, click: Click, rep: User) -> Target:
    """Whom to call; NotYours where the rep may not."""
    if click.contact_id is None:
        e164 = normalise(click.to or "", rt.settings.default_region)
        return Target(number=ensure_number(session, e164, rt.now()), contact=None)
    contact = session.get(Contact, click.contact_id)
    if contact is None or not may_dial_contact(rep, contact):
        raise NotYours
    wanted = (
        sa.select(PhoneNumber).join(ContactNumber).where(ContactNumber.contact_id == contact.id)
    )
    if click.number_id is not None:
        wanted = wanted.where(PhoneNumber.id == click.number_id)
    number = session.execute(wanted.order_by(ContactNumber.position).limit(1)).scalar()
    if number is None:
        raise NotYours
    return Target(number=number, contact=contact)


def write_call(rt: Runtime, session: Session, click: Click, rep: User, target: Target) -> Call:
    """The call's row and its first event."""
    now = rt.now()
    call = Call(
        room=f"call-{rt.token()}",
        purpose=click.purpose,
        mode=Mode.REP,
        rep_id=rep.id,
        team_id=rep.team_id,
        account_id=target.contact.account_id if target.contact else None,
        contact_id=target.contact.id if target.contact else None,
        number_id=target.number.id,
        task_id=task_of(session, click, rep),
        brief_point=click.point.strip(),
        brief_target_stage=click.target_stage,
        created_at=now,
    )
    session.add(call)
    session.flush()
    append(
        session,
        Fact(kind="clicked", at=now, received_at=now, call_id=call.id, user_id=rep.id,
             dedupe_key=f"clicked:{call.id}"),
    )  # fmt: skip
    return call


def task_of(session: Session, click: Click, rep: User) -> int | None:
    """The rep's task that this call fulfils."""
    if click.task_id is None:
        return None
    task = session.get(CallTask, click.task_id)
    if task is None or task.owner_id != rep.id or task.contact_id != click.contact_id:
        raise NotYours
    return task.id


def plan_legs(rt: Runtime, session: Session, call: Call, rep: User, occurrence: str) -> Attempt:
    """Both attempts, PLANNED; the customer's waits until the rep is in the room."""
    by = By(actor="web", at=rt.now(), reason="clicked")
    plan_customer_leg(rt, session, call, occurrence, by)
    return plan_rep_leg(rt, session, call, rep, occurrence, by)
