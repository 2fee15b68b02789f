"""What the live board asks of the tables: today's calls, live calls, closing tasks, switches."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from dialer.domain.lengths import Lengths
from dialer.domain.stats import CallFact
from dialer.domain.words import (
    CallStatus,
    Help,
    LegRole,
    Mode,
    Outcome,
    Purpose,
    TaskState,
    UserRole,
)
from dialer.models.calls import Call, CallEvent, CallLeg, CallTask
from dialer.models.customers import Contact
from dialer.models.desk import NEVER_RUNG
from dialer.models.machinery import Switch
from dialer.models.people import User

Condition = sa.ColumnElement[bool]
HELP_ASKED = "supervise_"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose calls are watched: one team's (None is a team too: those without one), or all."""

    everybody: bool = False
    team_id: int | None = None

    def covers(self, column: sa.orm.Mapped[int | None]) -> Condition:
        """Rows of that team, as a condition on their team's column."""
        if self.everybody:
            return sa.true()
        return column.is_(None) if self.team_id is None else column == self.team_id


def scope_of(user: User) -> Scope:
    """What a boss may watch: an admin everybody, a supervisor the own team."""
    if user.role is UserRole.ADMIN:
        return Scope(everybody=True)
    return Scope(team_id=user.team_id)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Where the log and the switches stand; another mark is another picture of the floor."""

    event_id: int
    switched_at: datetime | None
    paused_at: datetime | None
    paused: int


def latest_mark(session: Session) -> Mark:
    """Asked several times a second: three look-ups by index or in tables of a few rows."""
    paused_at, paused = session.execute(
        sa.select(sa.func.max(User.paused_at), sa.func.count(User.paused_at))
    ).one()
    return Mark(
        event_id=session.scalar(sa.select(sa.func.max(CallEvent.id))) or 0,
        switched_at=session.scalar(sa.select(sa.func.max(Switch.changed_at))),
        paused_at=paused_at,
        paused=paused,
    )


def call_facts(
    session: Session, scope: Scope, since: datetime, until: datetime, lengths: Lengths
) -> Sequence[CallFact]:
    """The day's calls as far as they are counted; a machine's call is nobody's."""
    leg, other = sa.orm.aliased(CallLeg), sa.orm.aliased(CallLeg)
    last = (
        sa.select(sa.func.max(other.id))
        .where(other.call_id == Call.id, other.role == LegRole.CUSTOMER)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            sa.case((Call.mode == Mode.MACHINE, None), else_=Call.rep_id),
            Call.purpose, Call.created_at, leg.id, Call.answered_at, Call.outcome,
            Call.disposition, leg.talk_seconds,
        )
        .outerjoin(leg, leg.id == last)
        .where(Call.created_at >= since, Call.created_at < until, scope.covers(Call.team_id))
    )  # fmt: skip
    return [
        CallFact(
            rep_id=rep_id, purpose=purpose, created_at=created_at, rang=leg_id is not None,
            answered=answered_at is not None, outcome=outcome, disposition=disposition,
            talk_seconds=talk_seconds or 0, is_over=(talk_seconds or 0) > lengths.over,
        )
        for rep_id, purpose, created_at, leg_id, answered_at, outcome, disposition, talk_seconds
        in rows
    ]  # fmt: skip


def select_shown() -> sa.Select[Call]:
    """Calls with what a tile shows of them."""
    return sa.select(Call).options(
        selectinload(Call.legs),
        joinedload(Call.number),
        joinedload(Call.account),
        joinedload(Call.contact),
        joinedload(Call.rep),
    )


def live_calls(session: Session, scope: Scope) -> Sequence[Call]:
    """Everything that has not ended."""
    return session.scalars(
        select_shown().where(Call.ended_at.is_(None), scope.covers(Call.team_id)).order_by(Call.id)
    ).all()


def waiting_wrap_ups(session: Session, scope: Scope, since: datetime) -> dict[int, Call]:
    """By rep: the latest ended call of which nobody has said yet what came of it."""
    found = session.scalars(
        select_shown()
        .where(
            Call.ended_at >= since,
            Call.wrapped_up_at.is_(None),
            Call.rep_id.is_not(None),
            Call.outcome.not_in(NEVER_RUNG),
            scope.covers(Call.team_id),
        )
        .order_by(Call.id)
    )
    return {call.rep_id: call for call in found if call.rep_id is not None}


