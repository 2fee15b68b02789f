"""Accounts: made, changed, claimed from the public pool and given back to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.regions import UnknownRegionError
from dialer.domain.words import AccountClass, UserRole
from dialer.models import Account, AuditEntry, User
from dialer.models.visibility import may_edit_account, sees_account
from dialer.runtime import Runtime
from dialer.selling.errors import AlreadyOwned, BadValue, NotAllowed, NotFound


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """An account to be; without an owner it goes to the public pool."""

    name: str
    owner_id: int | None = None
    account_class: AccountClass = AccountClass.C
    stage: int = 1
    address_region: str | None = None


def create_account(rt: Runtime, actor: User, new: NewAccount) -> int:
    """Make an account and return its id. Raises NotAllowed or BadValue."""
    check_region(rt, new.address_region)
    with rt.sessions.write() as session:
        account = Account(
            name=new.name,
            account_class=new.account_class,
            stage=new.stage,
            address_region=new.address_region,
            created_at=rt.now(),
        )
        hand_over(session, actor, account, new.owner_id)
        session.add(account)
        session.flush()
        audit(session, actor, "account.add", account.id, rt.now())
        return account.id


def check_region(rt: Runtime, region: str | None) -> None:
    """Refuse a region whose law and zones nobody knows."""
    try:
        _ = region and rt.policy.regions.lineage(region)
    except UnknownRegionError as error:
        raise BadValue("address_region", str(error)) from None


def hand_over(session: Session, actor: User, account: Account, owner_id: int | None) -> None:
    """Give an account to a user, or to the pool; reps take only for themselves."""
    if owner_id is None:
        account.owner_id = None
        account.team_id = account.team_id or actor.team_id
        return
    owner = session.get(User, owner_id)
    if owner is None or owner.disabled_at is not None:
        raise BadValue("owner", "must be an active user")
    if not may_hand_to(actor, owner):
        raise NotAllowed
    account.owner_id, account.team_id = owner.id, owner.team_id


def may_hand_to(actor: User, owner: User) -> bool:
    """Whether a user may make another (or themselves) an owner."""
    if actor.role is UserRole.ADMIN or actor.id == owner.id:
        return True
    return actor.role is UserRole.SUPERVISOR and actor.team_id == owner.team_id


def audit(session: Session, actor: User, action: str, account_id: int, at: datetime) -> None:
    """Who did what to which account."""
    session.add(
        AuditEntry(
            at=at, actor_id=actor.id, action=action, subject_kind="account", subject_id=account_id
        )
    )


def find_account(session: Session, actor: User, account_id: int) -> Account:
    """An account that the user may see, its row locked. Raises NotFound."""
    found = session.scalar(
        sa.select(Account)
        .where(Account.id == account_id, sees_account(actor))
        .with_for_update(of=Account)
    )
    if found is None:
        raise NotFound("account")
    return found


def find_editable(session: Session, actor: User, account_id: int) -> Account:
    """An account that the user may change. Raises NotFound or NotAllowed."""
    account = find_account(session, actor, account_id)
    if not may_edit_account(actor, account):
        raise NotAllowed
    return account


def update_account(rt: Runtime, actor: User, account_id: int, changes: Mapping[str, Any]) -> None:
    """Change some fields of NewAccount, and leave the others. Raises as `create_account`."""
    check_region(rt, changes.get("address_region"))
    with rt.sessions.write() as session:
        account = find_editable(session, actor, account_id)
        if "owner_id" in changes:
            hand_over(session, actor, account, changes["owner_id"])
        for name in ("name", "account_class", "stage", "address_region"):
            if name in changes:
                setattr(account, name, changes[name])
        audit(session, actor, "account.change", account_id, rt.now())


def claim_account(rt: Runtime, actor: User, account_id: int) -> None:
    """Take an account out of the public pool. Raises NotFound or AlreadyOwned."""
    with rt.sessions.write() as session:
        account = find_account(session, actor, account_id)
        if account.owner_id is not None:
            raise AlreadyOwned
        account.owner_id, account.team_id = actor.id, actor.team_id
        audit(session, actor, "account.claim", account_id, rt.now())


def release_account(rt: Runtime, actor: User, account_id: int) -> None:
    """Give an account back to the public pool. Raises NotFound or NotAllowed."""
    with rt.sessions.write() as session:
        account = find_editable(session, actor, account_id)
        account.owner_id = None
        audit(session, actor, "account.release", account_id, rt.now())
