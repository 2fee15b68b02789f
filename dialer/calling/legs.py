"""Planning a call's legs: an attempt of its own for each, with its own token."""

from datetime import datetime

from sqlalchemy.orm import Session

from dialer.domain.words import LegRole
from dialer.models.attempts import Attempt
from dialer.models.browser_phones import address_of
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Contact, PhoneNumber
from dialer.models.people import User
from dialer.models.transitions import By, plan
from dialer.runtime import Runtime


def plan_customer_leg(
    rt: Runtime, session: Session, call: Call, occurrence: str, by: By
) -> Attempt:
    """The leg that rings the customer."""
    attempt = Attempt(
        call_id=call.id,
        occurrence=occurrence,
        role=LegRole.CUSTOMER,
        token=rt.token(),
        number_id=call.number_id,
        from_number=choose_caller_id(rt, session, call),
        created_at=by.at,
        not_before_at=by.at,
        not_after_at=deadline(session, call),
    )
    return plan(session, attempt, by)


def deadline(session: Session, call: Call) -> datetime | None:
    """After which the task that the call is for has come too late."""
    task = session.get(CallTask, call.task_id) if call.task_id else None
    return task.not_after_at if task else None


def plan_rep_leg(
    rt: Runtime, session: Session, call: Call, rep: User, occurrence: str, by: By
) -> Attempt:
    """The leg that rings the rep's phone: a browser or a telephone."""
    return plan_helping_leg(
        rt,
        session,
        call,
        address_of(session, rep, by.at),
        LegRole.REP,
        f"{occurrence}:rep",
        by,
    )


def plan_helping_leg(
    rt: Runtime,
    session: Session,
    call: Call,
    address: str | None,
    role: LegRole,
    occurrence: str,
    by: By,
) -> Attempt:
    """A leg that rings one of our own people, or whoever takes over from them."""
    attempt = Attempt(
        call_id=call.id,
        occurrence=occurrence,
        role=role,
        token=rt.token(),
        address=address,
        from_number=choose_caller_id(rt, session, call),
        created_at=by.at,
        not_before_at=by.at,
    )
    return plan(session, attempt, by)


def choose_caller_id(rt: Runtime, session: Session, call: Call) -> str:
    """Our number that the customer sees: of the called country if we have one, then constant."""
    owned = rt.settings.caller_ids
    contact = session.get(Contact, call.contact_id) if call.contact_id else None
    if contact is not None and contact.from_number in owned:
        return str(contact.from_number)
    number = session.get_one(PhoneNumber, call.number_id)
    chosen = max(owned, key=lambda own: shared_prefix(own, number.e164 or ""))
    if contact is not None:
        contact.from_number = chosen
    return chosen


def shared_prefix(one: str, other: str) -> int:
    """How many leading characters two numbers share, up to the country and area codes."""
    count = 0
    for a, b in zip(one[:5], other[:5], strict=False):
        if a != b:
            break
        count += 1
    return count
