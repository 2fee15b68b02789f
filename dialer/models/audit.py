"""Who did what to what, when and from where: the audit log as it is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.domain.words import UserRole
from dialer.models.people import AuditEntry, User
from dialer.models.visibility import Condition, same_team

PAGE_SIZE = 50
EXPORT_LIMIT = 50_000


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """What to look for; `action` is a whole action or the room before its dot."""

    actor_id: int | None = None
    action: str = ""
    subject_kind: str = ""
    subject_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def sees_entry(viewer: User) -> Condition:
    """Entries that a user may read: an administrator all, a supervisor those by and about the own
    team, nobody else any."""
    if viewer.role is UserRole.ADMIN:
        return sa.true()
    if viewer.role is not UserRole.SUPERVISOR:
        return sa.false()
    team = sa.select(User.id).where(same_team(User.team_id, viewer), User.role != UserRole.ADMIN)
    about = sa.and_(AuditEntry.subject_kind == "user", AuditEntry.subject_id.in_(team))
    return sa.or_(AuditEntry.actor_id.in_(team), about)


def select_entries(viewer: User, wanted: AuditFilter) -> sa.Select[AuditEntry]:
    """The entries, newest first."""
    return (
        sa.select(AuditEntry)
        .where(sees_entry(viewer), *conditions(wanted))
        .options(joinedload(AuditEntry.actor))
        .order_by(AuditEntry.id.desc())
    )


def conditions(wanted: AuditFilter) -> Iterator[Condition]:
    """One condition for each field that asks for something."""
    if wanted.actor_id is not None:
        yield AuditEntry.actor_id == wanted.actor_id
    if wanted.action:
        inside = AuditEntry.action.startswith(f"{wanted.action}.", autoescape=True)
        yield sa.or_(AuditEntry.action == wanted.action, inside)
    if wanted.subject_kind:
        yield AuditEntry.subject_kind == wanted.subject_kind
    if wanted.subject_id is not None:
        yield AuditEntry.subject_id == wanted.subject_id
    if wanted.since is not None:
        yield AuditEntry.at >= wanted.since
    if wanted.until is not None:
        yield AuditEntry.at < wanted.until


def list_entries(
    session: Session, viewer: User, wanted: AuditFilter, before: int | None
) -> tuple[list[AuditEntry], int | None]:
    """A page and the cursor of the next; `before` is the last row's id of the page before."""
    query = select_entries(viewer, wanted)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    found = session.scalars(query.limit(PAGE_SIZE + 1)).all()
    rows = list(found[:PAGE_SIZE])
    return rows, rows[-1].id if len(found) > PAGE_SIZE else None


def stream_entries(session: Session, viewer: User, wanted: AuditFilter) -> Iterator[AuditEntry]:
    """All of them for a file, up to a limit."""
    yield from session.scalars(
        select_entries(viewer, wanted).limit(EXPORT_LIMIT).execution_options(yield_per=500)
    )


def subject_names(session: Session, entries: Sequence[AuditEntry]) -> dict[int, str]:
    """The names of the users whom entries are about, by id."""
    ids = {entry.subject_id for entry in entries if entry.subject_kind == "user"} - {None}
    found = session.scalars(sa.select(User).where(User.id.in_(ids)))
    return {user.id: user.full_name or user.name for user in found}
