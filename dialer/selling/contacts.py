"""Contacts and the numbers by which they are reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.ground import UnknownZoneError, known_zone
from dialer.domain.limits import Basis
from dialer.domain.phone import NumberError, normalise
from dialer.domain.words import ContactRole, Language, Mode, Temperament
from dialer.models import AuditEntry, Contact, ContactNumber, PhoneNumber, User
from dialer.models.numbers import ensure_number
from dialer.models.visibility import may_edit_account, sees_contact
from dialer.runtime import Runtime
from dialer.selling.accounts import check_region, find_editable
from dialer.selling.errors import BadValue, NotAllowed, NotFound

PLAIN_FIELDS = ("name", "role", "language", "temperament", "stated_zone", "confirmed_zone",
                "address_region", "consent")  # fmt: skip
# What the gate goes by: the log of deeds keeps what it was before.
LEGAL_FIELDS = ("stated_zone", "confirmed_zone", "address_region", "consent")
EVERY_MODE = "all"


@dataclass(frozen=True, kw_only=True)
class NewContact:
    """A person to be called; `numbers` in any spelling, in the order in which they are tried.

    `consent` is None or {"basis": express | written | contract, "covers": rep | machine | all},
    with what proves it: {"version", "proof", "given_on"}, texts, where they are known.
    `elsewhere` are those of the numbers that ring neither at home nor on a personal mobile.
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
    elsewhere: tuple[str, ...] = ()


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
        mark_elsewhere(rt, session, contact.id, new.elsewhere)
        audit(rt, session, actor, "contact.add", contact)
        return contact.id


def check_places(rt: Runtime, fields: Mapping[str, Any]) -> None:
    """Refuse a region, a zone or a consent that the gate does not know. Raises BadValue."""
    check_region(rt, fields.get("address_region"))
    for name in ("stated_zone", "confirmed_zone"):
        try:
            _ = fields.get(name) is not None and known_zone(fields[name])
        except UnknownZoneError:
            raise BadValue(name, "must be an IANA zone such as Asia/Shanghai") from None
    consent = fields.get("consent")
    if consent is not None and consent.get("basis") not in set(Basis):
        raise BadValue("consent.basis", f"must be one of {', '.join(Basis)}")
    if consent is not None and consent.get("covers", EVERY_MODE) not in {*Mode, EVERY_MODE}:
        raise BadValue("consent.covers", f"must be one of {', '.join((*Mode, EVERY_MODE))}")


def read_numbers(rt: Runtime, texts: tuple[str, ...], field: str = "numbers") -> list[str]:
    """E.164 of each, without repeats. Raises BadValue naming the first that is none."""
    numbers: dict[str, None] = {}
    for place, text in enumerate(texts):
        try:
            numbers[normalise(text, rt.settings.default_region)] = None
        except NumberError as error:
            raise BadValue(f"{field}.{place}", str(error)) from None
    return list(numbers)


def put_numbers(rt: Runtime, session: Session, contact_id: int, numbers: list[str]) -> None:
    """These and no others are the contact's numbers, in this order; what is known of one stays."""
    rows = session.scalars(sa.select(ContactNumber).where(ContactNumber.contact_id == contact_id))
    elsewhere = {row.number_id: row.is_elsewhere for row in rows}
    session.execute(sa.delete(ContactNumber).where(ContactNumber.contact_id == contact_id))
    for position, e164 in enumerate(numbers):
        number = ensure_number(session, e164, rt.now())
        session.add(
            ContactNumber(
                contact_id=contact_id, number_id=number.id, position=position,
                is_elsewhere=elsewhere.get(number.id, False),
            )
        )  # fmt: skip
    session.flush()


def mark_elsewhere(rt: Runtime, session: Session, contact_id: int, texts: tuple[str, ...]) -> None:
    """These and no others of a contact's numbers ring neither at home nor on a personal mobile.

    Raises BadValue for one that the contact does not have.
    """
    links = dict(
        session.execute(
            sa.select(PhoneNumber.e164, ContactNumber)
            .join(PhoneNumber, PhoneNumber.id == ContactNumber.number_id)
            .where(ContactNumber.contact_id == contact_id)
        ).all()
    )
    meant = set(read_numbers(rt, texts, "elsewhere"))
    if not meant <= links.keys():
        raise BadValue("elsewhere", "must be numbers of this contact")
    for e164, link in links.items():
        link.is_elsewhere = e164 in meant


def audit(
    rt: Runtime, session: Session, actor: User, action: str, contact: Contact, **detail: Any
) -> None:
    """Who did what to which contact."""
    session.add(
        AuditEntry(
            at=rt.now(),
            actor_id=actor.id,
            action=action,
            subject_kind="contact",
            subject_id=contact.id,
            detail=detail,
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
        was = {name: getattr(contact, name) for name in LEGAL_FIELDS if name in changes}
        for name in PLAIN_FIELDS:
            if name in changes:
                setattr(contact, name, changes[name])
        if "numbers" in changes:
            put_numbers(rt, session, contact_id, numbers)
        if "elsewhere" in changes:
            mark_elsewhere(rt, session, contact_id, changes["elsewhere"])
        audit(rt, session, actor, "contact.change", contact, was=was)