def last_ends(session: Session, scope: Scope, since: datetime) -> dict[int, datetime]:
    """By rep: since when they have had no call, as far as today goes."""
    last = sa.func.max(sa.func.coalesce(Call.wrapped_up_at, Call.ended_at))
    rows = session.execute(
        sa.select(Call.rep_id, last)
        .where(Call.created_at >= since, Call.rep_id.is_not(None), scope.covers(Call.team_id))
        .group_by(Call.rep_id)
        .having(last.is_not(None))
    )
    return {rep_id: at for rep_id, at in rows if rep_id is not None}


def doubtful_calls(session: Session, scope: Scope, since: datetime) -> Sequence[Call]:
    """Calls of which nobody knows whether they rang, or of today's, what became of them."""
    doubt = sa.or_(
        Call.status == CallStatus.UNCERTAIN,
        sa.and_(Call.outcome == Outcome.UNKNOWN, Call.created_at >= since),
    )
    return session.scalars(
        select_shown().where(doubt, scope.covers(Call.team_id)).order_by(Call.id).limit(50)
    ).all()


def latest_turns(session: Session, call_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """By call: the last turn of its script."""
    rows = session.execute(
        sa.select(CallEvent.call_id, CallEvent.data)
        .where(CallEvent.call_id.in_(call_ids), CallEvent.kind == "turn")
        .order_by(CallEvent.id)
    )
    return {call_id: data for call_id, data in rows if call_id is not None}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a supervisor last asked to take part in a call, and by which leg."""

    leg_id: int
    user: User
    how: Help


def last_wishes(session: Session, call_ids: Sequence[int]) -> list[Wish]:
    """The supervisors' latest wishes for these calls, one a leg."""
    rows = session.execute(
        sa.select(CallEvent, User)
        .join(User, User.id == CallEvent.user_id)
        .where(
            CallEvent.call_id.in_(call_ids), CallEvent.kind.startswith(HELP_ASKED, autoescape=True)
        )
        .order_by(CallEvent.id)
    )
    wishes = {}
    for event, user in rows:
        how = Help(event.kind.removeprefix(HELP_ASKED))
        wishes[event.data["leg"]] = Wish(leg_id=event.data["leg"], user=user, how=how)
    return list(wishes.values())


def floor_reps(session: Session, scope: Scope) -> Sequence[User]:
    """Who has a tile: the team's reps who may act."""
    return session.scalars(
        sa.select(User)
        .where(
            User.role == UserRole.REP, User.disabled_at.is_(None), scope.covers(User.team_id)
        )
        .order_by(User.name)
    ).all()  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class HourTasks:
    """How the tasks of one purpose stand that are due in some hour; `held_by` counts those that
    a rule keeps waiting, by the first word of the rule."""

    planned: int
    done: int
    held_by: Mapping[str, int]


def closing_tasks(session: Session, since: datetime, until: datetime) -> Sequence[CallTask]:
    """The reps' closing calls that wait on their lists, with whom they are for.

    One that the clock brings up (`ready_at`) has been asked about then, and says so itself.
    """
    return session.scalars(
        sa.select(CallTask)
        .where(
            CallTask.purpose == Purpose.CLOSING,
            CallTask.mode == Mode.REP,
            CallTask.state == TaskState.WAITING,
            CallTask.ready_at.is_(None),
            CallTask.due_at >= since,
            CallTask.due_at < until,
        )
        .options(
            joinedload(CallTask.contact).selectinload(Contact.numbers),
            joinedload(CallTask.contact).joinedload(Contact.account),
        )
    ).all()


def count_tasks(
    session: Session, scope: Scope, purpose: Purpose, since: datetime, until: datetime
) -> HourTasks:
    """Planned are all that were not taken back; held back those that a rule keeps waiting."""
    owners = sa.select(User.id).where(scope.covers(User.team_id))
    # What opens again on the same day only waits.
    rule_of = sa.case((CallTask.ready_at < until, sa.null()), else_=CallTask.held_by)
    rows = session.execute(
        sa.select(CallTask.state, rule_of, sa.func.count(CallTask.id))
        .where(
            CallTask.purpose == purpose,
            CallTask.due_at >= since,
            CallTask.due_at < until,
            CallTask.state != TaskState.CANCELLED,
            sa.or_(CallTask.owner_id.in_(owners), sa.literal(scope.everybody)),
        )
        .group_by(CallTask.state, rule_of)
    ).all()
    held_by = Counter[str]()
    for state, rule, count in rows:
        if state is TaskState.WAITING and rule is not None:
            held_by[rule.partition(":")[0]] += count
    return HourTasks(
        planned=sum(count for _state, _rule, count in rows),
        done=sum(count for state, _rule, count in rows if state is TaskState.DONE),
        held_by=held_by,
    )
