"""Writing a batch of customers: each row finds the account and the person that it means.

An account is known by its name, a person by name within the account, and a number belongs to one
account: a row that gives it to another is refused there, so that no two reps call the same number
for two accounts. A row without a company is a household, known by its number.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from dialer.domain.words import AccountClass, ContactRole, Language, UserRole
from dialer.models import Account, User
from dialer.models.visibility import may_edit_account
from dialer.selling.accounts import may_hand_to
from dialer.selling.importing.consents import COLUMN as CONSENT
from dialer.selling.importing.consents import add_consent, find_withdrawn
from dialer.selling.importing.customer_batch import Batch, save
from dialer.selling.importing.kinds import Context
from dialer.selling.importing.known import Customer, Known, Person, load_known
from dialer.selling.importing.numbers import COLUMN, Telephone, find_or_make, refuse
from dialer.selling.importing.rows import Line, RowOutcome

TRAITS = (
    ("role", "role"), ("language", "language"), ("temperament", "temperament"),
    ("zone", "stated_zone"), ("region", "address_region"),
)  # fmt: skip
FIELDS = (("class", "account_class"), ("stage", "stage"), ("region", "region"))
LANGUAGES = {"CN": Language.ZH_CN, "TW": Language.ZH_TW, "HK": Language.ZH_TW, "MO": Language.ZH_TW}


def write_customers(session: Session, context: Context, lines: Sequence[Line]) -> None:
    """Write the rows' accounts, people and numbers, a few statements for all."""
    telephones = (one for line in lines for one in line.values[COLUMN])
    before, made = find_or_make(session, telephones, context.rt.now())
    known = load_known(
        session,
        names={name_of(line) for line in lines},
        number_ids=before.values(),
        owners={line.values["owner"] for line in lines if "owner" in line.values},
    )
    batch = Batch(context, known, before | made)
    if any(CONSENT in line.values for line in lines):
        batch.withdrawn = find_withdrawn(session, known.without_consent())
    for line in lines:
        place_row(line, batch)
    save(session, batch)


def name_of(line: Line) -> str:
    """The account's name; a household has the person's."""
    name: str = line.values.get("account") or line.values["contact"]
    return name


def place_row(line: Line, batch: Batch) -> None:
    """Find or make the row's account and person, and give them what the row says."""
    owner = find_owner(line, batch)
    if line.is_failed:
        return
    telephones: list[Telephone] = line.values[COLUMN]
    numbers = [(one, batch.number_ids[one.e164]) for one in telephones]
    ids = [id_ for _one, id_ in numbers]
    customer, person = find_match(line, batch.known, ids)
    if customer is not None and not may_edit(batch.context.actor, customer):
        line.fail("account", "not_yours")
        return
    free = [id_ for one, id_ in numbers if is_free(line, batch, one, id_, customer, person)]
    if ids and not free:
        refuse(line)
        return
    add_to(line, batch, customer, person, free, owner)


def find_owner(line: Line, batch: Batch) -> User | None:
    """The active user whom the row names and to whom the actor may give an account."""
    name = line.values.get("owner")
    if name is None:
        return None
    owner, actor = batch.known.owners.get(name), batch.context.actor
    if owner is None or owner.disabled_at is not None:
        line.fail("owner", "unknown_owner", name=name)
    elif actor is not None and not may_hand_to(actor, owner):
        line.fail("owner", "owner_elsewhere", name=name)
    return owner


def find_match(
    line: Line, known: Known, ids: Sequence[int]
) -> tuple[Customer | None, Person | None]:
    """The account and the person that the row means, as far as there are any yet."""
    name = line.values["contact"]
    holders = [person for id_ in ids for person in known.by_number.get(id_, ())]
    if len(holders) > 1:
        holders.sort(key=lambda person: person.name != name)
    if "account" not in line.values and ids:
        return (holders[0].customer, holders[0]) if holders else (None, None)
    namesakes = known.by_name.get(name_of(line), ())
    if not namesakes:
        return None, None
    reached = {id(person.customer) for person in holders}
    customer = min(namesakes, key=lambda one: id(one) not in reached, default=None)
    return customer, find_person(customer, name, holders) if customer else None


def find_person(customer: Customer, name: str, holders: Sequence[Person]) -> Person | None:
    """Somebody of that name there; without a name, who is reached by the row's number."""
    there = [person for person in holders if person.customer is customer]
    if not name and there:
        return there[0]
    namesakes = [one for one in customer.people if one.name == (name or customer.name)]
    return min(namesakes, key=lambda one: one not in there, default=None)


