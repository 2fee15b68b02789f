"""What the gate must know beyond the call: hours that people asked for, ages of lists."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from dialer.domain.facts import DncLists, NotThen
from dialer.domain.windows import Hours
from dialer.models.base import Base
from dialer.models.customers import ContactNumber
from dialer.models.people import User

# A local day may end up to 14 hours after the UTC day of the same name, or 12 before it.
ANY_ZONE = timedelta(days=1)


class ClosedHours(Base):
    """Hours at which a person asked not to be called: local wall time wherever they may be."""

    __tablename__ = "closed_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contacts.id"), index=True)
    weekdays: Mapped[str] = mapped_column(sa.String(7))  # `135`: Monday, Wednesday, Friday
    from_minute: Mapped[int]
    to_minute: Mapped[int]
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]

    def as_wish(self) -> NotThen:
        """The same for the gate."""
        hours: Hours = ((self.from_minute, self.to_minute),)
        week = tuple(hours if str(day) in self.weekdays else () for day in range(1, 8))
        return NotThen(week, self.until_on)


class DncList(Base):
    """An import of a country's do-not-call list: of which day the list is."""

    __tablename__ = "dnc_lists"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(sa.String(2), index=True)
    as_of_on: Mapped[date]
    source: Mapped[str] = mapped_column(sa.String(80))
    numbers: Mapped[int]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A row of `closed_hours`, and who wrote it (None: another program or a file)."""

    row: ClosedHours
    by: User | None


def list_wishes(session: Session, contact_id: int) -> list[Entry]:
    """What a person asked for, the oldest first, with what is over."""
    rows = session.execute(
        sa.select(ClosedHours, User)
        .outerjoin(User, User.id == ClosedHours.created_by_id)
        .where(ClosedHours.contact_id == contact_id)
        .order_by(ClosedHours.id)
    )
    return [Entry(row=row, by=by) for row, by in rows]


def load_wishes(
    session: Session, contact_ids: Collection[int] | sa.Select[int], now: datetime
) -> dict[int, tuple[NotThen, ...]]:
    """By contact, for those who asked for something that is not over everywhere."""
    rows = session.scalars(
        sa.select(ClosedHours)
        .where(
            ClosedHours.contact_id.in_(contact_ids),
            sa.or_(
                ClosedHours.until_on.is_(None),
                ClosedHours.until_on >= now.date() - ANY_ZONE,
            ),
        )
        .order_by(ClosedHours.id)
    )
    wishes = defaultdict[int, list[NotThen]](list)
    for row in rows:
        wishes[row.contact_id].append(row.as_wish())
    return {contact_id: tuple(each) for contact_id, each in wishes.items()}


def elsewhere_numbers(session: Session, contact_ids: Sequence[int]) -> set[tuple[int, int]]:
    """(contact, number) where the telephone is neither at home nor a personal mobile."""
    rows = session.execute(
        sa.select(ContactNumber.contact_id, ContactNumber.number_id).where(
            ContactNumber.contact_id.in_(contact_ids), ContactNumber.is_elsewhere
        )
    )
    return {(contact_id, number_id) for contact_id, number_id in rows}


def list_dates(session: Session) -> DncLists:
    """Of which day each country's newest imported list is."""
    rows = session.execute(
        sa.select(DncList.country, sa.func.max(DncList.as_of_on)).group_by(DncList.country)
    )
    return frozenset((country, as_of_on) for country, as_of_on in rows)


def newest_lists(session: Session) -> dict[str, DncList]:
    """By country: the import whose list is the newest."""
    rows = session.scalars(sa.select(DncList).order_by(DncList.as_of_on, DncList.id))
    return {row.country: row for row in rows}
