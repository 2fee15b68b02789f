"""From cells to values: each row is read by its kind's columns, and what is wrong is noted."""

from collections.abc import Callable, Sequence

from dialer.domain.cells import CellError, tidy
from dialer.domain.columns import Column
from dialer.selling.importing.kinds import Context, Kind
from dialer.selling.importing.rows import Line

Read = Callable[[Line, Context], None]


def make_reader(kind: Kind, names: Sequence[str | None]) -> Read:
    """What reads a row whose columns are these; the plan is made once for all rows."""
    plan = [(at, kind.column(name)) for at, name in enumerate(names) if name]
    present = {column.name for _at, column in plan}
    required = [column.name for column in kind.columns if column.is_required]
    many = [column.name for column in kind.columns if column.many and column.name in present]

    def read(line: Line, context: Context) -> None:
        for name in many:
            line.values[name] = []
        cells = line.cells
        width = len(cells)
        for at, column in plan:
            if at < width and cells[at]:
                read_one(line, cells[at], column, context)
        for name in required:
            if not line.values.get(name) and not line.has_fault(name):
                line.fail(name, "missing")
        kind.settle(line, context)

    return read


def read_one(line: Line, cell: str, column: Column, context: Context) -> None:
    """One cell."""
    try:
        text = tidy(cell)
        if not text:
            return
        value = column.read(text, context)
    except CellError as error:
        line.fail_cell(column.name, error)
        return
    if column.many:
        line.values[column.name].append(value)
    else:
        line.values[column.name] = value
