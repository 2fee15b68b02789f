"""Suppressions, as records for programs."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from dialer.api.pages import fetch_page
from dialer.api.problems import invalid
from dialer.api.route import Asked, Route
from dialer.api.shapes import Body, NumberText, Out, PageQuery
from dialer.calling.suppress import suppress
from dialer.domain.phone import NumberError, mask, normalise
from dialer.domain.words import SuppressionReason, UserRole
from dialer.models import PhoneNumber, Suppression, User
from dialer.models.numbers import ensure_number


class SuppressionIn(Body):
    """A number that must not be called from now on."""

    number: NumberText
    reason: SuppressionReason


class SuppressionOut(Out):
    """A number that must not be called; reps read it masked."""

    id: int
    number: str | None
    reason: SuppressionReason
    source: str
    created_at: datetime


class SuppressionsOut(Out):
    """One page, oldest first."""

    suppressions: list[SuppressionOut]
    next_cursor: int | None


def add_suppression(asked: Asked) -> SuppressionOut:
    """Suppress a number: in force, on every path, when this answers."""
    try:
        e164 = normalise(asked.body.number, asked.rt.settings.default_region)
    except NumberError as error:
        raise invalid("number", str(error)) from None
    with asked.rt.sessions.write() as session:
        number_id = ensure_number(session, e164, asked.rt.now()).id
    row_id = suppress(asked.rt, number_id, asked.body.reason, "api", asked.who.user.id)
    with asked.rt.sessions.read() as session:
        row = session.get_one(Suppression, row_id)
    return suppression_out(row, e164)


def list_suppressions(asked: Asked) -> SuppressionsOut:
    """Suppressions in force."""
    query = (
        sa.select(Suppression)
        .where(Suppression.lifted_at.is_(None))
        .options(joinedload(Suppression.number))
    )
    with asked.rt.sessions.read() as session:
        page = fetch_page(session, query, Suppression.id, asked.query)
    rows = [suppression_out(row, shown(asked.who.user, row.number)) for row in page.rows]
    return SuppressionsOut(suppressions=rows, next_cursor=page.next_cursor)


def shown(viewer: User, number: PhoneNumber) -> str | None:
    """A suppressed number as this viewer may read it; None after an erasure."""
    if number.e164 is None or viewer.role is not UserRole.REP:
        return number.e164
    return mask(number.e164)


def suppression_out(row: Suppression, number: str | None) -> SuppressionOut:
    """A suppression as it goes out."""
    return SuppressionOut(
        id=row.id, number=number, reason=row.reason, source=row.source, created_at=row.created_at
    )


ROUTES = (
    Route(method="POST", path="/suppressions", view=add_suppression, scope="records",
          body=SuppressionIn, answer=SuppressionOut, status=201, tag="suppressions"),
    Route(method="GET", path="/suppressions", view=list_suppressions, scope="records",
          query=PageQuery, answer=SuppressionsOut, tag="suppressions"),
)  # fmt: skip
