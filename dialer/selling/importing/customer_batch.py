"""What a batch of customers' rows adds to the database, and the few statements that write it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.models import Account, AuditEntry, Contact, ContactNumber
from dialer.selling.importing.auditing import AUDIT, row_entry
from dialer.selling.importing.consents import consent_entries, save_consents
from dialer.selling.importing.inserting import insert_rows, reserve_ids
from dialer.selling.importing.kinds import Context
from dialer.selling.importing.known import Customer, Known, Person
from dialer.selling.importing.rows import Line


@dataclass(slots=True)
class Batch:
    """What is known, and what these rows add to it."""

    context: Context
    known: Known
    number_ids: Mapping[str, int]
    customers: list[Customer] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    links: list[tuple[Person, int]] = field(default_factory=list)
    changed_customers: dict[int, Customer] = field(default_factory=dict)
    changed_people: dict[int, Person] = field(default_factory=dict)
    audits: list[tuple[Line, Customer | None]] = field(default_factory=list)
    withdrawn: Mapping[int, date] = field(default_factory=dict)
    consents: list[tuple[Line, Person]] = field(default_factory=list)

    @property
    def updates(self) -> bool:
        """Whether cells take the place of what is known already."""
        return self.context.options.get("existing") == "update"


ACCOUNT = ("name", "owner_id", "team_id", "class", "stage", "address_region")
CONTACT = ("role", "language", "temperament", "stated_zone", "address_region")
LINK = ("contact_id", "number_id", "position")


def save(session: Session, batch: Batch) -> None:
    """Write it all."""
    save_customers(session, batch)
    save_people(session, batch)
    save_consents(session, [person for _line, person in batch.consents])
    links = [(person.id, id_, person.number_ids.index(id_)) for person, id_ in batch.links]
    insert_rows(session, ContactNumber, LINK, links)
    context, at = batch.context, batch.context.rt.now()
    audits = [
        row_entry(context, at, customer.id if customer else None, line.row, str(line.outcome))
        for line, customer in batch.audits
    ]
    insert_rows(session, AuditEntry, AUDIT, audits + consent_entries(context, batch.consents))


def save_customers(session: Session, batch: Batch) -> None:
    """New accounts, then changed ones."""
    at = batch.context.rt.now()
    ids = reserve_ids(session, Account, len(batch.customers))
    for customer, id_ in zip(batch.customers, ids, strict=True):
        customer.id = id_
    new = [(one.id, at, *account_row(one)) for one in batch.customers]
    insert_rows(session, Account, ("id", "created_at", *ACCOUNT), new)
    made = set(ids)
    changed = [one for one in batch.changed_customers.values() if one.id not in made]
    update_rows(session, Account, ACCOUNT, [(one.id, account_row(one)) for one in changed])


def account_row(one: Customer) -> tuple[Any, ...]:
    """The columns of an account that a row may say."""
    return one.name, one.owner_id, one.team_id, one.account_class, one.stage, one.region


def save_people(session: Session, batch: Batch) -> None:
    """New contacts, then changed ones."""
    at = batch.context.rt.now()
    ids = reserve_ids(session, Contact, len(batch.people))
    for person, id_ in zip(batch.people, ids, strict=True):
        person.id = id_
    new = [
        (one.id, one.name, at, one.customer.id if one.customer else None, *contact_row(one))
        for one in batch.people
    ]
    insert_rows(session, Contact, ("id", "name", "created_at", "account_id", *CONTACT), new)
    made = set(ids)
    changed = [one for one in batch.changed_people.values() if one.id not in made]
    update_rows(session, Contact, CONTACT, [(one.id, contact_row(one)) for one in changed])


def contact_row(one: Person) -> tuple[Any, ...]:
    """The columns of a contact that a row may say."""
    return tuple(map(one.traits.get, CONTACT))


def update_rows(
    session: Session,
    table: type[Account] | type[Contact],
    columns: Sequence[str],
    rows: Sequence[tuple[int | None, tuple[Any, ...]]],
) -> None:
    """Set the same columns of many rows, each with its id."""
    if not rows:
        return
    core = table.metadata.tables[table.__tablename__]
    places: dict[str, Any] = {name: sa.bindparam(name) for name in columns}
    statement = sa.update(core).where(core.c.id == sa.bindparam("key")).values(places)
    session.connection().execute(
        statement,
        [{"key": id_, **dict(zip(columns, values, strict=True))} for id_, values in rows],
    )
