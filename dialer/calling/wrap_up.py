"""Wrapping up: the disposition and the next step in one transaction."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.errors import NotLive, NotYours, WrongDisposition
from dialer.calling.next_step import hand_to_supervisor
from dialer.calling.suppress import suppress_number
from dialer.domain.cadence import NextStep, dispositions_for, instant_of
from dialer.domain.words import Disposition, SuppressionReason, TaskState
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Account
from dialer.models.events import Fact, append, lock_call
from dialer.models.ledger import lock_receivable, stop_asking
from dialer.models.people import AuditEntry
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime

SUPPRESSES = {
    Disposition.OPTED_OUT: SuppressionReason.OPT_OUT,
    Disposition.WRONG_NUMBER: SuppressionReason.WRONG_NUMBER,
}


@dataclass(frozen=True, kw_only=True)
class WrapUp:
    """What a rep says came of a call, and what is to follow."""

    user_id: int
    disposition: Disposition
    note: str = ""
    reached_stage: int | None = None
    next_step: NextStep | None = None


def wrap_up(rt: Runtime, call_id: int, said: WrapUp) -> None:
    """Write what a rep says of an ended call. Saying it again corrects it.

    The next step of the first word is replaced, never doubled. Raises NotLive while the call
    lasts, NotYours for somebody else's, WrongDisposition for a word that does not end it.
    """
    with rt.sessions.write() as session:
        call = lock_call(session, call_id)
        check_wrap_up(rt, call, said)
        now = rt.now()
        if call.wrapped_up_at is not None:
            session.add(note_correction(call, said, now))
        call.disposition = said.disposition
        call.note = said.note or call.note
        call.reached_stage = said.reached_stage
        call.wrapped_up_at = call.wrapped_up_at or now
        lift_stage(session, call, said)
        replace_next_step(session, call, said, now)
        close_task(session, call)
        stop_disputed(rt, session, call)
        reason = SUPPRESSES.get(said.disposition)
        if reason is not None:
            suppress_number(session, call.number_id, reason, f"call {call.id}", said.user_id, now)
        append(
            session,
            Fact(kind="disposed", at=now, received_at=now, call_id=call.id,
                 user_id=said.user_id, data={"disposition": str(said.disposition)},
                 dedupe_key=f"disposed:{call.id}:{said.disposition}:{now.isoformat()}"),
        )  # fmt: skip
        wake_clock(session)


def check_wrap_up(rt: Runtime, call: Call, said: WrapUp) -> None:
    """Refuse what makes no sense, before anything is written."""
    if call.rep_id != said.user_id:
        raise NotYours
    if call.ended_at is None:
        raise NotLive
    if said.disposition not in dispositions_for(rt.cadence, call.purpose):
        raise WrongDisposition


def note_correction(call: Call, said: WrapUp, now: datetime) -> AuditEntry:
    """Who said something else of a call than before."""
    return AuditEntry(
        at=now, actor_id=said.user_id, action="call.correct", subject_kind="call",
        subject_id=call.id, detail={"was": call.disposition, "now": said.disposition},
    )  # fmt: skip


def lift_stage(session: Session, call: Call, said: WrapUp) -> None:
    """A call's job is to lift the account one floor."""
    if said.reached_stage is not None and call.account_id is not None:
        session.get_one(Account, call.account_id).stage = said.reached_stage


def replace_next_step(session: Session, call: Call, said: WrapUp, now: datetime) -> None:
    """Plan the next call, in place of one that an earlier word had planned."""
    session.execute(
        sa.update(CallTask)
        .where(CallTask.from_call_id == call.id, CallTask.state == TaskState.WAITING)
        .values(state=TaskState.CANCELLED)
    )
    step = said.next_step
    if step is None:
        return
    session.add(
        CallTask(
            purpose=step.purpose,
            mode=step.mode,
            contact_id=call.contact_id,
            account_id=call.account_id,
            number_id=call.number_id,
            owner_id=said.user_id,
            due_at=instant_of(step.due_local, step.zone),
            due_local=step.due_local.isoformat(timespec="minutes"),
            due_zone=step.zone,
            note=step.note,
            from_call_id=call.id,
            created_by_id=said.user_id,
            created_at=now,
        )
    )


def close_task(session: Session, call: Call) -> None:
    """The task that this call fulfilled is done."""
    if call.task_id is None:
        return
    task = session.get_one(CallTask, call.task_id)
    task.state = TaskState.DONE
    task.outcome = call.outcome
    task.disposition = call.disposition


def stop_disputed(rt: Runtime, session: Session, call: Call) -> None:
    """A dispute stops everything about the money, and a supervisor is to decide."""
    task = session.get(CallTask, call.task_id) if call.task_id else None
    if call.disposition is not Disposition.DISPUTED or task is None or task.receivable_id is None:
        return
    receivable = lock_receivable(session, task.receivable_id)
    stop_asking(session, receivable, rt.now(), "wrap-up")
    hand_to_supervisor(rt, session, call, task)


def save_note(rt: Runtime, call_id: int, user_id: int, note: str) -> None:
    """Keep a rep's note as it is typed."""
    with rt.sessions.write() as session:
        call = lock_call(session, call_id)
        if call.rep_id != user_id:
            raise NotYours
        call.note = note
