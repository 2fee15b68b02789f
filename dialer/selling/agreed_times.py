"""An agreed time is a wall time: when the time-zone data change, its instant moves along."""

from datetime import datetime

import sqlalchemy as sa

from dialer.domain.cadence import instant_of
from dialer.domain.words import TaskState
from dialer.models import CallTask
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime


def keep_agreed_times(rt: Runtime) -> int:
    """Recompute the instants of agreed calls that lie ahead; returns how many have moved.

    One that was tried already, or whose time has come, goes by its own instant.
    """
    with rt.sessions.write() as session:
        tasks = session.scalars(
            sa.select(CallTask)
            .where(
                CallTask.state == TaskState.WAITING,
                CallTask.due_local.is_not(None),
                CallTask.tries == 0,
                CallTask.due_at > rt.now(),
            )
            .with_for_update(skip_locked=True)
        )
        moved = [task for task in tasks if move(task)]
        if moved:
            wake_clock(session)
        return len(moved)


def move(task: CallTask) -> bool:
    """Let the task be due when the clocks there show what was agreed; whether that is news."""
    due_at = instant_of(datetime.fromisoformat(task.due_local or ""), task.due_zone or "UTC")
    if due_at == task.due_at:
        return False
    if task.ready_at == task.due_at:
        task.ready_at = due_at
    task.due_at = due_at
    return True
