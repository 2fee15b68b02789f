"""Not calling a number any more: in force from the commit of the row, on every path."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import AttemptState, LegRole, SuppressionReason
from dialer.models.attempts import Attempt
from dialer.models.calls import Call
from dialer.models.customers import PhoneNumber, Suppression
from dialer.models.events import lock_call
from dialer.models.people import AuditEntry
from dialer.models.transitions import By
from dialer.models.wake import wake_clock
from dialer.models.withdrawals import withdraw_unsent
from dialer.runtime import Runtime


def suppress(
    rt: Runtime,
    number_id: int,
    reason: SuppressionReason,
    source: str,
    user_id: int | None = None,
) -> int:
    """Suppress a number and stop what is on its way to it; returns the suppression's id."""
    with rt.sessions.write() as session:
        row = suppress_number(session, number_id, reason, source, user_id, rt.now())
        stop_unsent(session, number_id, By(actor="suppress", at=rt.now(), reason=reason))
        wake_clock(session)
        return row.id


def suppress_number(
    session: Session,
    number_id: int,
    reason: SuppressionReason,
    source: str,
    user_id: int | None,
    now: datetime,
) -> Suppression:
    """Write the suppression in the caller's transaction; one that stands is left as it is."""
    session.execute(
        sa.select(PhoneNumber.id).where(PhoneNumber.id == number_id).with_for_update()
    ).scalar_one()
    known = session.execute(
        sa.select(Suppression).where(
            Suppression.number_id == number_id,
            Suppression.reason == reason,
            Suppression.lifted_at.is_(None),
        )
    ).scalar()
    if known is not None:
        return known
    row = Suppression(
        number_id=number_id, reason=reason, source=source, created_by_id=user_id, created_at=now
    )
    session.add(row)
    session.add(
        AuditEntry(at=now, actor_id=user_id, action="suppress", subject_kind="number",
                   subject_id=number_id, detail={"reason": str(reason), "source": source})
    )  # fmt: skip
    session.flush()
    return row


def stop_unsent(session: Session, number_id: int, by: By) -> None:
    """T4: what was planned for the number is cancelled in the same transaction."""
    calls = session.execute(
        sa.select(Attempt.call_id)
        .distinct()
        .where(
            Attempt.number_id == number_id,
            Attempt.role == LegRole.CUSTOMER,
            Attempt.state.in_((AttemptState.PLANNED, AttemptState.CLAIMED)),
            Attempt.call_id == Call.id,
            Call.ended_at.is_(None),
        )
    ).scalars()
    for call_id in list(calls):
        withdraw_unsent(session, lock_call(session, call_id), by)
