"""Withdrawing what has not left yet, in the transaction that makes it pointless."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.attempt import CANCEL
from dialer.domain.words import AttemptState, LegRole, LegStatus, Mode, Purpose, TaskState
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallTask
from dialer.models.events import Fact, append, lock_call, project
from dialer.models.transitions import By, take

ASKS = (Purpose.REMINDER, Purpose.COLLECTION)
UNSENT = (AttemptState.PLANNED, AttemptState.CLAIMED)


def withdraw_unsent(session: Session, call: Call, by: By) -> None:
    """T4 for every attempt of a locked call that has not left yet.

    A rep's customer who was never tried has no leg, and gets none by being withdrawn; a machine's
    call has no other, and is over with it.
    """
    for attempt in session.execute(
        sa.select(Attempt).where(Attempt.call_id == call.id).order_by(Attempt.id)
    ).scalars():
        leaves_leg = (
            attempt.sends or attempt.role is not LegRole.CUSTOMER or call.mode is Mode.MACHINE
        )
        if take(session, attempt, CANCEL, by) and leaves_leg:
            append(
                session,
                Fact(kind="leg", at=by.at, received_at=by.at, call_id=call.id,
                     attempt_id=attempt.id, leg_status=LegStatus.CANCELED,
                     data={"reason": "withdrawn"},
                     dedupe_key=f"closed:{attempt.id}:{attempt.epoch}"),
            )  # fmt: skip
    project(session, call)


def withdraw_asks(session: Session, receivable_ids: Sequence[int], by: By) -> int:
    """Withdraw every reminder and collection call about some receivables that has not left.

    `by.reason` is shown on the tasks. What is at the carrier already is hung up by the clock.
    Returns how many tasks were waiting.
    """
    about = (CallTask.receivable_id.in_(receivable_ids), CallTask.purpose.in_(ASKS))
    done = session.execute(
        sa.update(CallTask)
        .where(*about, CallTask.state == TaskState.WAITING)
        .values(state=TaskState.CANCELLED, held_by=by.reason[:120])
        .execution_options(synchronize_session="fetch")
    )
    calls = session.execute(
        sa.select(Call.id)
        .distinct()
        .join(CallTask, CallTask.id == Call.task_id)
        .join(Attempt, Attempt.call_id == Call.id)
        .where(
            *about,
            Call.ended_at.is_(None),
            Attempt.role == LegRole.CUSTOMER,
            Attempt.state.in_(UNSENT),
        )
    ).scalars()
    for call_id in list(calls):
        withdraw_unsent(session, lock_call(session, call_id), by)
    return int(done.rowcount)  # type: ignore[attr-defined]
