"""Drafts: a file is kept, its columns are guessed, and people correct how it is read."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import PurePath
from typing import Any, BinaryIO, Final

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.cells import CellError
from dialer.domain.columns import Guess, at_heading, guess_columns
from dialer.domain.words import UserRole
from dialer.models import Import, ImportPart, User
from dialer.models.imports import ImportState, sees_import
from dialer.runtime import Runtime
from dialer.selling.errors import BadValue, NotFound
from dialer.selling.importing.files import fetch_file, store_parts
from dialer.selling.importing.kinds import Kind, Option
from dialer.selling.importing.layout import DELIMITERS, ENCODINGS, FileRefused, Layout
from dialer.selling.importing.registry import KINDS
from dialer.selling.importing.survey import survey
from dialer.selling.importing.tables import first_rows

KEPT: Final = timedelta(days=7)


def begin_import(
    rt: Runtime, actor: User | None, kind: Kind, file: BinaryIO, file_name: str
) -> int:
    """Keep a file as a draft whose columns are guessed, and return its id. Raises FileRefused."""
    found = survey(file, [word for column in kind.columns for word in column.headings
                          if not word.isascii() and len(word) > 1])  # fmt: skip
    layout = guess(file, found.layout, kind)
    with rt.sessions.write() as session:
        one = Import(
            kind=kind.name,
            file_name=PurePath(file_name.replace("\\", "/")).name[-200:] or "?",
            file_hash=found.digest,
            file_size=found.size,
            layout=layout.record(),
            options={"region": rt.settings.default_region}
            | {option.name: option.default for option in kind.options},
            rows_expected=max(found.rows_expected - layout.heading_row, 0),
            created_by_id=actor.id if actor else None,
            created_at=rt.now(),
        )
        session.add(one)
        session.flush()
        import_id = one.id
    store_parts(rt.sessions, import_id, file)
    return import_id


def guess(file: BinaryIO, layout: Layout, kind: Kind) -> Layout:
    """The layout with headings and columns as they look. Raises FileRefused for no rows at all."""
    rows = look(file, layout)
    return fit(layout, guess_columns(rows, kind.columns), rows)


def fit(layout: Layout, found: Guess, rows: Sequence[Sequence[str]]) -> Layout:
    """The layout with a name, or None, for each column that any of the first rows has."""
    width = max(len(found.columns), *map(len, rows))
    missing = width - len(found.columns)
    return replace(
        layout,
        heading_row=found.heading_row,
        headings=(*found.headings, *("",) * missing),
        columns=(*found.columns, *(None,) * missing),
    )


def look(file: BinaryIO, layout: Layout) -> Sequence[list[str]]:
    """The first rows. Raises FileRefused where nothing stands in them."""
    rows = first_rows(file, layout)
    if not any(map(str.strip, (cell for cells in rows for cell in cells))):
        raise FileRefused("empty_file")
    return rows


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What a person says about a draft; None leaves a thing as it was guessed.

    Another encoding, delimiter, sheet or heading row lets the columns be guessed again, so that
    `columns` (names by place) is then not looked at.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    heading_row: int | None = None
    columns: Mapping[int, str | None] | None = None
    options: Mapping[str, str] = field(default_factory=dict)


def correct_draft(rt: Runtime, actor: User | None, import_id: int, said: Correction) -> None:
    """Read a draft in another way. Raises NotFound, BadValue or FileRefused, changing nothing."""
    one = find_draft(rt, actor, import_id)
    kind = KINDS[one.kind]
    layout = correct_layout(rt, one, kind, said)
    options = one.options | read_options(rt, actor, kind, said.options)
    with rt.sessions.write() as session:
        session.execute(
            sa.update(Import)
            .where(Import.id == import_id, Import.state == ImportState.DRAFT)
            .values(layout=layout.record(), options=options)
        )


def correct_layout(rt: Runtime, one: Import, kind: Kind, said: Correction) -> Layout:
    """The layout that was asked for. Raises BadValue or FileRefused."""
    was = Layout.recall(one.layout)
    layout = replace(
        was,
        encoding=was.encoding if said.encoding is None else said.encoding,
        delimiter=was.delimiter if said.delimiter is None else said.delimiter,
        sheet=was.sheet if said.sheet is None else said.sheet,
    )
    check_layout(was, layout)
    moved = said.heading_row is not None and said.heading_row != was.heading_row
    if layout == was and not moved:
        columns = with_names(was.columns, said.columns or {}, kind)
        return replace(was, columns=columns)
    with closing(fetch_file(rt.sessions, one.id, one.file_size)) as file:
        if layout != was and not moved:
            return guess(file, layout, kind)
        rows = look(file, layout)
        return fit(layout, at_heading(rows, said.heading_row or 0, kind.columns), rows)


def check_layout(was: Layout, asked: Layout) -> None:
    """Only what the page offers. Raises BadValue."""
    for name, allowed in (
        ("encoding", ENCODINGS),
        ("delimiter", DELIMITERS),
        ("sheet", was.sheets),
    ):
        value = getattr(asked, name)
        if value != getattr(was, name) and (value not in allowed or not getattr(was, name)):
            raise BadValue(name, "must be one of those offered")


def with_names(
    columns: Sequence[str | None], said: Mapping[int, str | None], kind: Kind
) -> tuple[str | None, ...]:
    """The columns' names as corrected. Raises BadValue for what there is not, or only once."""
    names = tuple(said.get(place, name) for place, name in enumerate(columns))
    many = {column.name: column.many for column in kind.columns}
    for name in filter(None, names):
        if name not in many:
            raise BadValue("columns", "must be columns of this kind")
        if names.count(name) > 1 and not many[name]:
            raise BadValue("columns", f"only one column can be {name}")
    return names


