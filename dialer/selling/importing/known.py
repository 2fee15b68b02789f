"""What the database knows of a batch's customers, loaded with a few look-ups for all rows."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import AccountClass
from dialer.models import Account, Contact, ContactNumber, User

TRAITS = (Contact.role, Contact.language, Contact.temperament, Contact.stated_zone,
          Contact.address_region)  # fmt: skip


@dataclass(slots=True, eq=False)
class Person:
    """A contact, in the database or to be; `number_ids` in the order in which they are tried.

    `traits` are the columns that a row may say.
    """

    id: int | None
    name: str
    customer: "Customer | None"
    number_ids: list[int] = field(default_factory=list)
    traits: dict[str, Any] = field(default_factory=dict)
    consent: dict[str, str] | None = None


@dataclass(slots=True, eq=False)
class Customer:
    """An account, in the database or to be."""

    id: int | None
    name: str
    owner_id: int | None
    team_id: int | None
    account_class: AccountClass
    stage: int
    region: str | None
    people: list[Person] = field(default_factory=list)


@dataclass(slots=True)
class Known:
    """Customers by name, and people by each number that they are reached by."""

    by_name: dict[str, list[Customer]] = field(default_factory=dict)
    by_number: dict[int, list[Person]] = field(default_factory=dict)
    owners: Mapping[str, User] = field(default_factory=dict)

    def add_customer(self, customer: Customer) -> None:
        """Let later rows find a customer."""
        self.by_name.setdefault(customer.name, []).append(customer)

    def without_consent(self) -> set[int]:
        """Everybody in the database of whom no consent is known."""
        namesakes = (one for customers in self.by_name.values() for one in customers)
        people = chain(*(one.people for one in namesakes), *self.by_number.values())
        return {one.id for one in people if one.id is not None and one.consent is None}

    def add_number(self, person: Person, number_id: int) -> None:
        """Let later rows find a person by a number."""
        person.number_ids.append(number_id)
        self.by_number.setdefault(number_id, []).append(person)


def load_known(
    session: Session, names: Collection[str], number_ids: Collection[int], owners: Collection[str]
) -> Known:
    """Everybody whom rows with these names and numbers could mean."""
    known = Known(owners=load_owners(session, owners))
    reached = session.execute(
        sa.select(ContactNumber.contact_id, Contact.account_id)
        .join(Contact, Contact.id == ContactNumber.contact_id)
        .where(ContactNumber.number_id.in_(number_ids))
        .distinct()
    ).all()
    customers = load_customers(session, names, {id_ for _contact, id_ in reached if id_})
    for customer in customers.values():
        known.add_customer(customer)
    load_people(session, known, customers, {id_ for id_, account in reached if account is None})
    return known


def load_owners(session: Session, names: Collection[str]) -> dict[str, User]:
    """Users by name, those who were disabled too."""
    if not names:
        return {}
    users = session.scalars(sa.select(User).where(User.name.in_(names)))
    return {user.name: user for user in users}


def load_customers(
    session: Session, names: Collection[str], ids: Collection[int]
) -> dict[int, Customer]:
    """Accounts of these names or ids, the oldest first."""
    columns = (
        Account.id, Account.name, Account.owner_id, Account.team_id, Account.account_class,
        Account.stage, Account.address_region,
    )  # fmt: skip
    found: dict[int, Customer] = {}
    for column, values in ((Account.name, names), (Account.id, ids)):
        if values:
            rows = session.execute(sa.select(*columns).where(column.in_(values)))
            found |= {row[0]: Customer(*row) for row in rows}
    return dict(sorted(found.items()))


def load_people(
    session: Session,
    known: Known,
    customers: Mapping[int, Customer],
    alone: Collection[int],
) -> None:
    """The people of these accounts, and those who have none, with their numbers."""
    people: dict[int, Person] = {}
    for column, ids in ((Contact.account_id, customers), (Contact.id, alone)):
        if ids:
            rows = session.execute(
                sa.select(Contact.id, Contact.name, Contact.account_id, Contact.consent, *TRAITS)
                .where(column.in_(ids))
                .order_by(Contact.id)
            )
            for row in rows:
                customer = customers.get(row.account_id) if row.account_id else None
                told = {trait.key: getattr(row, trait.key) for trait in TRAITS}
                people[row.id] = Person(
                    row.id, row.name, customer, traits=told, consent=row.consent
                )
                if customer is not None:
                    customer.people.append(people[row.id])
    for contact_id, number_id in numbers_of(session, people):
        known.add_number(people[contact_id], number_id)


def numbers_of(session: Session, contact_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    """Contacts and their numbers, in order."""
    if not contact_ids:
        return []
    found = session.execute(
        sa.select(ContactNumber.contact_id, ContactNumber.number_id)
        .where(ContactNumber.contact_id.in_(contact_ids))
        .order_by(ContactNumber.contact_id, ContactNumber.position)
    )
    return [(row[0], row[1]) for row in found]
