"""Writing down calls that a lost database had placed: a backup knows nothing of its last hours.

Each gets a call and an attempt of its own, walked through the table step by step, so that caps
count it, its outcome stands in the log, and the task that it fulfilled is not dialled again.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.reconcile import poll_of
from dialer.calling.told import record_on
from dialer.carrier.port import CarrierCall
from dialer.domain.attempt import INTEND
from dialer.domain.words import AttemptState, LegRole, Mode, Purpose, TaskState
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Contact, ContactNumber, PhoneNumber
from dialer.models.events import Fact, append
from dialer.models.numbers import ensure_number
from dialer.models.people import User
from dialer.models.transitions import By, claim_number, plan, take
from dialer.runtime import Runtime

ACTOR = "recovery"
# What such a call was about if no task tells: the subject of most calls, so that its caps hold.
LIKELY = Purpose.FOLLOW_UP


def recover_call(rt: Runtime, session: Session, found: CarrierCall) -> bool:
    """Write the call of a customer's number; calls to our own people need no record."""
    is_our_own = session.scalar(sa.select(User.id).where(User.phone == found.to))
    if is_our_own is not None or not found.to.startswith("+"):
        return False
    number = ensure_number(session, found.to, rt.now())
    at = found.created_at or rt.now()
    task = find_task(session, number, at)
    call = write_call(rt, session, number, task, at)
    attempt = write_attempt(rt, session, call, task, found, at)
    if attempt is None:
        return False
    record_on(rt, session, attempt, poll_of(rt, found))
    return True


def find_task(session: Session, number: PhoneNumber, at: datetime) -> CallTask | None:
    """The task that was due for this number when the call was placed."""
    return session.scalar(
        sa.select(CallTask)
        .where(
            CallTask.number_id == number.id,
            CallTask.state == TaskState.WAITING,
            CallTask.mode == Mode.MACHINE,
            CallTask.ready_at <= at,
        )
        .order_by(CallTask.ready_at)
        .limit(1)
    )


def write_call(
    rt: Runtime, session: Session, number: PhoneNumber, task: CallTask | None, at: datetime
) -> Call:
    """The call's row; nobody knows whose it was, so it is the machine's."""
    contact = find_contact(session, number, task)
    call = Call(
        room=f"call-{rt.token()}",
        purpose=task.purpose if task else LIKELY,
        mode=Mode.MACHINE,
        account_id=contact.account_id if contact else None,
        contact_id=contact.id if contact else None,
        number_id=number.id,
        task_id=task.id if task else None,
        created_at=at,
    )
    session.add(call)
    session.flush()
    append(
        session,
        Fact(kind="recovered", at=at, received_at=rt.now(), call_id=call.id,
             dedupe_key=f"recovered:{call.id}"),
    )  # fmt: skip
    if task is not None:
        task.state = TaskState.DIALING
    return call


def find_contact(session: Session, number: PhoneNumber, task: CallTask | None) -> Contact | None:
    """The task's contact, else the first whose number it is."""
    if task is not None and task.contact_id is not None:
        return session.get(Contact, task.contact_id)
    return session.scalar(
        sa.select(Contact)
        .join(ContactNumber, ContactNumber.contact_id == Contact.id)
        .where(ContactNumber.number_id == number.id)
        .order_by(Contact.id)
        .limit(1)
    )


def write_attempt(
    rt: Runtime,
    session: Session,
    call: Call,
    task: CallTask | None,
    found: CarrierCall,
    at: datetime,
) -> Attempt | None:
    """The attempt, as far as the request that must have left; None if the number is in use."""
    by = By(actor=ACTOR, at=rt.now(), reason="found at the carrier")
    attempt = Attempt(
        call_id=call.id,
        occurrence=f"task:{task.id}:recovered" if task else f"recovered:{found.carrier_sid}",
        role=LegRole.CUSTOMER,
        state=AttemptState.PLANNED,
        token=rt.token(),
        number_id=call.number_id,
        from_number=found.from_number,
        created_at=at,
        not_before_at=at,
    )
    plan(session, attempt, by)
    if not claim_number(session, attempt, by, lease_until_at=by.at):
        return None
    take(session, attempt, INTEND, by, intent_at=at, sends=1)
    return attempt
