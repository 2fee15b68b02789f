"""Builders: plain functions that write one thing with sensible defaults and a fixed cast.

Reps 王敏 and Liu Fang, supervisor Chen Jie, customers 张伟 in Shanghai and Maria Lopez in Miami.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from dialer.domain.words import (
    AccountClass,
    ContactRole,
    Language,
    Mode,
    Purpose,
    TaskState,
    UserRole,
)
from dialer.models import Account, CallTask, Contact, ContactNumber, Receivable, Team, User
from dialer.models.numbers import ensure_number

ZHANG_WEI = "+8613800138000"
LI_NA = "+8613900139000"
MARIA = "+13055550142"
REP_PHONE = "+862155550190"
OTHER_REP_PHONE = "+862155550191"
NO_PASSWORD = "no password opens this"


def make_team(session: Session, name: str = "East") -> Team:
    team = Team(name=name)
    session.add(team)
    session.flush()
    return team


def make_user(session: Session, now: datetime, name: str = "wang.min", **fields: Any) -> User:
    defaults: dict[str, Any] = {
        "full_name": "王敏", "role": UserRole.REP, "phone": REP_PHONE, "language": Language.EN,
        "password_hash": NO_PASSWORD, "created_at": now,
    }  # fmt: skip
    user = User(name=name, **{**defaults, **fields})
    session.add(user)
    session.flush()
    return user


def make_account(session: Session, now: datetime, name: str = "华东机械", **fields: Any) -> Account:
    defaults: dict[str, Any] = {"account_class": AccountClass.A, "stage": 3, "created_at": now}
    account = Account(name=name, **{**defaults, **fields})
    session.add(account)
    session.flush()
    return account


def make_contact(
    session: Session,
    now: datetime,
    account: Account | None,
    name: str = "张伟",
    number: str = ZHANG_WEI,
    **fields: Any,
) -> Contact:
    defaults: dict[str, Any] = {"role": ContactRole.DECISION_MAKER, "created_at": now}
    contact = Contact(
        name=name, account_id=account.id if account else None, **{**defaults, **fields}
    )
    session.add(contact)
    session.flush()
    row = ensure_number(session, number, now)
    session.add(ContactNumber(contact_id=contact.id, number_id=row.id, position=0))
    session.flush()
    return contact


def make_task(session: Session, now: datetime, contact: Contact, **fields: Any) -> CallTask:
    defaults: dict[str, Any] = {
        "purpose": Purpose.FOLLOW_UP, "mode": Mode.REP, "contact_id": contact.id,
        "account_id": contact.account_id, "due_at": now, "state": TaskState.WAITING,
        "created_at": now,
    }  # fmt: skip
    task = CallTask(**{**defaults, **fields})
    session.add(task)
    session.flush()
    return task


def make_receivable(session: Session, now: datetime, contact: Contact, **fields: Any) -> Receivable:
    defaults: dict[str, Any] = {
        "reference": "INV-7", "amount_minor": 123450, "currency": "CNY",
        "due_on": date(2026, 2, 20), "account_id": contact.account_id, "contact_id": contact.id,
        "created_at": now,
    }  # fmt: skip
    receivable = Receivable(**{**defaults, **fields})
    session.add(receivable)
    session.flush()
    return receivable
