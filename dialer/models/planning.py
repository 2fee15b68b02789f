"""What a plan is made from: a team's reps, their past talks, and the customers who fit."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from dialer.domain.words import (
    AccountClass,
    ContactRole,
    LegRole,
    Mode,
    Outcome,
    Purpose,
    TaskState,
    UserRole,
)
from dialer.models.browser_phones import may_be_rung
from dialer.models.calls import Call, CallLeg, CallTask
from dialer.models.customers import Account, Contact
from dialer.models.people import AuditEntry, Team, User
from dialer.models.visibility import sees_user

MOST_CUSTOMERS = 5_000
RECENT_PLANS = 10
CONFIRMED = "plan.confirm"


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A customer who may be planned: whom to call, and the call that waits already, if any."""

    contact: Contact
    task: CallTask | None

    @property
    def owner_id(self) -> int | None:
        """Whose call it is."""
        if self.task is not None and self.task.owner_id is not None:
            return self.task.owner_id
        return self.contact.account.owner_id if self.contact.account else None

    @property
    def account_class(self) -> AccountClass:
        """How much effort the customer deserves."""
        return self.contact.account.account_class if self.contact.account else AccountClass.C


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which customers a purpose is for; `from_tasks`: only those whose call waits already."""

    purpose: Purpose
    roles: Collection[ContactRole]
    least_stage: int
    from_tasks: bool


def team_reps(session: Session, team_id: int | None) -> Sequence[User]:
    """A team's reps who may call: not disabled, with a phone."""
    same = User.team_id.is_(None) if team_id is None else User.team_id == team_id
    return session.scalars(
        sa.select(User)
        .where(same, User.role == UserRole.REP, User.disabled_at.is_(None), may_be_rung())
        .order_by(User.id)
    ).all()


def past_talks(
    session: Session, rep_ids: Sequence[int], since: datetime
) -> dict[int, tuple[int, ...]]:
    """How many seconds each rep's talks lasted since an instant."""
    rows = session.execute(
        sa.select(Call.rep_id, CallLeg.talk_seconds)
        .join(CallLeg, CallLeg.call_id == Call.id)
        .where(
            Call.rep_id.in_(rep_ids),
            Call.created_at >= since,
            Call.outcome == Outcome.TALKED,
            CallLeg.role == LegRole.CUSTOMER,
            CallLeg.talk_seconds > 0,
        )
    )
    talks = defaultdict[int, list[int]](list)
    for rep_id, seconds in rows:
        if rep_id is not None:
            talks[rep_id].append(seconds)
    return {rep_id: tuple(seconds) for rep_id, seconds in talks.items()}


def customers(session: Session, rep_ids: Sequence[int], wanted: Wanted) -> list[Customer]:
    """One per account: the contact whose call waits, the soonest due first, else the first."""
    tasks = waiting_tasks(session, rep_ids, wanted.purpose)
    with_task = [Customer(contact=task.contact, task=task) for task in tasks if task.contact]
    others = () if wanted.from_tasks else fitting_contacts(session, rep_ids, wanted)
    without = (Customer(contact=contact, task=None) for contact in others)
    return list(one_per_account([*with_task, *without]))


def waiting_tasks(session: Session, rep_ids: Sequence[int], purpose: Purpose) -> Sequence[CallTask]:
    """The reps' calls of a purpose that wait to be made, the soonest due first."""
    return session.scalars(
        sa.select(CallTask)
        .where(
            CallTask.owner_id.in_(rep_ids),
            CallTask.purpose == purpose,
            CallTask.mode == Mode.REP,
            CallTask.state == TaskState.WAITING,
            CallTask.contact_id.is_not(None),
        )
        .order_by(CallTask.goes_first.desc(), CallTask.due_at, CallTask.id)
        .limit(MOST_CUSTOMERS)
        .options(
            joinedload(CallTask.contact).selectinload(Contact.numbers),
            joinedload(CallTask.contact).joinedload(Contact.account),
        )
    ).all()


