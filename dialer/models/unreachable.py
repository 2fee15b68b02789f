"""Contacts whom the gate can never let be called for a purpose, whatever the hour."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.facts import DncLists, Facts, NotThen
from dialer.domain.gate import verdicts
from dialer.domain.phone import NumberFacts
from dialer.domain.policy import Policy
from dialer.domain.verdict import Never
from dialer.models.customers import Account, Contact, ContactNumber, PhoneNumber
from dialer.models.facts import read_consent
from dialer.models.gate_facts import list_dates, load_wishes
from dialer.models.many_facts import Question
from dialer.models.numbers import zone_data_version
from dialer.models.people import User
from dialer.models.visibility import sees_contact

MOST_SHOWN = 200
MOST_LOOKED_AT = 100_000


@dataclass(frozen=True, kw_only=True)
class Unreachable:
    """A contact and why no minute suits."""

    contact_id: int
    verdict: Never


@dataclass(frozen=True, kw_only=True)
class Found:
    """The first unreachable contacts, how many there are, and how many were looked at."""

    rows: tuple[Unreachable, ...]
    total: int
    looked_at: int


def find_unreachable(session: Session, viewer: User, policy: Policy, question: Question) -> Found:
    """Ask about every contact whom the viewer sees, on the first number, without its history."""
    rows = list(session.execute(select_grounds(viewer)))
    seen = sa.select(Contact.id).where(sees_contact(viewer))
    wishes, lists = load_wishes(session, seen, question.now), list_dates(session)
    facts = (ground_facts(row, question, wishes.get(row.contact_id, ()), lists) for row in rows)
    answers = verdicts(facts, policy, question.now)
    never = [
        Unreachable(contact_id=row.contact_id, verdict=verdict)
        for row, verdict in zip(rows, answers, strict=True)
        if isinstance(verdict, Never)
    ]
    return Found(rows=tuple(never[:MOST_SHOWN]), total=len(never), looked_at=len(rows))


def select_grounds(viewer: User) -> sa.Select[Any]:
    """What decides where a call to each contact would stand."""
    return (
        sa.select(
            Contact.id.label("contact_id"), Contact.confirmed_zone, Contact.stated_zone,
            Contact.consent,
            sa.func.coalesce(Contact.address_region, Account.address_region).label("region_there"),
            PhoneNumber.e164, PhoneNumber.region, PhoneNumber.kind, PhoneNumber.zones,
            PhoneNumber.zone_data,
        )
        .join(ContactNumber, ContactNumber.contact_id == Contact.id)
        .join(PhoneNumber, PhoneNumber.id == ContactNumber.number_id)
        .outerjoin(Account, Account.id == Contact.account_id)
        .where(sees_contact(viewer), ContactNumber.position == 0, PhoneNumber.e164.is_not(None))
        .order_by(Contact.id)
        .limit(MOST_LOOKED_AT)
    )  # fmt: skip


def ground_facts(
    row: Any, question: Question, closed: tuple[NotThen, ...], lists: DncLists
) -> Facts:
    """The facts without history: only what no waiting can change."""
    told = NumberFacts(region=row.region, kind=row.kind, zones=tuple(row.zones))
    return Facts(
        to=row.e164,
        purpose=question.purpose,
        number=told if row.zone_data == zone_data_version() else None,
        consent=read_consent(row),
        confirmed_zone=row.confirmed_zone,
        stated_zone=row.stated_zone,
        address_region=row.region_there or None,
        own_numbers=question.own_numbers,
        person_closed=closed,
        dnc_lists=lists,
    )
