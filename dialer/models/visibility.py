"""Who may see and dial what, in one place: the same rules for pages, programs and verbs.

An account without an owner stands in the public pool and is everybody's to see and to dial. An
owned one is seen by its team, with masked numbers by those reps who do not own it, and dialled by
its owner and the team's supervisors. A contact without an account is treated like the pool's, but
its number is not masked. An admin sees and may dial everything.
"""

import sqlalchemy as sa

from dialer.domain.words import UserRole
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Account, Contact
from dialer.models.people import User

Condition = sa.ColumnElement[bool]


def same_team(
    column: sa.ColumnElement[int | None] | sa.orm.Mapped[int | None], user: User
) -> Condition:
    """Whether a row is of the user's team; those without a team are a team too."""
    return column.is_(None) if user.team_id is None else column == user.team_id


def sees_account(user: User) -> Condition:
    """Accounts that a user may see, as a condition on `Account`."""
    if user.role is UserRole.ADMIN:
        return sa.true()
    mine = Account.owner_id == user.id
    return sa.or_(mine, Account.owner_id.is_(None), same_team(Account.team_id, user))


def sees_contact(user: User) -> Condition:
    """Contacts that a user may see, as a condition on `Contact`."""
    if user.role is UserRole.ADMIN:
        return sa.true()
    return sa.or_(Contact.account_id.is_(None), Contact.account.has(sees_account(user)))


def sees_call(user: User) -> Condition:
    """Calls that a user may see, as a condition on `Call`.

    A rep sees their own and those of accounts that they own; a supervisor those of the team.
    """
    if user.role is UserRole.ADMIN:
        return sa.true()
    if user.role is UserRole.SUPERVISOR:
        return same_team(Call.team_id, user)
    return sa.or_(Call.rep_id == user.id, Call.account.has(Account.owner_id == user.id))


def sees_number(user: User) -> Condition:
    """Calls whose customer's number a user may read, so that no search can guess a masked one."""
    if user.role is not UserRole.REP:
        return sa.true()
    return sa.or_(Call.account_id.is_(None), Call.account.has(Account.owner_id == user.id))


def sees_task(user: User) -> Condition:
    """Tasks that a user may see, as a condition on `CallTask`."""
    if user.role is UserRole.ADMIN:
        return sa.true()
    owner = CallTask.owner_id == user.id
    if user.role is UserRole.REP:
        return owner
    team = sa.select(User.id).where(same_team(User.team_id, user))
    return sa.or_(owner, CallTask.owner_id.in_(team))


def sees_user(user: User) -> Condition:
    """Users that a user may see, as a condition on `User`."""
    if user.role is UserRole.ADMIN:
        return sa.true()
    if user.role is UserRole.SUPERVISOR:
        return same_team(User.team_id, user)
    return User.id == user.id


def may_read_number(user: User, account: Account | None) -> bool:
    """Whether the numbers of an account's contacts are shown in full."""
    return user.role is not UserRole.REP or account is None or account.owner_id == user.id


def may_edit_account(user: User, account: Account | None) -> bool:
    """Whether a user may change an account and its contacts."""
    return may_dial_account(user, account)


def may_dial_account(user: User, account: Account | None) -> bool:
    """Whether a user may call the contacts of an account."""
    if user.role is UserRole.ADMIN or account is None or account.owner_id in (None, user.id):
        return True
    return user.role is UserRole.SUPERVISOR and account.team_id == user.team_id


def may_dial_contact(user: User, contact: Contact) -> bool:
    """Whether a user may call a contact."""
    return may_dial_account(user, contact.account)


def may_control_call(user: User, call: Call) -> bool:
    """Whether a user may hang up or hold a call: its rep, the team's supervisor, an admin."""
    if user.role is UserRole.ADMIN or call.rep_id == user.id:
        return True
    return user.role is UserRole.SUPERVISOR and call.team_id == user.team_id
