"""A file as rows of texts, whatever its format; one row at a time is in memory."""

import csv
import io
from collections.abc import Sequence
from itertools import islice
from typing import BinaryIO, Final

from dialer.selling.importing.bank_statement import statement_rows
from dialer.selling.importing.layout import (
    CAMT,
    MAX_COLUMNS,
    MAX_ROWS,
    XLSX,
    FileRefused,
    Layout,
    Rows,
)
from dialer.selling.importing.workbook import sheet_rows

FIRST: Final = 200


def open_rows(file: BinaryIO, layout: Layout) -> Rows:
    """All rows from the first on. Raises FileRefused when there are too many, or it breaks off."""
    for row, cells in rows_of(file, layout):
        if row > MAX_ROWS:
            raise FileRefused("too_many_rows", most=MAX_ROWS)
        if len(cells) > MAX_COLUMNS:
            if any(map(str.strip, cells[MAX_COLUMNS:])):
                raise FileRefused("too_many_columns", most=MAX_COLUMNS, row=row)
            del cells[MAX_COLUMNS:]
        yield row, cells


def rows_of(file: BinaryIO, layout: Layout) -> Rows:
    """Each format has its reader."""
    if layout.format == XLSX:
        return sheet_rows(file, layout.sheet)
    return statement_rows(file) if layout.format == CAMT else text_rows(file, layout)


def text_rows(file: BinaryIO, layout: Layout) -> Rows:
    """Rows of a text with delimiters. A quote that never ends spoils its row alone."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=layout.encoding, errors="replace", newline="")
    reader = csv.reader(text, delimiter=layout.delimiter)
    row = 0
    try:
        while True:
            row += 1
            try:
                yield row, next(reader)
            except csv.Error:
                yield row, ["\ufffd"]
            except StopIteration:
                return
    finally:
        if not file.closed:
            text.detach()


def first_rows(file: BinaryIO, layout: Layout) -> Sequence[list[str]]:
    """The beginning, for guessing and for the preview."""
    return [cells for _row, cells in islice(open_rows(file, layout), FIRST)]
