"""Workbooks to take away. No text becomes a formula, whatever a customer is called."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from dialer.domain.currencies import minor_digits, to_decimal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What begins so is worked out by some program, now or after it was saved in another format.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
WIDTH = 16
LONGEST = 32_000


@dataclass(frozen=True)
class Amount:
    """Money, written as a number with its currency's decimals."""

    minor: int
    currency: str


def write_workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A file of sheets, each with a heading that stays in sight."""
    book = Workbook(write_only=True)
    for title, lines in sheets.items():
        made: Any = book.create_sheet(title[:31])
        made.freeze_panes = "A2"
        for place in range(len(lines[0])):
            made.column_dimensions[chr(ord("A") + place)].width = WIDTH
        sheet = cast(WriteOnlyWorksheet, made)
        for number, line in enumerate(lines):
            sheet.append(cells(sheet, line, is_heading=number == 0))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(sheet: WriteOnlyWorksheet, line: Iterable[object], *, is_heading: bool) -> list[Cell]:
    """One line."""
    found = [make_cell(sheet, value) for value in line]
    if is_heading:
        for cell in found:
            cell.font = Font(bold=True)
    return found


def make_cell(sheet: WriteOnlyWorksheet, value: object) -> Cell:
    """A number, a day, or a text that stays one."""
    if isinstance(value, Amount):
        exact: Any = to_decimal(value.minor, value.currency)
        cell = WriteOnlyCell(sheet, exact)
        digits = minor_digits(value.currency)
        cell.number_format = "#,##0" + ("." + "0" * digits if digits else "")
        return cell
    if isinstance(value, date):
        plain: Any = value
        return WriteOnlyCell(sheet, plain)
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:LONGEST]
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if text.startswith(DANGEROUS):
        cell.quotePrefix = True
    return cell
