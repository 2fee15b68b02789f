"""Call tasks: calls that are to be placed at a time to come."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import ConfigDict, model_validator
from sqlalchemy.orm import Session

from dialer.api.call_shapes import ONE_TARGET
from dialer.api.pages import fetch_page
from dialer.api.problems import Problem, invalid
from dialer.api.route import Asked, Route
from dialer.api.shapes import Body, Id, Instant, NumberText, Out, PageQuery, Text, WallTime, Zone
from dialer.api.verdicts import refusal
from dialer.calling.gate import ask_gate
from dialer.domain.gate import Never
from dialer.domain.phone import normalise
from dialer.domain.words import (
    AttemptState,
    Disposition,
    LegRole,
    Mode,
    Outcome,
    Purpose,
    TaskState,
)
from dialer.models import Attempt, Call, CallTask, User
from dialer.models.numbers import ensure_number
from dialer.models.visibility import may_dial_contact, sees_task
from dialer.selling.contacts import find_contact
from dialer.selling.tasks import NewTask, cancel_task, plan_task


class TaskIn(Body):
    """A call to be placed: at an instant, or at a wall time in a zone that was agreed on."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=ONE_TARGET)

    contact_id: Id | None = None
    to: NumberText | None = None
    purpose: Purpose
    mode: Mode
    due_at: Instant | None = None
    due_local: WallTime | None = None
    zone: Zone | None = None
    not_after: Instant | None = None
    receivable_id: Id | None = None
    note: Text = ""

    @model_validator(mode="after")
    def makes_sense(self) -> "TaskIn":
        """One target, and one way to say when."""
        if (self.contact_id is None) == (self.to is None):
            raise ValueError("exactly one of contact_id and to must be given")
        if (self.due_at is None) == (self.due_local is None):
            raise ValueError("exactly one of due_at and due_local must be given")
        if (self.due_local is None) != (self.zone is None):
            raise ValueError("due_local and zone go together")
        return self


class TryOut(Out):
    """One try to reach the customer."""

    state: AttemptState
    carrier_sid: str | None
    started_at: datetime | None
    outcome: Outcome | None


class NextStepOut(Out):
    """The call that was planned in the wrap-up."""

    task_id: int
    purpose: Purpose
    mode: Mode
    due_at: datetime


class TaskOut(Out):
    """A call task and what came of it."""

    id: int
    state: TaskState
    purpose: Purpose
    mode: Mode
    contact_id: int | None
    account_id: int | None
    due_at: datetime
    due_local: str | None
    zone: str | None
    not_after: datetime | None
    receivable_id: int | None
    note: str
    created_at: datetime
    outcome: Outcome | None
    disposition: Disposition | None
    next_step: NextStepOut | None
    attempts: list[TryOut]


class TaskQuery(PageQuery):
    """What to look for."""

    state: TaskState | None = None
    purpose: Purpose | None = None


class TasksOut(Out):
    """One page, oldest first."""

    tasks: list[TaskOut]
    next_cursor: int | None


def add_task(asked: Asked) -> TaskOut:
    """Plan a call that is placed when it is due: by machine, or by ringing the token's user.

    Outside its window it waits; what can never be called is a 409.
    """
    number_id = find_number(asked)
    verdict = ask_gate(
        asked.rt,
        number_id=number_id,
        contact_id=asked.body.contact_id,
        purpose=asked.body.purpose,
        mode=asked.body.mode,
    )
    if isinstance(verdict, Never):
        raise refusal(verdict, asked.who.user.language)
    return show_task(asked, plan_task(asked.rt, asked.who.user, new_task(asked, number_id)))


def new_task(asked: Asked, number_id: int) -> NewTask:
    """The request as the verb wants it."""
    return NewTask(
        purpose=asked.body.purpose,
        mode=asked.body.mode,
        rings=True,
        receivable_id=asked.body.receivable_id,
        number_id=number_id,
        contact_id=asked.body.contact_id,
        due_at=asked.body.due_at,
        due_local=asked.body.due_local,
        due_zone=asked.body.zone,
        not_after_at=asked.body.not_after,
        note=asked.body.note,
        occurrence=asked.occurrence,
    )


def find_number(asked: Asked) -> int:
    """The number that would be dialled. Raises where the user may not dial it."""
    if asked.body.to is not None:
        return raw_number(asked)
    with asked.rt.sessions.read() as session:
        contact = find_contact(session, asked.who.user, asked.body.contact_id)
        if not may_dial_contact(asked.who.user, contact):
            raise Problem(403, "not_yours", "The account belongs to somebody else.")
        if not contact.numbers:
            raise invalid("contact_id", "must be a contact with a number")
        return contact.numbers[0].id