def fitting_contacts(session: Session, rep_ids: Sequence[int], wanted: Wanted) -> Sequence[Contact]:
    """Contacts of the reps' accounts whose role and stage fit the purpose."""
    return session.scalars(
        sa.select(Contact)
        .join(Account, Account.id == Contact.account_id)
        .where(
            Account.owner_id.in_(rep_ids),
            Account.stage >= wanted.least_stage,
            Contact.role.in_(wanted.roles),
        )
        .order_by(Account.account_class, Contact.id)
        .limit(MOST_CUSTOMERS)
        .options(selectinload(Contact.numbers), joinedload(Contact.account))
    ).all()


def one_per_account(many: Sequence[Customer]) -> Iterator[Customer]:
    """Nobody's office is called twice in an hour; contacts without a number cannot be called."""
    seen: set[tuple[str, int]] = set()
    for customer in many:
        contact = customer.contact
        key = ("account", contact.account_id) if contact.account_id else ("contact", contact.id)
        if key not in seen and contact.numbers:
            seen.add(key)
            yield customer


def last_talks(session: Session, contact_ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these contacts was last talked with."""
    rows = session.execute(
        sa.select(Call.contact_id, sa.func.max(Call.answered_at))
        .where(Call.contact_id.in_(contact_ids), Call.outcome == Outcome.TALKED)
        .group_by(Call.contact_id)
    )
    return {contact_id: at for contact_id, at in rows if contact_id is not None and at is not None}


def teams_of(session: Session, viewer: User) -> Sequence[Team]:
    """The teams that a user may plan for."""
    query = sa.select(Team).order_by(Team.name)
    if viewer.role is not UserRole.ADMIN:
        query = query.where(Team.id == viewer.team_id)
    return session.scalars(query).all()


def recent_plans(session: Session, viewer: User) -> Sequence[AuditEntry]:
    """The plans that were confirmed last in the teams that the viewer sees, newest first."""
    return session.scalars(select_plans(viewer).limit(RECENT_PLANS)).all()


def find_plan(session: Session, viewer: User, entry_id: int) -> AuditEntry | None:
    """A confirmed plan that the viewer may see."""
    return session.scalar(select_plans(viewer).where(AuditEntry.id == entry_id))


def select_plans(viewer: User) -> sa.Select[AuditEntry]:
    """Confirmed plans, whose whole record stands in the log of deeds."""
    return (
        sa.select(AuditEntry)
        .join(User, User.id == AuditEntry.actor_id)
        .where(AuditEntry.action == CONFIRMED, sees_user(viewer))
        .order_by(AuditEntry.id.desc())
    )


def plan_tasks(session: Session, ids: Sequence[int]) -> Sequence[CallTask]:
    """The tasks of a plan, in the order of their times."""
    return session.scalars(
        sa.select(CallTask)
        .where(CallTask.id.in_(ids))
        .order_by(CallTask.due_at, CallTask.id)
        .options(joinedload(CallTask.contact), joinedload(CallTask.account))
    ).all()


def calls_of(session: Session, task_ids: Sequence[int]) -> Sequence[Call]:
    """The calls that were made for these tasks."""
    return session.scalars(
        sa.select(Call)
        .where(Call.task_id.in_(task_ids))
        .order_by(Call.id)
        .options(selectinload(Call.legs))
    ).all()


def people(session: Session, ids: Collection[int]) -> dict[int, User]:
    """Users by id."""
    return {user.id: user for user in session.scalars(sa.select(User).where(User.id.in_(ids)))}


def contacts_by_id(session: Session, ids: Collection[int]) -> dict[int, Contact]:
    """Contacts by id, with their accounts."""
    rows = session.scalars(
        sa.select(Contact).where(Contact.id.in_(ids)).options(joinedload(Contact.account))
    )
    return {contact.id: contact for contact in rows}
