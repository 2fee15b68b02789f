"""Erasing a telephone number, and the people whom nobody reaches without it.

What must go on counting stays under other names: the number's keyed hash, by which a do-not-call
entry still holds and caps still count, and its calls and verdicts without what could be rung or
read out.
"""

import json
import re
from typing import Any

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.attempt import FINAL
from dialer.domain.words import TaskState
from dialer.models import (
    Account,
    Attempt,
    AuditEntry,
    Call,
    CallEvent,
    CallTask,
    Contact,
    ContactNumber,
    EmailAddress,
    IdempotencyKey,
    ImportRow,
    Letter,
    PhoneNumber,
)
from dialer.models.numbers import hash_number
from dialer.runtime import Runtime
from dialer.selling.errors import NotFound

GONE = "–"
MARKS = r"[\s().\-/]*"


class StillCalling(Exception):
    """A call to the number is going on, or nobody knows yet whether one is."""


def erase_number(rt: Runtime, e164: str) -> None:
    """Let no table return the number any more. Raises NotFound or StillCalling.

    Older backups still have it: whoever restores one erases again.
    """
    with rt.sessions.write() as session:
        number = find_number(session, e164)
        refuse_open_calls(session, number.id)
        spelled = spellings_of(e164)
        empty_calls(session, number.id, e164, spelled)
        empty_people(session, number.id)
        empty_files(session, spelled)
        empty_answers(session, spelled)
        number.e164 = None
        session.add(
            AuditEntry(
                at=rt.now(), actor_id=None, action="number.erase", subject_kind="number",
                subject_id=number.id,
            )
        )  # fmt: skip


def find_number(session: Session, e164: str) -> PhoneNumber:
    """The number's row, locked; also one that was erased before. Raises NotFound."""
    hashed = hash_number(session, e164)
    query = sa.select(PhoneNumber).where(PhoneNumber.number_hash == hashed).with_for_update()
    number = session.scalar(query)
    if number is None:
        raise NotFound("number")
    return number


def refuse_open_calls(session: Session, number_id: int) -> None:
    """What is at the carrier needs its number until it is over. Raises StillCalling."""
    attempt = sa.exists().where(Attempt.number_id == number_id, Attempt.state.not_in(FINAL))
    call = sa.exists().where(Call.number_id == number_id, Call.ended_at.is_(None))
    if session.scalar(sa.select(sa.or_(attempt, call))):
        raise StillCalling


def spellings_of(e164: str) -> re.Pattern[str]:
    """The number in any spelling, with or without the country's code."""
    parsed = phonenumbers.parse(e164)
    code = MARKS.join(str(parsed.country_code))
    national = MARKS.join(phonenumbers.national_significant_number(parsed))
    return re.compile(rf"(?:(?:\+|00)?{MARKS}{code}{MARKS})?0?{MARKS}{national}(?!\d)")


def empty_calls(session: Session, number_id: int, e164: str, spelled: re.Pattern[str]) -> None:
    """Calls keep their story; what is planned is taken back."""
    calls = session.scalars(sa.select(Call).where(Call.number_id == number_id)).all()
    for call in calls:
        call.note = spelled.sub(GONE, call.note)
        call.brief_point = spelled.sub(GONE, call.brief_point)
    for task in session.scalars(sa.select(CallTask).where(CallTask.number_id == number_id)):
        task.note = spelled.sub(GONE, task.note)
        if task.state is TaskState.WAITING:
            task.state = TaskState.CANCELLED
    orphans = sa.and_(
        CallEvent.call_id.is_(None), sa.cast(CallEvent.params, sa.Text).contains(e164)
    )
    session.execute(
        sa.update(CallEvent)
        .where(sa.or_(CallEvent.call_id.in_([call.id for call in calls]), orphans))
        .values(params=sa.null())
    )


def empty_people(session: Session, number_id: int) -> None:
    """People lose the number, and their names where it was the only one."""
    mine = sa.select(ContactNumber.contact_id).where(ContactNumber.number_id == number_id)
    another = sa.exists().where(
        ContactNumber.contact_id == Contact.id, ContactNumber.number_id != number_id
    )
    alone = session.scalars(sa.select(Contact).where(Contact.id.in_(mine), ~another)).all()
    session.execute(sa.delete(ContactNumber).where(ContactNumber.number_id == number_id))
    ids = [contact.id for contact in alone]
    session.execute(sa.delete(EmailAddress).where(EmailAddress.contact_id.in_(ids)))
    session.execute(
        sa.update(Letter)
        .where(Letter.contact_id.in_(ids))
        .values(address="", subject="", body="", message_id="")
    )
    for contact in alone:
        session.execute(
            sa.update(Account)
            .where(Account.id == contact.account_id, Account.name == contact.name)
            .values(name=GONE)
        )
        contact.name, contact.consent = GONE, None


def empty_files(session: Session, spelled: re.Pattern[str]) -> None:
    """Rows of imports that waited for a person, with the number in any of their cells."""
    rows = session.scalars(sa.select(ImportRow).execution_options(yield_per=1_000))
    for row in rows:
        if spelled.search("\n".join([*row.cells, json.dumps(row.faults, ensure_ascii=False)])):
            session.delete(row)


def empty_answers(session: Session, spelled: re.Pattern[str]) -> None:
    """Answers that are kept for a program that asks again."""
    for row in session.scalars(sa.select(IdempotencyKey).execution_options(yield_per=1_000)):
        emptied = emptied_of(row.body, spelled)
        if emptied != row.body:
            row.body = emptied


def emptied_of(told: Any, spelled: re.Pattern[str]) -> Any:
    """JSON without the number in any of its texts."""
    if isinstance(told, dict):
        return {name: emptied_of(value, spelled) for name, value in told.items()}
    if isinstance(told, list):
        return [emptied_of(value, spelled) for value in told]
    return spelled.sub(GONE, told) if isinstance(told, str) else told
