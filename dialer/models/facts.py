"""The only loader of the gate's facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.facts import Consent, Facts, NotThen, PastCall, Reached
from dialer.domain.limits import Basis, Key
from dialer.domain.phone import NumberFacts
from dialer.domain.policy import LAW_OF
from dialer.domain.windows import show_hours
from dialer.domain.words import Disposition, LegRole, Mode, Outcome, Purpose
from dialer.models.attempts import Attempt
from dialer.models.calls import Call
from dialer.models.customers import Account, Contact, PhoneNumber
from dialer.models.gate_facts import elsewhere_numbers, list_dates, load_wishes
from dialer.models.numbers import is_suppressed, zone_data_version

REFUSALS = frozenset({Disposition.REFUSED, Disposition.NO, Disposition.OPTED_OUT})


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A call that the gate is to judge."""

    number_id: int
    contact_id: int | None
    purpose: Purpose
    mode: Mode
    own_numbers: Iterable[str]
    now: datetime
    except_call_id: int | None = None


def load_facts(session: Session, planned: Planned) -> Facts:
    """What the gate must know about a planned call; the call itself is not its own history."""
    number = session.get_one(PhoneNumber, planned.number_id)
    contact = session.get(Contact, planned.contact_id) if planned.contact_id else None
    account = session.get(Account, contact.account_id) if contact and contact.account_id else None
    ids = (contact.id,) if contact else ()
    return Facts(
        to=number.e164 or "",
        purpose=planned.purpose,
        mode=planned.mode,
        number=stored_description(number),
        history=load_history(session, planned),
        suppressed=is_suppressed(session, number.id),
        consent=read_consent(contact),
        confirmed_zone=contact.confirmed_zone if contact else None,
        stated_zone=contact.stated_zone if contact else None,
        address_region=region_of(contact, account),
        own_numbers=frozenset(planned.own_numbers),
        person_closed=load_wishes(session, ids, planned.now).get(planned.contact_id or 0, ()),
        elsewhere=(planned.contact_id, number.id) in elsewhere_numbers(session, ids),
        dnc_lists=list_dates(session),
    )


def stored_description(number: PhoneNumber) -> NumberFacts | None:
    """The number's description, if it was made from the data that decide today."""
    if number.zone_data != zone_data_version():
        return None
    return NumberFacts(region=number.region, kind=number.kind, zones=tuple(number.zones))


def region_of(contact: Contact | None, account: Account | None) -> str | None:
    """The address: the person's own, else the account's."""
    if contact is not None and contact.address_region:
        return contact.address_region
    return account.address_region if account is not None else None


def read_consent(contact: Contact | None) -> Consent | None:
    """The consent that the contact gave: `{"basis": …, "covers": "rep"|"machine"|"all"}`."""
    if contact is None or not contact.consent:
        return None
    covers = contact.consent.get("covers", "all")
    return Consent(
        basis=Basis(contact.consent["basis"]), covers=None if covers == "all" else Mode(covers)
    )


def load_history(session: Session, planned: Planned) -> tuple[PastCall, ...]:
    """Earlier calls to the number or the person, whose request may have reached the carrier.

    A call that nobody can account for counts as one, so that a doubt never widens a cap.
    """
    same = [Call.number_id == planned.number_id]
    if planned.contact_id is not None:
        same.append(Call.contact_id == planned.contact_id)
    rows = session.execute(
        select_past(planned.now).where(sa.or_(*same), Call.id != (planned.except_call_id or 0))
    )
    return tuple(
        PastCall(at=row.intent_at, kind=reached(row), shares=shared(row, planned)) for row in rows
    )


def select_past(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """What the history is made of: each request to a customer that may have left."""
    return (
        sa.select(
            Attempt.intent_at, Call.outcome, Call.disposition, Call.answered_at,
            Call.number_id, Call.contact_id, Call.purpose,
        )
        .join(Call, Call.id == Attempt.call_id)
        .where(
            Attempt.role == LegRole.CUSTOMER,
            Attempt.intent_at <= now,
            Attempt.state.not_in(("rejected", "expired", "cancelled", "not_placed", "planned")),
        )
    )  # fmt: skip


def reached(row: Any) -> Reached:
    """The furthest point of a past call."""
    if row.outcome is Outcome.VOICEMAIL:
        return Reached.VOICEMAIL
    if row.answered_at is None:
        return Reached.ATTEMPT
    if row.disposition in REFUSALS:
        return Reached.REFUSAL
    return Reached.CONNECTED if row.outcome is Outcome.NO_RESPONSE else Reached.CONVERSATION


def shared(row: Any, planned: Planned) -> frozenset[Key]:
    """What a past call has in common with the planned one."""
    keys = set()
    if row.number_id == planned.number_id:
        keys.add(Key.NUMBER)
    if planned.contact_id is None or row.contact_id == planned.contact_id:
        keys.add(Key.PERSON)
    # One law's purposes are one subject: appointment, follow-up and closing all sell.
    if LAW_OF[row.purpose] is LAW_OF[planned.purpose]:
        keys.add(Key.SUBJECT)
    if row.purpose is planned.purpose:
        keys.add(Key.CAMPAIGN)
        if row.purpose is Purpose.COLLECTION:
            keys.add(Key.DEBT)
    return frozenset(keys)


def fact_record(facts: Facts) -> dict[str, Any]:
    """The facts as JSON, without the number itself, to be stored beside the verdict."""
    return {
        "zone": facts.confirmed_zone,
        "stated_zone": facts.stated_zone,
        "address_region": facts.address_region,
        "own": facts.to in facts.own_numbers,
        "suppressed": facts.suppressed,
        "consent": str(facts.consent.basis) if facts.consent else None,
        "covers": facts.consent.covers if facts.consent else None,
        "number": number_record(facts.number),
        "history": [
            {"at": past.at.isoformat(), "kind": str(past.kind), "shares": sorted(past.shares)}
            for past in facts.history
        ],
        "closed": [wish_record(wish) for wish in facts.person_closed],
        "elsewhere": facts.elsewhere,
        "dnc_lists": {country: str(on) for country, on in sorted(facts.dnc_lists or ())},
    }


def wish_record(wish: NotThen) -> dict[str, Any]:
    """Hours that a person asked for, Monday first."""
    week = [show_hours(hours) if hours else "" for hours in wish.week]
    return {"week": week, "until": wish.last_on and str(wish.last_on)}


def number_record(number: NumberFacts | None) -> dict[str, Any] | None:
    """What the number told of itself, without its digits."""
    if number is None:
        return None
    return {"region": number.region, "kind": number.kind, "zones": list(number.zones)}
