"""What nobody knows for sure: attempts in doubt, those closed without an outcome, incidents."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.domain.words import AttemptState, LegRole, UserRole
from dialer.models.attempts import Attempt
from dialer.models.calls import Call
from dialer.models.incidents import AttemptDecision, Incident
from dialer.models.people import User
from dialer.models.visibility import Condition, sees_call

MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Uncertain:
    """All that a supervisor has to know, the oldest first; `seen` are the latest incidents."""

    doubts: Sequence[Attempt]
    undecided: Sequence[Attempt]
    unseen: Sequence[Incident]
    seen: Sequence[Incident]


def is_doubtful() -> Condition:
    """The machine still finds out, or the carrier denies a call that it took."""
    missing = sa.and_(Attempt.state == AttemptState.LIVE, Attempt.missing_since_at.is_not(None))
    return sa.or_(Attempt.state == AttemptState.UNKNOWN, missing)


def is_undecided() -> Condition:
    """Closed without an outcome, of a customer, and nobody has looked into it."""
    decided = sa.exists().where(AttemptDecision.attempt_id == Attempt.id)
    return sa.and_(
        Attempt.state == AttemptState.CLOSED_UNKNOWN, Attempt.role == LegRole.CUSTOMER, ~decided
    )


def sees_incident(user: User) -> Condition:
    """Those of the user's calls; what belongs to no call is every boss's business."""
    if user.role is UserRole.ADMIN:
        return sa.true()
    return sa.or_(Incident.call_id.is_(None), Incident.call.has(sees_call(user)))


def find_uncertain(session: Session, viewer: User) -> Uncertain:
    """The page's rows."""
    attempts = (
        sa.select(Attempt)
        .join(Call, Call.id == Attempt.call_id)
        .where(sees_call(viewer))
        .options(
            joinedload(Attempt.call).options(
                joinedload(Call.contact), joinedload(Call.account), joinedload(Call.number),
                joinedload(Call.rep),
            )
        )
        .order_by(Attempt.id)
        .limit(MOST_SHOWN)
    )  # fmt: skip
    told = (
        sa.select(Incident)
        .where(sees_incident(viewer))
        .options(joinedload(Incident.call), joinedload(Incident.seen_by))
        .order_by(Incident.id.desc())
    )
    return Uncertain(
        doubts=session.scalars(attempts.where(is_doubtful())).all(),
        undecided=session.scalars(attempts.where(is_undecided())).all(),
        unseen=session.scalars(told.where(Incident.seen_at.is_(None)).limit(MOST_SHOWN)).all(),
        seen=session.scalars(told.where(Incident.seen_at.is_not(None)).limit(20)).all(),
    )


def count_uncertain(session: Session, viewer: User) -> int:
    """How many things wait for a supervisor, for the mark on every page."""
    undecided = (
        sa.select(sa.func.count())
        .select_from(Attempt)
        .join(Call, Call.id == Attempt.call_id)
        .where(is_undecided(), sees_call(viewer))
    )
    unseen = sa.select(sa.func.count()).where(Incident.seen_at.is_(None), sees_incident(viewer))
    return (session.scalar(undecided) or 0) + (session.scalar(unseen) or 0)


def find_undecided(session: Session, viewer: User, attempt_id: int) -> Attempt | None:
    """One that the viewer may decide about, held until the transaction ends."""
    return session.scalar(
        sa.select(Attempt)
        .join(Call, Call.id == Attempt.call_id)
        .where(Attempt.id == attempt_id, is_undecided(), sees_call(viewer))
        .with_for_update(of=Attempt)
    )
