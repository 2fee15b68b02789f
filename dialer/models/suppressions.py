"""The numbers that must not be called, as a list."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.domain.words import SuppressionReason, UserRole
from dialer.models.customers import PhoneNumber, Suppression
from dialer.models.evidence import may_inspect
from dialer.models.logbook import number_digits
from dialer.models.people import User
from dialer.models.visibility import Condition

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A row: the suppression, who wrote it, and whether the reader may see the evidence."""

    row: Suppression
    by: User | None
    has_evidence: bool


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to look for; lifted ones are only shown where they are asked for."""

    text: str = ""
    reason: SuppressionReason | None = None
    with_lifted: bool = False


def list_suppressions(
    session: Session, viewer: User, wanted: Wanted, before: int | None
) -> list[Listed]:
    """A page, newest first; `before` is the last row's id of the page before."""
    query = (
        sa.select(Suppression, User, may_inspect(viewer))
        .join(PhoneNumber, PhoneNumber.id == Suppression.number_id)
        .outerjoin(User, User.id == Suppression.created_by_id)
        .where(sees_suppression(viewer))
        .order_by(Suppression.id.desc())
        .limit(PAGE_SIZE)
        .options(joinedload(Suppression.number))
    )
    for condition in conditions(wanted):
        query = query.where(condition)
    if before is not None:
        query = query.where(Suppression.id < before)
    return [
        Listed(row=row, by=by, has_evidence=bool(known))
        for row, by, known in session.execute(query)
    ]


def sees_suppression(viewer: User) -> Condition:
    """Those of numbers that the viewer answers for, and those that the viewer wrote."""
    if viewer.role is UserRole.ADMIN:
        return sa.true()
    return sa.or_(may_inspect(viewer), Suppression.created_by_id == viewer.id)


def conditions(wanted: Wanted) -> list[Condition]:
    """One condition for each field that asks for something."""
    found: list[Condition] = []
    if not wanted.with_lifted:
        found.append(Suppression.lifted_at.is_(None))
    if wanted.reason is not None:
        found.append(Suppression.reason == wanted.reason)
    if wanted.text.strip():
        digits = number_digits(wanted.text.strip())
        found.append(PhoneNumber.e164.contains(digits, autoescape=True) if digits else sa.false())
    return found