def raw_number(asked: Asked) -> int:
    """A number that is nobody's in the records."""
    if not asked.who.may_dial_any:
        raise Problem(403, "dial_any", "A raw number needs the scope all and the role to dial it.")
    e164 = normalise(asked.body.to, asked.rt.settings.default_region)
    with asked.rt.sessions.write() as session:
        return ensure_number(session, e164, asked.rt.now()).id


def list_tasks(asked: Asked) -> TasksOut:
    """Tasks that the user may see."""
    query = sa.select(CallTask).where(sees_task(asked.who.user))
    for name in ("state", "purpose"):
        value = getattr(asked.query, name)
        if value is not None:
            query = query.where(getattr(CallTask, name) == value)
    with asked.rt.sessions.read() as session:
        page = fetch_page(session, query, CallTask.id, asked.query)
        tasks = [task_out(session, task) for task in page.rows]
    return TasksOut(tasks=tasks, next_cursor=page.next_cursor)


def show_task(asked: Asked, task_id: int) -> TaskOut:
    """One task."""
    with asked.rt.sessions.read() as session:
        return task_out(session, visible_task(session, asked.who.user, task_id))


def visible_task(session: Session, viewer: User, task_id: int) -> CallTask:
    """A task that the viewer may see. Raises Problem."""
    task = session.scalar(sa.select(CallTask).where(CallTask.id == task_id, sees_task(viewer)))
    if task is None:
        raise Problem(404, "not_found", "There is no such task.")
    return task


def task_out(session: Session, task: CallTask) -> TaskOut:
    """A task with its tries and what followed."""
    return TaskOut(
        id=task.id,
        state=task.state,
        purpose=task.purpose,
        mode=task.mode,
        contact_id=task.contact_id,
        account_id=task.account_id,
        due_at=task.due_at,
        due_local=task.due_local,
        zone=task.due_zone,
        not_after=task.not_after_at,
        receivable_id=task.receivable_id,
        note=task.note,
        created_at=task.created_at,
        outcome=task.outcome,
        disposition=task.disposition,
        next_step=next_step(session, task.id),
        attempts=[
            TryOut(
                state=attempt.state,
                carrier_sid=attempt.carrier_sid,
                started_at=attempt.intent_at,
                outcome=outcome,
            )
            for attempt, outcome in tries(session, task.id)
        ],
    )


def tries(session: Session, task_id: int) -> list[Any]:
    """The customer legs of a task's calls, each with its call's outcome."""
    return list(
        session.execute(
            sa.select(Attempt, Call.outcome)
            .join(Call, Call.id == Attempt.call_id)
            .where(Call.task_id == task_id, Attempt.role == LegRole.CUSTOMER)
            .order_by(Attempt.id)
        )
    )


def next_step(session: Session, task_id: int) -> NextStepOut | None:
    """What the wrap-up of the task's last call planned."""
    planned = session.scalar(
        sa.select(CallTask)
        .join(Call, Call.id == CallTask.from_call_id)
        .where(Call.task_id == task_id, CallTask.state != TaskState.CANCELLED)
        .order_by(CallTask.id.desc())
        .limit(1)
    )
    if planned is None:
        return None
    return NextStepOut(
        task_id=planned.id, purpose=planned.purpose, mode=planned.mode, due_at=planned.due_at
    )


def withdraw_task(asked: Asked, task_id: int) -> TaskOut:
    """Take back a task that still waits."""
    cancel_task(asked.rt, asked.who.user, task_id)
    return show_task(asked, task_id)


ONE = "/tasks/<int:task_id>"

ROUTES = (
    Route(method="POST", path="/tasks", view=add_task, scope="calls", body=TaskIn,
          answer=TaskOut, status=201, problems=(404, 409), takes_key=True, tag="tasks"),
    Route(method="GET", path="/tasks", view=list_tasks, scope="calls", query=TaskQuery,
          answer=TasksOut, tag="tasks"),
    Route(method="GET", path=ONE, view=show_task, scope="calls", answer=TaskOut, tag="tasks"),
    Route(method="DELETE", path=ONE, view=withdraw_task, scope="calls", answer=TaskOut,
          problems=(409,), tag="tasks"),
)  # fmt: skip
