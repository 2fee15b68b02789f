"""The gate's facts for many calls at once: a few queries, however many there are."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.facts import DncLists, Facts, NotThen, PastCall
from dialer.domain.words import Mode, Purpose
from dialer.models.calls import Call, CallTask
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
from dialer.models.gate_facts import elsewhere_numbers, list_dates, load_wishes

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked about each contact: may a rep call for this purpose?"""

    purpose: Purpose
    own_numbers: frozenset[str]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Target:
    """One planned call. The contact's account should be loaded already."""

    contact: Contact
    number: PhoneNumber
    purpose: Purpose
    mode: Mode = Mode.REP


@dataclass(frozen=True, kw_only=True)
class Known:
    """What was read about a batch: by contact, by number, by both, or about all."""

    blocked: frozenset[int]
    past: dict[str, list[Any]]
    wishes: dict[int, tuple[NotThen, ...]]
    elsewhere: set[tuple[int, int]]
    lists: DncLists


def load_many_facts(
    session: Session, contacts: Sequence[Contact], question: Question
) -> dict[int, Facts]:
    """The facts by contact, about the first number that is not suppressed, or the first of all.

    Contacts without a number are left out. Numbers and accounts should be loaded already.
    """
    reachable = [contact for contact in contacts if contact.numbers]
    numbers = [number.id for contact in reachable for number in contact.numbers]
    blocked = load_blocked(session, numbers)
    targets = [
        Target(contact=one, number=choose_number(one, blocked), purpose=question.purpose)
        for one in reachable
    ]
    facts = load_target_facts(session, targets, question.own_numbers, question.now)
    return {one.contact.id: each for one, each in zip(targets, facts, strict=True)}


def load_target_facts(
    session: Session, targets: Sequence[Target], own_numbers: frozenset[str], now: datetime
) -> list[Facts]:
    """The facts about each call, in order, as `load_facts` gives them."""
    lists = list_dates(session)
    found: list[Facts] = []
    for start in range(0, len(targets), BATCH):
        batch = targets[start : start + BATCH]
        known = look_up(session, batch, lists, now)
        found += [facts_of(target, known, own_numbers, now) for target in batch]
    return found


def look_up(session: Session, batch: Sequence[Target], lists: DncLists, now: datetime) -> Known:
    """Everything about a batch, in a query a kind."""
    contact_ids = [target.contact.id for target in batch]
    return Known(
        blocked=load_blocked(session, [target.number.id for target in batch]),
        past=load_past(session, batch, now),
        wishes=load_wishes(session, contact_ids, now),
        elsewhere=elsewhere_numbers(session, contact_ids),
        lists=lists,
    )


def load_blocked(session: Session, number_ids: Sequence[int]) -> frozenset[int]:
    """Which of these numbers are suppressed."""
    batches = (number_ids[i : i + BATCH] for i in range(0, len(number_ids), BATCH))
    return frozenset(id_ for batch in batches for id_ in suppressed_numbers(session, batch))


def target_of(task: CallTask) -> Target | None:
    """The call that a task plans; None where nobody can be called."""
    number = task_number(task)
    if task.contact is None or number is None:
        return None
    return Target(contact=task.contact, number=number, purpose=task.purpose)


def task_number(task: CallTask) -> PhoneNumber | None:
    """The number that a task means, else the contact's first."""
    numbers = task.contact.numbers if task.contact else []
    meant = (number for number in numbers if number.id == task.number_id)
    return next(meant, None) or next(iter(numbers), None)


def choose_number(contact: Contact, blocked: frozenset[int]) -> PhoneNumber:
    """The number on which a contact is called."""
    free = (number for number in contact.numbers if number.id not in blocked)
    return next(free, contact.numbers[0])


def load_past(session: Session, batch: Sequence[Target], now: datetime) -> dict[str, list[Any]]:
    """Past calls to any of these, under `number:ID` and under `contact:ID`."""
    rows = session.execute(
        select_past(now).where(
            sa.or_(
                Call.number_id.in_([target.number.id for target in batch]),
                Call.contact_id.in_([target.contact.id for target in batch]),
            )
        )
    )
    past = defaultdict[str, list[Any]](list)
    for row in rows:
        past[f"number:{row.number_id}"].append(row)
        past[f"contact:{row.contact_id}"].append(row)
    return past


def calls_with(target: Target, past: dict[str, list[Any]], planned: Planned) -> Iterator[PastCall]:
    """The history of one contact: calls to the number, and to the person on other numbers."""
    same_number = past.get(f"number:{target.number.id}", [])
    same_person = past.get(f"contact:{target.contact.id}", [])
    others = (row for row in same_person if row.number_id != target.number.id)
    for row in (*same_number, *others):
        yield PastCall(at=row.intent_at, kind=reached(row), shares=shared(row, planned))


def facts_of(target: Target, known: Known, own_numbers: frozenset[str], now: datetime) -> Facts:
    """The facts about one call, as `load_facts` gives them."""
    contact, number = target.contact, target.number
    planned = Planned(
        number_id=number.id, contact_id=contact.id, purpose=target.purpose, mode=target.mode,
        own_numbers=own_numbers, now=now,
    )  # fmt: skip
    return Facts(
        to=number.e164 or "",
        purpose=target.purpose,
        mode=target.mode,
        number=stored_description(number),
        history=tuple(calls_with(target, known.past, planned)),
        suppressed=number.id in known.blocked,
        consent=read_consent(contact),
        confirmed_zone=contact.confirmed_zone,
        stated_zone=contact.stated_zone,
        address_region=region_of(contact, contact.account),
        own_numbers=own_numbers,
        person_closed=known.wishes.get(contact.id, ()),
        elsewhere=(contact.id, number.id) in known.elsewhere,
        dnc_lists=known.lists,
    )
