"""The demo's people and customers: from `demo.toml` into an empty database, once."""

import hashlib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dialer.domain.currencies import to_minor
from dialer.domain.money import Part
from dialer.domain.words import (
    AccountClass,
    ContactRole,
    Language,
    Purpose,
    Temperament,
    UserRole,
)
from dialer.models import Contact, ProcessLease, Team, User
from dialer.people.tokens import add_token
from dialer.people.users import NewUser, add_user, find_user, set_password
from dialer.runtime import Runtime
from dialer.selling.accounts import NewAccount, create_account
from dialer.selling.contacts import NewContact, create_contact
from dialer.selling.money import NewReceivable, create_receivable
from dialer.selling.payments import NewPayment, receive_payment
from dialer.selling.tasks import NewTask, plan_task

FIRST_CALL = timedelta(minutes=10)
BETWEEN_CALLS = timedelta(minutes=25)

# What demo.json holds: addresses, a token, and logins.
Card = dict[str, Any]


def open_floor(rt: Runtime, card: Card, say: Callable[[str], None]) -> Card:
    """People the floor if it is empty, and give back the logins and a token that work."""
    floor = read_floor(rt.settings.policy_dir)
    free_seats(rt)
    if is_empty(rt):
        say("· opening a demo floor …")
        return people(rt, floor)
    if "logins" in card and "token" in card:
        return card
    say("· making new passwords, for the old ones are lost …")
    return renew(rt, floor)


def read_floor(directory: Path) -> dict[str, Any]:
    """The data file."""
    return tomllib.loads((directory / "demo.toml").read_text(encoding="utf-8"))


def free_seats(rt: Runtime) -> None:
    """Both ports were free, so that whoever held a seat here is gone."""
    with rt.sessions.write() as session:
        session.execute(sa.delete(ProcessLease))


def is_empty(rt: Runtime) -> bool:
    """Whether nobody works here yet."""
    with rt.sessions.read() as session:
        return session.scalar(sa.select(User.id).limit(1)) is None


def people(rt: Runtime, floor: Mapping[str, Any]) -> Card:
    """Users, accounts, contacts, and a day's work for each rep."""
    with rt.sessions.write() as session:
        team = Team(name=floor["team"])
        session.add(team)
        session.flush()
        team_id = team.id
    logins = [hire(rt, row, team_id) for row in floor["users"]]
    for row in floor["accounts"]:
        open_account(rt, row)
    bank(rt, floor.get("payments", ()))
    for row in floor["users"]:
        plan_day(rt, row["name"], row.get("purposes", []))
    return {"logins": logins, "token": demo_token(rt, floor)}


def make_password(rt: Runtime) -> str:
    """64 random bits that can be read out and typed."""
    digits = hashlib.sha256(rt.token().encode()).hexdigest()
    return "-".join(digits[i : i + 4] for i in range(0, 16, 4))


def hire(rt: Runtime, row: Mapping[str, Any], team_id: int) -> dict[str, str]:
    """One user with a fresh password."""
    password = make_password(rt)
    new = NewUser(
        name=row["name"],
        password=password,
        role=UserRole(row["role"]),
        full_name=row["full_name"],
        phone=row.get("phone"),
        language=Language(row["language"]),
        team_id=None if row["role"] == UserRole.ADMIN else team_id,
    )
    add_user(rt, new)
    return {"name": row["name"], "password": password, "role": row["role"]}


def demo_token(rt: Runtime, floor: Mapping[str, Any]) -> str:
    """A token of the first rep, with every scope."""
    return add_token(rt, "demo", floor["users"][0]["name"], ["all"])


def renew(rt: Runtime, floor: Mapping[str, Any]) -> Card:
    """New passwords for everybody."""
    logins = []
    for row in floor["users"]:
        password = make_password(rt)
        with rt.sessions.read() as session:
            user_id = find_user(session, row["name"]).id
        set_password(rt, user_id, password, actor_id=None)
        logins.append({"name": row["name"], "password": password, "role": row["role"]})
    return {"logins": logins, "token": demo_token(rt, floor)}


def open_account(rt: Runtime, row: Mapping[str, Any]) -> None:
    """An account with its contacts, its owner's or the public pool's."""
    actor = named_user(rt, row["owner"]) if "owner" in row else any_admin(rt)
    account_id = create_account(
        rt,
        actor,
        NewAccount(
            name=row["name"],
            owner_id=actor.id if "owner" in row else None,
            account_class=AccountClass(row["class"]),
            stage=row["stage"],
            address_region=row.get("address_region"),
        ),
    )
    people = [create_contact(rt, actor, new_contact(account_id, one)) for one in row["contacts"]]
    for debt in row.get("owes", ()):
        create_receivable(rt, actor, new_debt(rt, account_id, people[0], debt))


def new_contact(account_id: int, row: Mapping[str, Any]) -> NewContact:
    """A contact as the verb wants it."""
    temperament = row.get("temperament")
    return NewContact(
        account_id=account_id,
        name=row["name"],
        numbers=(row["number"],),
        role=ContactRole(row.get("role", ContactRole.DECISION_MAKER)),
        language=Language(row["language"]),
        temperament=Temperament(temperament) if temperament else None,
        confirmed_zone=row.get("zone"),
        consent=row.get("consent"),
    )


def new_debt(
    rt: Runtime, account_id: int, contact_id: int, row: Mapping[str, Any]
) -> NewReceivable:
    """An invoice that was due so many days ago; one that is not due yet has less than none."""
    today, currency = rt.now().date(), row["currency"]
    parts = tuple(
        Part(due_on=today - timedelta(days=days), amount_minor=to_minor(amount, currency))
        for days, amount in row.get("instalments", ())
    )
    return NewReceivable(
        account_id=account_id,
        contact_id=contact_id,
        reference=row["reference"],
        amount_minor=to_minor(row["amount"], currency),
        currency=currency,
        due_on=today - timedelta(days=row["days_ago"]),
        instalments=parts,
    )


def bank(rt: Runtime, rows: Sequence[Mapping[str, Any]]) -> None:
    """Money that came in this morning; some of it leaves doubts."""
    for row in rows:
        new = NewPayment(
            amount_minor=to_minor(row["amount"], row["currency"]),
            currency=row["currency"],
            paid_on=rt.now().date(),
            payment_reference=row["payment_reference"],
            text=row["text"],
            payer=row["payer"],
            source="statement",
        )
        receive_payment(rt, any_admin(rt), new)


def named_user(rt: Runtime, name: str) -> User:
    """A user of the floor."""
    with rt.sessions.read() as session:
        return find_user(session, name)


def any_admin(rt: Runtime) -> User:
    """Who fills the public pool."""
    with rt.sessions.read() as session:
        return session.scalars(sa.select(User).where(User.role == UserRole.ADMIN)).one()


def plan_day(rt: Runtime, name: str, purposes: list[str]) -> None:
    """Calls to begin with: the rep's own contacts, one after the other."""
    user = named_user(rt, name)
    with rt.sessions.read() as session:
        contacts = session.scalars(
            sa.select(Contact)
            .where(Contact.account.has(owner_id=user.id))
            .order_by(Contact.id)
            .options(sa.orm.selectinload(Contact.numbers))
        ).all()
    for place, (contact, purpose) in enumerate(zip(contacts, purposes, strict=False)):
        plan_task(
            rt,
            user,
            NewTask(
                purpose=Purpose(purpose),
                number_id=contact.numbers[0].id,
                contact_id=contact.id,
                due_at=rt.now() + FIRST_CALL + place * BETWEEN_CALLS,
            ),
        )
