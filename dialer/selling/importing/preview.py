"""The first rows as they would be read and what would become of them, without writing anything."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from dialer.models import Import, User
from dialer.runtime import Runtime
from dialer.selling.importing.files import fetch_file
from dialer.selling.importing.kinds import Context, Kind
from dialer.selling.importing.layout import Layout
from dialer.selling.importing.numbers import COLUMN, settle_numbers
from dialer.selling.importing.reading import make_reader, read_one
from dialer.selling.importing.registry import KINDS
from dialer.selling.importing.rows import Fault, Line
from dialer.selling.importing.start import make_context
from dialer.selling.importing.work import data_lines

ROWS: Final = 20


@dataclass(frozen=True, kw_only=True)
class ShownCell:
    """A cell as it stands, what it was read as (None where unused, empty or wrong), its faults."""

    text: str
    value: Any
    faults: Sequence[Fault]


@dataclass(frozen=True, kw_only=True)
class ShownRow:
    """A row, and the faults that are not one cell's own."""

    line: Line
    cells: Sequence[ShownCell]
    faults: Sequence[Fault]


def preview(rt: Runtime, actor: User | None, one: Import) -> list[ShownRow]:
    """The first rows. Raises FileRefused."""
    kind, layout = KINDS[one.kind], Layout.recall(one.layout)
    context = make_context(rt, one, actor)
    with closing(fetch_file(rt.sessions, one.id, one.file_size)) as file:
        lines = list(islice(data_lines(file, layout), ROWS))
    read = make_reader(kind, layout.columns)
    for line in lines:
        read(line, context)
    try_out(rt, kind, context, [line for line in lines if not line.is_failed])
    return [show(line, kind, layout, context) for line in lines]


def try_out(rt: Runtime, kind: Kind, context: Context, lines: Sequence[Line]) -> None:
    """Write the rows and take it all back."""
    if lines:
        with rt.sessions.write() as session:
            kind.write(session, context, lines)
            session.rollback()


def show(line: Line, kind: Kind, layout: Layout, context: Context) -> ShownRow:
    """Each cell by itself, for a column that many cells feed tells nothing of one of them."""
    cells = [show_cell(line, at, kind, name, context) for at, name in enumerate(layout.columns)]
    own = [(fault.column, fault.code) for cell in cells for fault in cell.faults]
    rest = [fault for fault in line.faults if (fault.column, fault.code) not in own]
    return ShownRow(line=line, cells=cells, faults=rest)


def show_cell(line: Line, at: int, kind: Kind, name: str | None, context: Context) -> ShownCell:
    """One cell, read alone."""
    text = line.cells[at] if at < len(line.cells) else ""
    if name is None or not text:
        return ShownCell(text=text, value=None, faults=())
    alone = Line(line.row, line.cells, values={name: []})
    read_one(alone, text, kind.column(name), context)
    value = alone.values[name]
    if name == COLUMN and value:
        value = settle_numbers(alone, (line.values.get("region") or context.region)[:2])
    return ShownCell(text=text, value=value or None, faults=alone.faults)