def may_edit(actor: User | None, customer: Customer) -> bool:
    """Whether the actor may change an account."""
    if actor is None or customer.id is None:
        return True
    return may_edit_account(actor, Account(owner_id=customer.owner_id, team_id=customer.team_id))


def is_free(
    line: Line,
    batch: Batch,
    telephone: Telephone,
    number_id: int,
    customer: Customer | None,
    person: Person | None,
) -> bool:
    """Whether nobody of another account is reached by a number; otherwise that is noted."""
    for holder in batch.known.by_number.get(number_id, ()):
        if holder is not person and (holder.customer is None or holder.customer is not customer):
            other = holder.customer.name if holder.customer else holder.name
            shown = other if sees(batch.context.actor, holder.customer) else ""
            line.note(COLUMN, "number_elsewhere", text=telephone.e164, account=shown)
            return False
    return True


def sees(actor: User | None, customer: Customer | None) -> bool:
    """Whether the actor may know of an account."""
    if actor is None or customer is None or actor.role is UserRole.ADMIN:
        return True
    return customer.owner_id in (None, actor.id) or customer.team_id == actor.team_id


def add_to(
    line: Line,
    batch: Batch,
    customer: Customer | None,
    person: Person | None,
    ids: Sequence[int],
    owner: User | None,
) -> None:
    """Make what is missing, and say what became of the row."""
    line.outcome = RowOutcome.SAME
    if person is not None and batch.updates:
        change_person(line, batch, person)
    if customer is not None and batch.updates:
        change_customer(line, batch, customer, owner)
    if customer is None and person is None:
        customer = make_customer(line, batch, owner)
    if person is None and customer is not None and (ids or line.values["contact"]):
        person = make_person(line, batch, customer)
    if person is not None:
        add_numbers(line, batch, person, ids)
        if add_consent(line, person, batch.withdrawn):
            batch.consents.append((line, person))
            changed(line)
    if line.outcome is not RowOutcome.SAME:
        batch.audits.append((line, customer))


def add_numbers(line: Line, batch: Batch, person: Person, ids: Sequence[int]) -> None:
    """Let a person be reached by numbers that nobody knew of."""
    for id_ in ids:
        if id_ not in person.number_ids:
            batch.known.add_number(person, id_)
            batch.links.append((person, id_))
            changed(line)


def changed(line: Line) -> None:
    """The row added something to what was there."""
    if line.outcome is RowOutcome.SAME:
        line.outcome = RowOutcome.CHANGED


def make_customer(line: Line, batch: Batch, owner: User | None) -> Customer:
    """A new account; without an owner it goes to the public pool, of the actor's team."""
    values, actor = line.values, batch.context.actor
    team = owner if owner is not None else actor
    customer = Customer(
        id=None,
        name=name_of(line),
        owner_id=owner.id if owner else None,
        team_id=team.team_id if team else None,
        account_class=values.get("class", AccountClass.C),
        stage=values.get("stage", 1),
        region=values.get("region"),
    )
    batch.customers.append(customer)
    batch.known.add_customer(customer)
    line.outcome = RowOutcome.CREATED
    return customer


def make_person(line: Line, batch: Batch, customer: Customer) -> Person:
    """A new contact, who is spoken to in the language of the number's country unless it is said."""
    values = line.values
    person = Person(None, values["contact"] or customer.name[:120], customer)
    countries = [one.facts.region[:2] for one in values[COLUMN]] or ["CN"]
    person.traits = {column: values.get(name) for name, column in TRAITS}
    person.traits["role"] = person.traits["role"] or ContactRole.DECISION_MAKER
    person.traits["language"] = person.traits["language"] or LANGUAGES.get(
        countries[0], Language.EN
    )
    customer.people.append(person)
    batch.people.append(person)
    line.outcome = RowOutcome.CREATED
    return person


def change_person(line: Line, batch: Batch, person: Person) -> None:
    """Let the row's cells take the place of what is known of a person."""
    said = {column: line.values[name] for name, column in TRAITS if name in line.values}
    if any(person.traits[column] != value for column, value in said.items()):
        person.traits |= said
        batch.changed_people[id(person)] = person
        changed(line)


def change_customer(line: Line, batch: Batch, customer: Customer, owner: User | None) -> None:
    """Let the row's cells take the place of what is known of an account."""
    said: dict[str, Any] = {
        column: line.values[name] for name, column in FIELDS if name in line.values
    }
    if owner is not None:
        said |= {"owner_id": owner.id, "team_id": owner.team_id}
    if any(getattr(customer, column) != value for column, value in said.items()):
        for column, value in said.items():
            setattr(customer, column, value)
        batch.changed_customers[id(customer)] = customer
        changed(line)
