"""What supervisors say of calls that nobody can account for, and of what went wrong."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.errors import NotYours, WrongDisposition
from dialer.domain.cadence import dispositions_for
from dialer.domain.words import Decision, Disposition, Mode, TaskState
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallTask
from dialer.models.incidents import AttemptDecision, Incident
from dialer.models.people import AuditEntry, User
from dialer.models.uncertain import find_undecided, sees_incident
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class Word:
    """A supervisor's word: what came of the call, call again, or leave it; and why."""

    decision: Decision
    note: str = ""
    disposition: Disposition | None = None


def decide(rt: Runtime, user: User, attempt_id: int, word: Word) -> int | None:
    """Write the decision; to call again is a task of its own, whose id is returned.

    The attempt itself stays what it is: it counts as a call, and its late outcome is still
    believed. Raises NotYours for what is decided or not the user's, and WrongDisposition.
    """
    with rt.sessions.write() as session:
        attempt = find_undecided(session, user, attempt_id)
        if attempt is None:
            raise NotYours
        call = session.get_one(Call, attempt.call_id)
        task = session.get(CallTask, call.task_id) if call.task_id else None
        if word.decision is Decision.KNOWN:
            settle(rt, call, task, word)
        again = None
        if word.decision is Decision.AGAIN:
            attempt.token_revoked_at = rt.now()
            again = call_again(rt, session, attempt, call, task)
        session.add(
            AttemptDecision(
                attempt_id=attempt.id, decision=word.decision, note=word.note[:500],
                task_id=again, by_id=user.id, at=rt.now(),
            )
        )  # fmt: skip
        note(rt, session, user, call, word)
        wake_clock(session)
        return again


def settle(rt: Runtime, call: Call, task: CallTask | None, word: Word) -> None:
    """What came of it, by the word of somebody who asked."""
    if word.disposition is not None:
        if word.disposition not in dispositions_for(rt.cadence, call.purpose):
            raise WrongDisposition
        call.disposition = word.disposition
    if task is not None and task.state is TaskState.UNCERTAIN:
        task.state, task.disposition = TaskState.DONE, word.disposition


def call_again(
    rt: Runtime, session: Session, attempt: Attempt, call: Call, task: CallTask | None
) -> int:
    """A new task for the same; it takes the place of one that was handed to the owner."""
    session.execute(
        sa.update(CallTask)
        .where(CallTask.from_call_id == call.id, CallTask.state == TaskState.WAITING)
        .values(state=TaskState.CANCELLED)
    )
    now = rt.now()
    again = CallTask(
        occurrence_key=f"again:{attempt.id}",
        purpose=call.purpose,
        mode=call.mode,
        contact_id=call.contact_id,
        account_id=call.account_id,
        number_id=call.number_id,
        owner_id=task.owner_id if task else call.rep_id,
        receivable_id=task.receivable_id if task else None,
        due_at=now,
        ready_at=now if call.mode is Mode.MACHINE else None,
        note=task.note if task else call.brief_point,
        from_call_id=call.id,
        created_at=now,
    )
    session.add(again)
    session.flush()
    return again.id


def note(rt: Runtime, session: Session, user: User, call: Call, word: Word) -> None:
    """Who decided what."""
    session.add(
        AuditEntry(
            at=rt.now(), actor_id=user.id, action="uncertain.decide", subject_kind="call",
            subject_id=call.id, detail={"decision": str(word.decision), "note": word.note[:200]},
        )
    )  # fmt: skip


def acknowledge(rt: Runtime, user: User, incident_id: int) -> None:
    """Say that somebody has seen to it. Raises NotYours."""
    with rt.sessions.write() as session:
        incident = session.scalar(
            sa.select(Incident).where(Incident.id == incident_id, sees_incident(user))
        )
        if incident is None:
            raise NotYours
        if incident.seen_at is None:
            incident.seen_at, incident.seen_by_id = rt.now(), user.id
            session.add(
                AuditEntry(
                    at=rt.now(), actor_id=user.id, action="incident.seen",
                    subject_kind="incident", subject_id=incident.id,
                    detail={"kind": str(incident.kind)},
                )
            )  # fmt: skip
