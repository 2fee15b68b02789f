"""Lifting a suppression: an administrator's deed, with a reason that stays on record."""

import sqlalchemy as sa

from dialer.domain.words import UserRole
from dialer.models.customers import Suppression
from dialer.models.people import AuditEntry, User
from dialer.runtime import Runtime

MOST_WORDS = 500


class NotLifted(Exception):
    """The suppression stands: there is none of this id, or the user may not lift it."""


class ReasonMissing(Exception):
    """Nobody lifts a suppression without saying why."""


def lift_suppression(rt: Runtime, actor: User, suppression_id: int, reason: str) -> None:
    """End a suppression; one that was lifted before stays as it is.

    Another entry for the same number still blocks it. Raises NotLifted or ReasonMissing.
    """
    why = reason.strip()[:MOST_WORDS]
    if actor.role is not UserRole.ADMIN:
        raise NotLifted
    if not why:
        raise ReasonMissing
    with rt.sessions.write() as session:
        row = session.scalar(
            sa.select(Suppression).where(Suppression.id == suppression_id).with_for_update()
        )
        if row is None:
            raise NotLifted
        if row.lifted_at is not None:
            return
        row.lifted_at = rt.now()
        session.add(
            AuditEntry(
                at=rt.now(), actor_id=actor.id, action="suppress.lift", subject_kind="number",
                subject_id=row.number_id,
                detail={"suppression": row.id, "was": str(row.reason), "why": why},
            )
        )  # fmt: skip
