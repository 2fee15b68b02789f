"""Contacts and the numbers by which they are reached."""

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.phone import NumberError, normalise
from dialer.domain.words import ContactRole, Language, Temperament
from dialer.models import AuditEntry, Contact, ContactNumber, User
from dialer.models.numbers import ensure_number
from dialer.models.visibility import may_edit_account, sees_contact
from dialer.runtime import Runtime
from dialer.selling.accounts import check_region, find_editable
from dialer.selling.errors import BadValue, NotAllowed, NotFound

PLAIN_FIELDS = ("name", "role", "language", "temperament", "stated_zone", "confirmed_zone",
                "address_region", "consent")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class NewContact:
    """A person to be called; `numbers` in any spelling, in the order in which they are tried.

    `consent` is None or {"basis": express | written | contract, "covers": rep | machine | all}.
    """

    name: str
    numbers: tuple[str, ...]
    account_id: int | None = None
    role: ContactRole = ContactRole.DECISION_MAKER
    language: Language = Language.ZH_CN
    temperament: Temperament | None = None
    stated_zone: str | None = None
    confirmed_zone: str | None = None
    address_region: str | None = None
    consent: Mapping[str, str] | None = None


def create_contact(rt: Runtime, actor: User, new: NewContact) -> int:
    """Make a contact and return its id. Raises NotFound, NotAllowed or BadValue."""
    check_places(rt, vars(new))
    numbers = read_numbers(rt, new.numbers)
    with rt.sessions.write() as session:
        if new.account_id is not None:
            find_editable(session, actor, new.account_id)
        contact = Contact(account_id=new.account_id, created_at=rt.now())
        for name in PLAIN_FIELDS:
            setattr(contact, name, getattr(new, name))
        session.add(contact)
        session.flush()
        put_numbers(rt, session, contact.id, numbers)
        audit(rt, session, actor, "contact.add", contact.id)
        return contact.id


def check_places(rt: Runtime, fields: Mapping[str, Any]) -> None:
    """Refuse a region or a zone that does not exist."""
    check_region(rt, fields.get("address_region"))
    for name in ("stated_zone", "confirmed_zone"):
        zone = fields.get(name)
        if zone is not None and zone not in zoneinfo.available_timezones():
            raise BadValue(name, "must be an IANA zone such as Asia/Shanghai")


def read_numbers(rt: Runtime, texts: tuple[str, ...]) -> list[str]:
    """E.164 of each, without repeats. Raises BadValue naming the first that is none."""
    numbers: dict[str, None] = {}
    for place, text in enumerate(texts):
        try:
            numbers[normalise(text, rt.settings.default_region)] = None
        except NumberError as error:
            raise BadValue(f"numbers.{place}", str(error)) from None
    return list(numbers)


def put_numbers(rt: Runtime, session: Session, contact_id: int, numbers: list[str]) -> None:
    """These and no others are the contact's numbers, in this order."""
    session.execute(sa.delete(ContactNumber).where(ContactNumber.contact_id == contact_id))
    for position, e164 in enumerate(numbers):
        number = ensure_number(session, e164, rt.now())
        session.add(ContactNumber(contact_id=contact_id, number_id=number.id, position=position))


def audit(rt: Runtime, session: Session, actor: User, action: str, contact_id: int) -> None:
    """Who did what to which contact."""
    session.add(
        AuditEntry(
            at=rt.now(),
            actor_id=actor.id,
            action=action,
            subject_kind="contact",
            subject_id=contact_id,
        )
    )


def find_contact(session: Session, actor: User, contact_id: int) -> Contact:
    """A contact that the user may see. Raises NotFound."""
    found = session.scalar(sa.select(Contact).where(Contact.id == contact_id, sees_contact(actor)))
    if found is None:
        raise NotFound("contact")
    return found


def update_contact(rt: Runtime, actor: User, contact_id: int, changes: Mapping[str, Any]) -> None:
    """Change some fields of NewContact, and leave the others. Raises as `create_contact`."""
    check_places(rt, changes)
    numbers = read_numbers(rt, tuple(changes.get("numbers", ())))
    with rt.sessions.write() as session:
        contact = find_contact(session, actor, contact_id)
        if not may_edit_account(actor, contact.account):
            raise NotAllowed
        for name in PLAIN_FIELDS:
            if name in changes:
                setattr(contact, name, changes[name])
        if "numbers" in changes:
            put_numbers(rt, session, contact_id, numbers)
        audit(rt, session, actor, "contact.change", contact_id)
