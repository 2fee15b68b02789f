"""The rows that were left out, as a file: the same columns and the reason, to be put right."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from dialer.models import Import
from dialer.models.database import Sessions
from dialer.models.imports import each_faulty
from dialer.selling.importing.layout import Layout

# A spreadsheet takes what begins so for a formula; an apostrophe keeps it a text, and our own
# reading takes it away again.
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
MARK: Final = "\ufeff"

Say = Callable[[Sequence[dict[str, Any]]], str]


def mistakes_csv(sessions: Sessions, one: Import, heading: str, say: Say) -> Iterator[str]:
    """CSV piece by piece, with the mark by which spreadsheets know UTF-8."""
    layout = Layout.recall(one.layout)
    headings = [text or f"{place}" for place, text in enumerate(layout.headings, 1)]
    yield MARK + as_line([*headings, heading])
    with sessions.read() as session:
        for found in each_faulty(session, one.id):
            cells = [*found.cells, *[""] * (len(headings) - len(found.cells))]
            yield as_line([*cells[: len(headings)], say(found.faults)])


def as_line(cells: Sequence[str]) -> str:
    """One line, with nothing in it that a spreadsheet would work out."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([harmless(cell) for cell in cells])
    return buffer.getvalue()


def harmless(cell: str) -> str:
    """The cell as a text, whatever it begins with."""
    return f"'{cell}" if cell.lstrip(" ").startswith(DANGEROUS) else cell
