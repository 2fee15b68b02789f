"""Hours at which a person asked not to be called: noted, and given up again."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.windows import MIDNIGHT, show_time
from dialer.models import AuditEntry, ClosedHours, Contact, User
from dialer.models.visibility import may_edit_account
from dialer.runtime import Runtime
from dialer.selling.contacts import find_contact
from dialer.selling.errors import BadValue, NotAllowed, NotFound

MOST_ROWS = 20
MOST_WORDS = 200


@dataclass(frozen=True, kw_only=True)
class Closed:
    """Minutes after local midnight of some weekdays (1 is Monday), the end excluded; until a
    local day, or for good. What crosses midnight is two of these."""

    weekdays: frozenset[int]
    from_minute: int
    to_minute: int
    until_on: date | None = None
    reason: str = ""


def close_hours(rt: Runtime, actor: User, contact_id: int, closed: Closed) -> int:
    """Note what a person asked for; in force from this commit. Returns the row's id.

    Raises NotFound, NotAllowed or BadValue.
    """
    check(closed, rt.now().date())
    with rt.sessions.write() as session:
        contact = find_editable_contact(session, actor, contact_id)
        rows = sa.select(sa.func.count()).where(ClosedHours.contact_id == contact.id)
        if session.scalar(rows) == MOST_ROWS:
            raise BadValue("weekdays", f"must not be one more than {MOST_ROWS} entries")
        row = ClosedHours(
            contact_id=contact.id,
            weekdays="".join(map(str, sorted(closed.weekdays))),
            from_minute=closed.from_minute,
            to_minute=closed.to_minute,
            until_on=closed.until_on,
            reason=closed.reason.strip(),
            created_by_id=actor.id,
            created_at=rt.now(),
        )
        session.add(row)
        session.flush()
        session.add(audit(rt, actor, "contact.close_hours", row))
        return row.id


def check(closed: Closed, today: date) -> None:
    """Refuse hours that close nothing. Raises BadValue."""
    if not closed.weekdays or not closed.weekdays <= set(range(1, 8)):
        raise BadValue("weekdays", "must be one or more of 1 (Monday) to 7 (Sunday)")
    if not 0 <= closed.from_minute < closed.to_minute <= MIDNIGHT:
        raise BadValue("to", "must be later than the beginning, and 24:00 at the latest")
    if closed.until_on is not None and closed.until_on < today - timedelta(days=1):
        raise BadValue("until", "must not be over")
    if len(closed.reason.strip()) > MOST_WORDS:
        raise BadValue("reason", f"must have at most {MOST_WORDS} characters")


def find_editable_contact(session: Session, actor: User, contact_id: int) -> Contact:
    """A contact that the user may change. Raises NotFound or NotAllowed."""
    contact = find_contact(session, actor, contact_id)
    if not may_edit_account(actor, contact.account):
        raise NotAllowed
    return contact


def open_hours(rt: Runtime, actor: User, contact_id: int, row_id: int) -> None:
    """Give up what a person had asked for; the log of deeds keeps it. Raises NotFound or
    NotAllowed."""
    with rt.sessions.write() as session:
        find_editable_contact(session, actor, contact_id)
        row = session.get(ClosedHours, row_id)
        if row is None or row.contact_id != contact_id:
            raise NotFound("entry")
        session.add(audit(rt, actor, "contact.open_hours", row))
        session.delete(row)


def audit(rt: Runtime, actor: User, action: str, row: ClosedHours) -> AuditEntry:
    """Who closed or opened which hours of whom."""
    return AuditEntry(
        at=rt.now(), actor_id=actor.id, action=action, subject_kind="contact",
        subject_id=row.contact_id,
        detail={
            "weekdays": row.weekdays, "from": show_time(row.from_minute),
            "to": show_time(row.to_minute), "until": row.until_on and str(row.until_on),
            "reason": row.reason,
        },
    )  # fmt: skip
