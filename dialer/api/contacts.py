"""Contacts, as records for programs."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import joinedload, selectinload

from dialer.api.pages import fetch_page
from dialer.api.problems import Problem
from dialer.api.route import Asked, Route
from dialer.api.shapes import (
    Body,
    Day,
    Id,
    Name,
    NumberText,
    Out,
    PageQuery,
    Point,
    QueryId,
    Region,
    ShortText,
    Text,
    Zone,
)
from dialer.domain.phone import mask
from dialer.domain.words import ContactRole, Language, Temperament
from dialer.models import Contact, User
from dialer.models.visibility import may_read_number, sees_contact
from dialer.selling.contacts import NewContact, create_contact, update_contact

Numbers = Annotated[
    tuple[NumberText, ...],
    Field(min_length=1, max_length=10, description="In the order in which they are tried."),
]


Elsewhere = Annotated[
    tuple[NumberText, ...],
    Field(
        max_length=10,
        description="Those of the numbers that ring neither at home nor on a personal mobile.",
    ),
]


class ConsentIn(Body):
    """A consent that stands; it never widens the hours.

    `version` is that of the text which was agreed to, `proof` where the proof lies.
    """

    basis: Literal["express", "written", "contract"]
    covers: Literal["rep", "machine", "all"] = "all"
    version: ShortText | None = None
    proof: Point | None = None
    given_on: Day | None = None


class ConsentOut(Out):
    """A consent that stands."""

    basis: str
    covers: str
    version: str | None = None
    proof: str | None = None
    given_on: date | None = None


class ContactIn(Body):
    """A person to be called. `zone` is a zone that the person confirmed."""

    name: Name
    numbers: Numbers
    account_id: Id | None = None
    role: ContactRole = ContactRole.DECISION_MAKER
    language: Language = Language.ZH_CN
    temperament: Temperament | None = None
    zone: Zone | None = None
    stated_zone: Zone | None = None
    address_region: Region | None = None
    consent: ConsentIn | None = None
    elsewhere: Elsewhere = ()


class ContactChange(Body):
    """Fields to be changed; the others stay."""

    name: Name = ""
    numbers: Numbers = ()
    role: ContactRole = ContactRole.DECISION_MAKER
    language: Language = Language.ZH_CN
    temperament: Temperament | None = None
    zone: Zone | None = None
    stated_zone: Zone | None = None
    address_region: Region | None = None
    consent: ConsentIn | None = None
    elsewhere: Elsewhere = ()


class ContactOut(Out):
    """A person at an account; numbers are masked where the reader does not own the account."""

    id: int
    name: str
    numbers: list[str]
    account_id: int | None
    role: ContactRole
    language: Language
    temperament: Temperament | None
    zone: str | None
    stated_zone: str | None
    address_region: str | None
    consent: ConsentOut | None
    elsewhere: list[str]
    created_at: datetime


class ContactQuery(PageQuery):
    """What to look for; `text` is part of the name."""

    text: Text = ""
    account_id: QueryId | None = None


class ContactsOut(Out):
    """One page, oldest first."""

    contacts: list[ContactOut]
    next_cursor: int | None


def add_contact(asked: Asked) -> ContactOut:
    """Make a contact; numbers may be spelled in any way that leaves no doubt."""
    contact_id = create_contact(asked.rt, asked.who.user, NewContact(**fields_of(asked)))
    return show_contact(asked, contact_id)


def fields_of(asked: Asked) -> dict[str, Any]:
    """The fields that were given, by the names that the verbs use."""
    fields: dict[str, Any] = asked.body.model_dump(exclude_unset=True)
    if "zone" in fields:
        fields["confirmed_zone"] = fields.pop("zone")
    if asked.body.consent is not None:
        fields["consent"] = asked.body.consent.model_dump(mode="json", exclude_none=True)
    return fields


def list_contacts(asked: Asked) -> ContactsOut:
    """Contacts that the user may see."""
    wanted: ContactQuery = asked.query
    query = select_contacts(asked.who.user)
    if wanted.text.strip():
        query = query.where(Contact.name.icontains(wanted.text.strip(), autoescape=True))
    if wanted.account_id is not None:
        query = query.where(Contact.account_id == wanted.account_id)
    with asked.rt.sessions.read() as session:
        page = fetch_page(session, query, Contact.id, wanted)
    return ContactsOut(
        contacts=[contact_out(asked.who.user, row) for row in page.rows],
        next_cursor=page.next_cursor,
    )


def select_contacts(viewer: User) -> sa.Select[Contact]:
    """Contacts with their accounts and numbers."""
    return (
        sa.select(Contact)
        .where(sees_contact(viewer))
        .options(
            joinedload(Contact.account),
            selectinload(Contact.numbers),
            selectinload(Contact.links),
        )
    )


def show_contact(asked: Asked, contact_id: int) -> ContactOut:
    """One contact."""
    with asked.rt.sessions.read() as session:
        contact = session.scalar(select_contacts(asked.who.user).where(Contact.id == contact_id))
    if contact is None:
        raise Problem(404, "not_found", "There is no such contact.")
    return contact_out(asked.who.user, contact)


def contact_out(viewer: User, contact: Contact) -> ContactOut:
    """A contact as this viewer may read it."""
    show = str if may_read_number(viewer, contact.account) else mask
    elsewhere = {link.number_id for link in contact.links if link.is_elsewhere}
    return ContactOut(
        id=contact.id,
        name=contact.name,
        numbers=[show(number.e164) for number in contact.numbers if number.e164],
        account_id=contact.account_id,
        role=contact.role,
        language=contact.language,
        temperament=contact.temperament,
        zone=contact.confirmed_zone,
        stated_zone=contact.stated_zone,
        address_region=contact.address_region,
        consent=ConsentOut(**contact.consent) if contact.consent else None,
        elsewhere=[
            show(number.e164)
            for number in contact.numbers
            if number.e164 and number.id in elsewhere
        ],
        created_at=contact.created_at,
    )


def change_contact(asked: Asked, contact_id: int) -> ContactOut:
    """Change some fields of a contact."""
    update_contact(asked.rt, asked.who.user, contact_id, fields_of(asked))
    return show_contact(asked, contact_id)


ONE = "/contacts/<int:contact_id>"

ROUTES = (
    Route(method="POST", path="/contacts", view=add_contact, scope="records", body=ContactIn,
          answer=ContactOut, status=201, problems=(404,), tag="contacts"),
    Route(method="GET", path="/contacts", view=list_contacts, scope="records",
          query=ContactQuery, answer=ContactsOut, tag="contacts"),
    Route(method="GET", path=ONE, view=show_contact, scope="records", answer=ContactOut,
          tag="contacts"),
    Route(method="PATCH", path=ONE, view=change_contact, scope="records", body=ContactChange,
          answer=ContactOut, tag="contacts"),
)  # fmt: skip
