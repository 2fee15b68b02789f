"""Files that are brought in: how far each has come, its bytes, and its rows that need a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dialer.domain.words import UserRole
from dialer.models.base import Base
from dialer.models.people import User
from dialer.models.visibility import Condition, same_team

PAGE_SIZE = 30
ROWS_AT_ONCE = 1_000


class ImportState(StrEnum):
    """The life of an import. A draft waits for its columns; a broken file cannot be read on."""

    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    BROKEN = "broken"


class Import(Base):
    """One file. `rows_done` counts the rows below the heading that are settled for good.

    `layout` says how to read the file, `options` what was chosen for its kind; `rows_expected` is
    an upper estimate. The counts of rows add up to `rows_done`, except for empty ones.
    """

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(32))
    state: Mapped[ImportState] = mapped_column(default=ImportState.DRAFT)
    file_name: Mapped[str] = mapped_column(sa.String(200))
    file_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    file_size: Mapped[int]
    layout: Mapped[dict[str, Any]]
    options: Mapped[dict[str, Any]]
    rows_expected: Mapped[int]
    rows_done: Mapped[int] = mapped_column(default=0)
    created_count: Mapped[int] = mapped_column(default=0)
    changed_count: Mapped[int] = mapped_column(default=0)
    same_count: Mapped[int] = mapped_column(default=0)
    failed_count: Mapped[int] = mapped_column(default=0)
    partly_count: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[dict[str, Any] | None]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    created_by: Mapped[User | None] = relationship()


class ImportPart(Base):
    """A piece of a file's bytes, kept until the import is over."""

    __tablename__ = "import_parts"

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("imports.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary())


class ImportRow(Base):
    """A row that was left out, or taken in part: its cells as they stood, and why.

    `faults` is a list of {"column", "code", "params"}; `row` counts as a spreadsheet does.
    """

    __tablename__ = "import_rows"

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("imports.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    is_left_out: Mapped[bool]
    cells: Mapped[list[str]]
    faults: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON())


def sees_import(user: User) -> Condition:
    """Imports that a user may see, as a condition on `Import`: a supervisor's are the team's."""
    if user.role is UserRole.ADMIN:
        return sa.true()
    team = sa.select(User.id).where(same_team(User.team_id, user))
    return sa.or_(Import.created_by_id == user.id, Import.created_by_id.in_(team))


def find_import(session: Session, viewer: User, import_id: int) -> Import | None:
    """An import that the viewer may see."""
    return session.scalar(
        sa.select(Import)
        .where(Import.id == import_id, sees_import(viewer))
        .options(sa.orm.joinedload(Import.created_by))
    )


def list_imports(session: Session, viewer: User) -> Sequence[Import]:
    """The latest that the viewer may see, newest first."""
    return session.scalars(
        sa.select(Import)
        .where(sees_import(viewer))
        .order_by(Import.id.desc())
        .limit(PAGE_SIZE)
        .options(sa.orm.joinedload(Import.created_by))
    ).all()


def same_file_before(session: Session, one: Import) -> Import | None:
    """The last import of the very same file and kind that came to its end."""
    return session.scalar(
        sa.select(Import)
        .where(
            Import.file_hash == one.file_hash,
            Import.kind == one.kind,
            Import.id != one.id,
            Import.state == ImportState.DONE,
        )
        .order_by(Import.id.desc())
        .limit(1)
        .options(sa.orm.joinedload(Import.created_by))
    )


def find_unfinished(
    session: Session, kind: str, file_hash: str, actor_id: int | None
) -> Import | None:
    """The last import of this very file by the same hand that has not come to its end."""
    return session.scalar(
        sa.select(Import)
        .where(
            Import.kind == kind,
            Import.file_hash == file_hash,
            Import.state.in_((ImportState.RUNNING, ImportState.STOPPED)),
            Import.created_by_id == actor_id
            if actor_id is not None
            else Import.created_by_id.is_(None),
        )
        .order_by(Import.id.desc())
        .limit(1)
    )


def list_faulty(session: Session, import_id: int, limit: int) -> Sequence[ImportRow]:
    """The first rows that need a person, in the order of the file."""
    return session.scalars(
        sa.select(ImportRow)
        .where(ImportRow.import_id == import_id)
        .order_by(ImportRow.row)
        .limit(limit)
    ).all()


def each_faulty(session: Session, import_id: int) -> Iterator[ImportRow]:
    """All rows that need a person, a thousand at a time in memory."""
    last = 0
    while True:
        rows = session.scalars(
            sa.select(ImportRow)
            .where(ImportRow.import_id == import_id, ImportRow.row > last)
            .order_by(ImportRow.row)
            .limit(ROWS_AT_ONCE)
        ).all()
        yield from rows
        if len(rows) < ROWS_AT_ONCE:
            return
        last = rows[-1].row
        session.expunge_all()