def read_options(
    rt: Runtime, actor: User | None, kind: Kind, said: Mapping[str, str]
) -> dict[str, Any]:
    """The choices for the whole file, as their options read them. Raises BadValue."""
    found: dict[str, Any] = {}
    if "region" in said:
        if said["region"] not in phonenumbers.SUPPORTED_REGIONS:
            raise BadValue("region", "must be a country such as CN")
        found["region"] = said["region"]
    for option in kind.options:
        if option.name in said and may_choose(actor, option):
            found[option.name] = read_option(rt, option, said[option.name].strip())
    return found


def may_choose(actor: User | None, option: Option) -> bool:
    """Whether the option is offered at all."""
    return not option.for_admins or actor is None or actor.role is UserRole.ADMIN


def read_option(rt: Runtime, option: Option, text: str) -> str:
    """One choice. Raises BadValue."""
    choices = option.choices(rt)
    if not text:
        return option.default
    if choices and text not in choices:
        raise BadValue(option.name, "must be one of those offered")
    try:
        return option.read(rt, text) if option.read else text
    except CellError as error:
        raise BadValue(option.name, str(error)) from None


def find_draft(rt: Runtime, actor: User | None, import_id: int) -> Import:
    """A draft that the actor may see. Raises NotFound."""
    with rt.sessions.read() as session:
        one = session.scalar(
            sa.select(Import).where(
                Import.id == import_id, Import.state == ImportState.DRAFT, visible_to(actor)
            )
        )
    if one is None:
        raise NotFound("draft")
    return one


def visible_to(actor: User | None) -> sa.ColumnElement[bool]:
    """The operator at the command line sees every import."""
    return sees_import(actor) if actor else sa.true()


def discard_draft(rt: Runtime, actor: User | None, import_id: int) -> None:
    """Forget a draft and its file. Raises NotFound."""
    find_draft(rt, actor, import_id)
    with rt.sessions.write() as session:
        forget(session, import_id)


def forget(session: Session, import_id: int) -> None:
    """Delete an import that never ran."""
    session.execute(sa.delete(ImportPart).where(ImportPart.import_id == import_id))
    session.execute(sa.delete(Import).where(Import.id == import_id))


def forget_drafts(rt: Runtime) -> int:
    """The clock's duty: drafts that nobody let run within a week go, with their files."""
    with rt.sessions.write() as session:
        old = session.scalars(
            sa.select(Import.id).where(
                Import.state == ImportState.DRAFT, Import.created_at < rt.now() - KEPT
            )
        ).all()
        for import_id in old:
            forget(session, import_id)
    return len(old)
