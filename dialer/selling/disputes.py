"""Disputes: nothing is asked for until a supervisor has decided, with a reason."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.money import Decision, ReceivableState
from dialer.domain.words import TaskState
from dialer.models import CallTask, Receivable, User
from dialer.models.ledger import stop_asking
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime
from dialer.selling.errors import BadValue
from dialer.selling.letters import let_clock_wait, write_notice
from dialer.selling.money import audit_money, find_receivable
from dialer.selling.terms import check_boss


def dispute(rt: Runtime, actor: User, receivable_id: int, reason: str) -> None:
    """Write that the customer disputes it. Raises NotFound, NotAllowed or BadValue."""
    if not reason.strip():
        raise BadValue("reason", "must say what is disputed")
    with rt.sessions.write() as session:
        row = find_receivable(session, actor, receivable_id)
        stop_asking(session, row, rt.now(), "dispute")
        session.add(audit_money(rt, actor, "receivable.dispute", row.id, why=reason.strip()))
        wake_clock(session)


def decide_dispute(
    rt: Runtime, actor: User, receivable_id: int, decision: Decision, reason: str
) -> None:
    """A supervisor's word ends a dispute. Raises NotFound, NotAllowed or BadValue."""
    check_boss(actor)
    if not reason.strip():
        raise BadValue("reason", "must say why")
    with rt.sessions.write() as session:
        row = find_receivable(session, actor, receivable_id)
        if row.state is not ReceivableState.DISPUTED:
            raise BadValue("receivable", "must be disputed")
        apply_decision(rt, session, actor, row, decision)
        close_decisions(session, row)
        session.add(
            audit_money(
                rt, actor, "receivable.decide", row.id, decision=decision, why=reason.strip()
            )
        )
        wake_clock(session)


def apply_decision(
    rt: Runtime, session: Session, actor: User, row: Receivable, decision: Decision
) -> None:
    """What each decision does."""
    row.looks_at = None
    if decision is Decision.WITHDRAWN:
        row.state = ReceivableState.WITHDRAWN
        return
    row.state = ReceivableState.OPEN
    if decision is Decision.RESENT:
        let_clock_wait(rt, row)
        write_notice(rt, session, row, f"decided:{row.id}:{rt.now().isoformat()}", actor.id)


def close_decisions(session: Session, row: Receivable) -> None:
    """The supervisor's task to decide is done."""
    session.execute(
        sa.update(CallTask)
        .where(
            CallTask.receivable_id == row.id,
            CallTask.state == TaskState.WAITING,
            CallTask.note == "disputed",
        )
        .values(state=TaskState.DONE)
    )
