"""The gate's facts for many contacts at once: a few queries, however many there are."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.facts import Facts, PastCall
from dialer.domain.words import Mode, Purpose
from dialer.models.calls import Call
from dialer.models.customers import Contact, PhoneNumber
from dialer.models.desk import suppressed_numbers
from dialer.models.facts import (
    Planned,
    reached,
    read_consent,
    region_of,
    select_past,
    shared,
    stored_description,
)

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked about each contact: may a rep call for this purpose?"""

    purpose: Purpose
    own_numbers: frozenset[str]
    now: datetime


def load_many_facts(
    session: Session, contacts: Sequence[Contact], question: Question
) -> dict[int, Facts]:
    """The facts by contact, about the first number that is not suppressed, or the first of all.

    Contacts without a number are left out. Numbers and accounts should be loaded already.
    """
    found: dict[int, Facts] = {}
    for start in range(0, len(contacts), BATCH):
        batch = [contact for contact in contacts[start : start + BATCH] if contact.numbers]
        blocked = suppressed_numbers(session, [n.id for c in batch for n in c.numbers])
        chosen = [(contact, choose_number(contact, set(blocked))) for contact in batch]
        past = load_past(session, chosen, question.now)
        for contact, number in chosen:
            history = tuple(calls_with(contact, number, past, question))
            found[contact.id] = facts_of(
                contact, number, question, history, suppressed=number.id in blocked
            )
    return found


def choose_number(contact: Contact, blocked: set[int]) -> PhoneNumber:
    """The number on which a contact is called."""
    free = (number for number in contact.numbers if number.id not in blocked)
    return next(free, contact.numbers[0])


def load_past(
    session: Session, chosen: Sequence[tuple[Contact, PhoneNumber]], now: datetime
) -> dict[str, list[Any]]:
    """Past calls to any of these, under `number:ID` and under `contact:ID`."""
    rows = session.execute(
        select_past(now).where(
            sa.or_(
                Call.number_id.in_([number.id for _, number in chosen]),
                Call.contact_id.in_([contact.id for contact, _ in chosen]),
            )
        )
    )
    past = defaultdict[str, list[Any]](list)
    for row in rows:
        past[f"number:{row.number_id}"].append(row)
        past[f"contact:{row.contact_id}"].append(row)
    return past


def calls_with(
    contact: Contact, number: PhoneNumber, past: dict[str, list[Any]], question: Question
) -> Iterator[PastCall]:
    """The history of one contact: calls to the number, and to the person on other numbers."""
    planned = Planned(
        number_id=number.id, contact_id=contact.id, purpose=question.purpose, mode=Mode.REP,
        own_numbers=question.own_numbers, now=question.now,
    )  # fmt: skip
    same_number = past.get(f"number:{number.id}", [])
    same_person = past.get(f"contact:{contact.id}", [])
    for row in (*same_number, *(row for row in same_person if row.number_id != number.id)):
        yield PastCall(at=row.intent_at, kind=reached(row), shares=shared(row, planned))


def facts_of(
    contact: Contact,
    number: PhoneNumber,
    question: Question,
    history: tuple[PastCall, ...],
    *,
    suppressed: bool,
) -> Facts:
    """The facts about one contact, as `load_facts` gives them."""
    return Facts(
        to=number.e164 or "",
        purpose=question.purpose,
        mode=Mode.REP,
        number=stored_description(number),
        history=history,
        suppressed=suppressed,
        consent=read_consent(contact),
        confirmed_zone=contact.confirmed_zone,
        stated_zone=contact.stated_zone,
        address_region=region_of(contact, contact.account),
        own_numbers=question.own_numbers,
    )
