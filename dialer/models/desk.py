"""What a rep's desk and the pages ask of the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from dialer.domain.words import Mode, Outcome, Purpose, TaskState
from dialer.models.browser_phones import may_be_rung
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Account, Contact, Suppression
from dialer.models.people import User
from dialer.models.visibility import same_team, sees_call, sees_task

# Calls that ended before a customer was reached or tried: there is nothing to say about them.
NEVER_RUNG = (Outcome.REP_NO_ANSWER, Outcome.CANCELED)

WITH_PEOPLE: tuple[ORMOption, ...] = (
    selectinload(Call.legs),
    joinedload(Call.number),
    joinedload(Call.rep),
    joinedload(Call.account).joinedload(Account.owner),
    joinedload(Call.contact).selectinload(Contact.numbers),
)


def live_call(session: Session, rep_id: int) -> Call | None:
    """The rep's call that has not ended."""
    return session.scalar(
        sa.select(Call).where(Call.rep_id == rep_id, Call.ended_at.is_(None)).options(*WITH_PEOPLE)
    )


def last_call(session: Session, rep_id: int, since: datetime) -> Call | None:
    """The rep's latest call that ended after an instant."""
    return session.scalar(
        sa.select(Call)
        .where(Call.rep_id == rep_id, Call.ended_at >= since)
        .order_by(Call.id.desc())
        .limit(1)
        .options(*WITH_PEOPLE)
    )


def unwrapped_call(session: Session, rep_id: int, since: datetime) -> Call | None:
    """The rep's latest ended call of which nobody has said yet what came of it."""
    return session.scalar(
        sa.select(Call)
        .where(
            Call.rep_id == rep_id,
            Call.ended_at >= since,
            Call.wrapped_up_at.is_(None),
            Call.outcome.not_in(NEVER_RUNG),
        )
        .order_by(Call.id.desc())
        .limit(1)
        .options(*WITH_PEOPLE)
    )


def open_tasks(session: Session, rep_id: int, until: datetime) -> Sequence[CallTask]:
    """What a rep has to call by an instant, soonest due first."""
    return session.scalars(
        sa.select(CallTask)
        .where(
            CallTask.owner_id == rep_id,
            CallTask.state == TaskState.WAITING,
            CallTask.mode == Mode.REP,
            CallTask.due_at < until,
        )
        .order_by(CallTask.goes_first.desc(), CallTask.due_at, CallTask.id)
        .options(
            joinedload(CallTask.account),
            joinedload(CallTask.contact).options(
                selectinload(Contact.numbers), joinedload(Contact.account)
            ),
        )
        .limit(200)
    ).all()


def count_done(session: Session, rep_id: int, since: datetime) -> int:
    """How many of the rep's calls since an instant were wrapped up."""
    return session.scalar(
        sa.select(sa.func.count(Call.id)).where(
            Call.rep_id == rep_id, Call.wrapped_up_at >= since
        )
    ) or 0  # fmt: skip


def count_closing(
    session: Session, rep_id: int, since: datetime, until: datetime
) -> tuple[int, int]:
    """How many closing calls a rep has between two instants, and how many of them are done."""
    row = session.execute(
        sa.select(
            sa.func.count(CallTask.id),
            sa.func.count(CallTask.id).filter(CallTask.state == TaskState.DONE),
        ).where(
            CallTask.owner_id == rep_id,
            CallTask.purpose == Purpose.CLOSING,
            CallTask.due_at >= since,
            CallTask.due_at < until,
            CallTask.state != TaskState.CANCELLED,
        )
    ).one()
    return row[0], row[1]


def talked_accounts(session: Session, account_ids: Sequence[int]) -> set[int]:
    """Which of these accounts somebody of ours has talked with before."""
    return set(
        session.scalars(
            sa.select(Call.account_id)
            .where(Call.account_id.in_(account_ids), Call.outcome == Outcome.TALKED)
            .distinct()
        )
    ) - {None}  # type: ignore[return-value]


def find_contact(session: Session, contact_id: int, seen: sa.ColumnElement[bool]) -> Contact | None:
    """A contact that the reader may see, with account and numbers."""
    return session.scalar(
        sa.select(Contact)
        .where(Contact.id == contact_id, seen)
        .options(
            joinedload(Contact.account).joinedload(Account.owner), selectinload(Contact.numbers)
        )
    )


def recent_calls(
    session: Session, viewer: User, account_id: int | None, contact_id: int | None, limit: int
) -> Sequence[Call]:
    """The latest calls with an account, or with a contact who has none, that may be seen."""
    about = Call.account_id == account_id if account_id else Call.contact_id == contact_id
    return session.scalars(
        sa.select(Call)
        .where(about, sees_call(viewer))
        .order_by(Call.created_at.desc(), Call.id.desc())
        .limit(limit)
        .options(*WITH_PEOPLE)
    ).all()


def planned_tasks(
    session: Session, viewer: User, account_id: int | None, contact_id: int | None
) -> Sequence[CallTask]:
    """What is planned with an account, or with a contact who has none, and may be seen."""
    about = CallTask.account_id == account_id if account_id else CallTask.contact_id == contact_id
    return session.scalars(
        sa.select(CallTask)
        .where(about, CallTask.state == TaskState.WAITING, sees_task(viewer))
        .order_by(CallTask.due_at, CallTask.id)
        .limit(20)
        .options(joinedload(CallTask.contact), joinedload(CallTask.account))
    ).all()


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody of the team who has a telephone, and whether it could be rung now."""

    user: User
    is_busy: bool

    @property
    def is_free(self) -> bool:
        """Neither on a call nor away."""
        return not self.is_busy and self.user.paused_at is None


def list_colleagues(session: Session, user: User) -> list[Colleague]:
    """Who could take a call over from a user, those who are free first."""
    busy = sa.exists().where(Call.rep_id == User.id, Call.ended_at.is_(None))
    rows = session.execute(
        sa.select(User, busy)
        .where(
            User.id != user.id,
            may_be_rung(),
            User.disabled_at.is_(None),
            same_team(User.team_id, user),
        )
        .order_by(User.full_name, User.name)
    )
    found = [Colleague(user=one, is_busy=is_busy) for one, is_busy in rows]
    return sorted(found, key=lambda one: not one.is_free)


def suppressed_numbers(session: Session, number_ids: Sequence[int]) -> dict[int, Suppression]:
    """Which of these numbers must not be called, and why."""
    rows = session.scalars(
        sa.select(Suppression).where(
            Suppression.number_id.in_(number_ids), Suppression.lifted_at.is_(None)
        )
    )
    return {row.number_id: row for row in rows}
