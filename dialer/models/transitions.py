"""Stepping an attempt: compare-and-set, logged, fenced by its epoch."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.domain.attempt import CLAIM, PLAN, Step
from dialer.models.attempts import Attempt, AttemptTransition


@dataclass(frozen=True, kw_only=True)
class By:
    """Who steps, when, and why."""

    actor: str
    at: datetime
    reason: str = ""


def plan(session: Session, attempt: Attempt, by: By) -> Attempt:
    """Write a new attempt and its first line in the log."""
    session.add(attempt)
    session.flush()
    log_step(session, attempt, PLAN, None, by)
    return attempt


def take(session: Session, attempt: Attempt, step: Step, by: By, **changes: Any) -> bool:
    """Take a step if the row is still as `attempt` shows it; False if somebody was quicker."""
    if attempt.state not in step.sources:
        return False
    came_from = attempt.state
    done = session.execute(
        sa.update(Attempt)
        .where(
            Attempt.id == attempt.id,
            Attempt.state == attempt.state,
            Attempt.epoch == attempt.epoch,
        )
        .values(state=step.target, epoch=attempt.epoch + (step is CLAIM), **changes)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        return False
    session.refresh(attempt)
    log_step(session, attempt, step, came_from, by)
    return True


def claim_number(session: Session, attempt: Attempt, by: By, **changes: Any) -> bool:
    """T2; False also if another live attempt holds the number (the index has the last word)."""
    try:
        with session.begin_nested():
            return take(session, attempt, CLAIM, by, **changes)
    except IntegrityError:
        session.refresh(attempt)
        return False


def log_step(session: Session, attempt: Attempt, step: Step, came_from: Any, by: By) -> None:
    """Append a line to the transition log."""
    session.add(
        AttemptTransition(
            attempt_id=attempt.id,
            step=step.name,
            from_state=came_from,
            to_state=step.target,
            epoch=attempt.epoch,
            actor=by.actor,
            reason=by.reason[:200],
            at=by.at,
        )
    )
    session.flush()
