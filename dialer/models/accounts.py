"""The searchable list of accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from dialer.domain.words import AccountClass, TaskState, UserRole
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Account, Contact, PhoneNumber
from dialer.models.logbook import number_digits
from dialer.models.people import User
from dialer.models.visibility import sees_account, sees_call, sees_task

PAGE_SIZE = 40


class Sort(StrEnum):
    """In which order the list stands; the account's id settles ties."""

    GRADE = "class"
    NAME = "name"
    STAGE = "stage"
    NEWEST = "newest"


ORDERS: Mapping[Sort, tuple[sa.ColumnElement[Any], ...]] = {
    Sort.GRADE: (
        sa.cast(Account.account_class, sa.String),
        sa.type_coerce(Account.name, sa.String),
    ),
    Sort.NAME: (sa.type_coerce(Account.name, sa.String),),
    Sort.STAGE: (-Account.stage,),
    Sort.NEWEST: (-Account.id,),
}


@dataclass(frozen=True, kw_only=True)
class AccountFilter:
    """What to look for. `owner` is mine, pool, others, or empty for all."""

    text: str = ""
    grade: AccountClass | None = None
    owner: str = ""
    sort: Sort = Sort.GRADE


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """A line of the list: when we last called, and when the next call is due."""

    account: Account
    last_call: Call | None
    next_task: CallTask | None


@dataclass(frozen=True, kw_only=True)
class AccountPage:
    """One page of the list; `total` counts all of them, `after` is the next page's cursor."""

    rows: Sequence[AccountRow]
    total: int
    after: int | None


def list_accounts(
    session: Session, viewer: User, wanted: AccountFilter, after: int | None = None
) -> AccountPage:
    """A page of the accounts that the viewer may see; `after` is the last one of the page before.

    However long the list is and whatever is added meanwhile, no account comes twice.
    """
    conditions = [sees_account(viewer), *chosen(viewer, wanted)]
    total = session.scalar(sa.select(sa.func.count(Account.id)).where(*conditions)) or 0
    order = (*ORDERS[wanted.sort], sa.type_coerce(Account.id, sa.Integer))
    accounts = session.scalars(
        sa.select(Account)
        .where(*conditions, *beyond(session, order, after))
        .order_by(*order)
        .limit(PAGE_SIZE + 1)
        .options(joinedload(Account.owner), selectinload(Account.contacts))
    ).all()
    shown = accounts[:PAGE_SIZE]
    more = len(accounts) > PAGE_SIZE
    return AccountPage(
        rows=with_calls(session, viewer, shown), total=total, after=shown[-1].id if more else None
    )


def beyond(
    session: Session, order: Sequence[sa.ColumnElement[Any]], after: int | None
) -> list[sa.ColumnElement[bool]]:
    """What stands behind an account in an order; everything where there is no such account."""
    if after is None:
        return []
    last = session.execute(sa.select(*order).where(Account.id == after)).one_or_none()
    if last is None:
        return []
    return [sa.tuple_(*order) > sa.tuple_(*(sa.literal(value) for value in last))]


def chosen(viewer: User, wanted: AccountFilter) -> list[sa.ColumnElement[bool]]:
    """One condition for each field that asks for something."""
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.grade is not None:
        conditions.append(Account.account_class == wanted.grade)
    if wanted.owner == "mine":
        conditions.append(Account.owner_id == viewer.id)
    elif wanted.owner == "pool":
        conditions.append(Account.owner_id.is_(None))
    elif wanted.owner == "others":
        conditions.append(Account.owner_id != viewer.id)
    if wanted.text.strip():
        conditions.append(has_text(viewer, wanted.text.strip()))
    return conditions


def has_text(viewer: User, text: str) -> sa.ColumnElement[bool]:
    """A name that contains the text, or a number whose digits do and that may be read."""
    conditions = [
        Account.name.icontains(text, autoescape=True),
        Account.contacts.any(Contact.name.icontains(text, autoescape=True)),
    ]
    digits = number_digits(text)
    if digits:
        has_number = Account.contacts.any(
            Contact.numbers.any(PhoneNumber.e164.contains(digits, autoescape=True))
        )
        conditions.append(sa.and_(has_number, reads_numbers(viewer)))
    return sa.or_(*conditions)


def reads_numbers(viewer: User) -> sa.ColumnElement[bool]:
    """Accounts whose numbers the viewer may read, so that no search can guess a masked one."""
    return sa.true() if viewer.role is not UserRole.REP else Account.owner_id == viewer.id


def with_calls(session: Session, viewer: User, accounts: Sequence[Account]) -> list[AccountRow]:
    """The last call and the next task of each that may be seen, in two queries for all."""
    ids = [account.id for account in accounts]
    last = (
        sa.select(sa.func.max(Call.id))
        .where(Call.account_id.in_(ids), sees_call(viewer))
        .group_by(Call.account_id)
    )
    calls = session.scalars(sa.select(Call).where(Call.id.in_(last)))
    tasks = session.scalars(
        sa.select(CallTask)
        .where(
            CallTask.account_id.in_(ids),
            CallTask.state == TaskState.WAITING,
            sees_task(viewer),
        )
        .order_by(CallTask.due_at.desc(), CallTask.id.desc())
    )
    last_calls = {call.account_id: call for call in calls}
    next_tasks = {task.account_id: task for task in tasks}
    return [
        AccountRow(
            account=account,
            last_call=last_calls.get(account.id),
            next_task=next_tasks.get(account.id),
        )
        for account in accounts
    ]


def find_account(session: Session, viewer: User, account_id: int) -> Account | None:
    """An account that the viewer may see, with its people and their numbers."""
    return session.scalar(
        sa.select(Account)
        .where(Account.id == account_id, sees_account(viewer))
        .options(
            joinedload(Account.owner),
            selectinload(Account.contacts).selectinload(Contact.numbers),
        )
    )
