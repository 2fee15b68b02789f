"""Accounts, as records for programs."""

from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session, joinedload

from dialer.api.pages import fetch_page
from dialer.api.problems import Problem, invalid
from dialer.api.route import Asked, Route
from dialer.api.shapes import Body, Id, LongName, Name, Out, PageQuery, QueryId, Region, Stage, Text
from dialer.domain.words import AccountClass, UserRole
from dialer.models import Account, User
from dialer.models.visibility import sees_account
from dialer.people.errors import NoSuchUser
from dialer.people.users import find_user
from dialer.selling.accounts import (
    NewAccount,
    claim_account,
    create_account,
    release_account,
    update_account,
)

Owner = Annotated[Id | Name, Field(description="A user's id or name; null is the public pool.")]


class AccountIn(Body):
    """An account to be. Without `owner` it is the rep's who makes it, or the public pool's."""

    name: LongName
    owner: Owner | None = None
    account_class: Annotated[AccountClass, Field(alias="class")] = AccountClass.C
    stage: Stage = 1
    address_region: Region | None = None


class AccountChange(Body):
    """Fields to be changed; the others stay."""

    name: LongName = ""
    owner: Owner | None = None
    account_class: Annotated[AccountClass, Field(alias="class")] = AccountClass.C
    stage: Stage = 1
    address_region: Region | None = None


class AccountOut(Out):
    """A customer company or household; `owner` is null in the public pool."""

    id: int
    name: str
    owner: str | None
    owner_id: int | None
    account_class: Annotated[AccountClass, Field(serialization_alias="class")]
    stage: int
    address_region: str | None
    created_at: datetime


class AccountQuery(PageQuery):
    """What to look for; `text` is part of the name, `pool` asks for accounts without an owner."""

    text: Text = ""
    owner_id: QueryId | None = None
    pool: bool | None = None


class AccountsOut(Out):
    """One page, oldest first."""

    accounts: list[AccountOut]
    next_cursor: int | None


def add_account(asked: Asked) -> AccountOut:
    """Make an account."""
    fields = fields_of(asked)
    if "owner_id" not in fields and asked.who.user.role is UserRole.REP:
        fields["owner_id"] = asked.who.user.id
    account_id = create_account(asked.rt, asked.who.user, NewAccount(**fields))
    return show_account(asked, account_id)


def fields_of(asked: Asked) -> dict[str, Any]:
    """The fields that were given, the owner as an id."""
    fields: dict[str, Any] = asked.body.model_dump(exclude_unset=True)
    if "owner" in fields:
        fields["owner_id"] = owner_id(asked, fields.pop("owner"))
    return fields


def owner_id(asked: Asked, owner: int | str | None) -> int | None:
    """The id of a user that was named by either."""
    if not isinstance(owner, str):
        return owner
    try:
        with asked.rt.sessions.read() as session:
            return find_user(session, owner).id
    except NoSuchUser as error:
        raise invalid("owner", str(error)) from None


def list_accounts(asked: Asked) -> AccountsOut:
    """Accounts that the user may see."""
    wanted: AccountQuery = asked.query
    query = select_accounts(asked.who.user)
    if wanted.text.strip():
        query = query.where(Account.name.icontains(wanted.text.strip(), autoescape=True))
    if wanted.owner_id is not None:
        query = query.where(Account.owner_id == wanted.owner_id)
    if wanted.pool is not None:
        query = query.where(Account.owner_id.is_(None) == wanted.pool)
    with asked.rt.sessions.read() as session:
        page = fetch_page(session, query, Account.id, wanted)
    return AccountsOut(
        accounts=[account_out(row) for row in page.rows], next_cursor=page.next_cursor
    )


def select_accounts(viewer: User) -> sa.Select[Account]:
    """Accounts with their owners."""
    return sa.select(Account).where(sees_account(viewer)).options(joinedload(Account.owner))


def show_account(asked: Asked, account_id: int) -> AccountOut:
    """One account."""
    with asked.rt.sessions.read() as session:
        return account_out(visible_account(session, asked.who.user, account_id))


def visible_account(session: Session, viewer: User, account_id: int) -> Account:
    """An account that the viewer may see. Raises Problem."""
    account = session.scalar(select_accounts(viewer).where(Account.id == account_id))
    if account is None:
        raise Problem(404, "not_found", "There is no such account.")
    return account


def account_out(account: Account) -> AccountOut:
    """An account as it goes out."""
    return AccountOut(
        id=account.id,
        name=account.name,
        owner=account.owner.name if account.owner else None,
        owner_id=account.owner_id,
        account_class=account.account_class,
        stage=account.stage,
        address_region=account.address_region,
        created_at=account.created_at,
    )


def change_account(asked: Asked, account_id: int) -> AccountOut:
    """Change some fields of an account."""
    update_account(asked.rt, asked.who.user, account_id, fields_of(asked))
    return show_account(asked, account_id)


def claim(asked: Asked, account_id: int) -> AccountOut:
    """Take an account out of the public pool."""
    claim_account(asked.rt, asked.who.user, account_id)
    return show_account(asked, account_id)


def release(asked: Asked, account_id: int) -> AccountOut:
    """Give an account back to the public pool."""
    release_account(asked.rt, asked.who.user, account_id)
    return show_account(asked, account_id)


ONE = "/accounts/<int:account_id>"

ROUTES = (
    Route(method="POST", path="/accounts", view=add_account, scope="records", body=AccountIn,
          answer=AccountOut, status=201, tag="accounts"),
    Route(method="GET", path="/accounts", view=list_accounts, scope="records",
          query=AccountQuery, answer=AccountsOut, tag="accounts"),
    Route(method="GET", path=ONE, view=show_account, scope="records", answer=AccountOut,
          tag="accounts"),
    Route(method="PATCH", path=ONE, view=change_account, scope="records", body=AccountChange,
          answer=AccountOut, tag="accounts"),
    Route(method="POST", path=f"{ONE}/claim", view=claim, scope="records", answer=AccountOut,
          problems=(409,), tag="accounts"),
    Route(method="POST", path=f"{ONE}/release", view=release, scope="records",
          answer=AccountOut, tag="accounts"),
)  # fmt: skip
