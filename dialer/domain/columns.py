"""Which column of a spreadsheet holds what: told by its heading, in three languages."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

LOOK_AT: Final = 30
NUMBERS: Final = "numbers"
REMARK: Final = re.compile(r"[(\[{【].*?[)\]}】]")
NUMBERED: Final = re.compile(r"(?<=\D)\d{1,2}$")

Cells = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Column:
    """Something that a row can tell: its name in the code, its headings, and how a cell is read.

    `read` is given the tidied cell and the kind's context, and raises CellError. A column with
    `many` may stand in several columns of the file: its value is the list of all that were read.
    `headings` may be written in any case and spacing.
    """

    name: str
    headings: tuple[str, ...]
    read: Callable[[str, Any], Any]
    is_required: bool = False
    many: bool = False


@dataclass(frozen=True, kw_only=True)
class Guess:
    """The row of the last heading (counted from 1, 0 for none), and each column's name or None."""

    heading_row: int
    headings: tuple[str, ...]
    columns: tuple[str | None, ...]

    @property
    def told(self) -> int:
        """How many different things the headings name."""
        return len({name for name in self.columns if name})


def heading_key(text: str) -> str:
    """`* 联系电话（必填）` and `联系电话` are one heading."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, REMARK.sub("", plain)))


@lru_cache
def known_headings(columns: tuple[Column, ...]) -> Mapping[str, str]:
    """The column's name by each of its headings."""
    return {
        heading_key(heading): column.name
        for column in columns
        for heading in (column.name, *column.headings)
    }


def name_of(heading: str, known: Mapping[str, str]) -> str | None:
    """What a heading means; `Phone 2` means what `Phone` does."""
    key = heading_key(heading)
    return known.get(key) or known.get(NUMBERED.sub("", key))


def guess_columns(rows: Sequence[Cells], columns: tuple[Column, ...]) -> Guess:
    """The most telling heading among the first rows, or what the cells look like without one."""
    best = Guess(heading_row=0, headings=(), columns=())
    for place in range(1, min(len(rows), LOOK_AT) + 1):
        found = at_heading(rows, place, columns)
        if found.told > best.told:
            best = found
    return best if best.told else by_content(rows, columns)


def at_heading(rows: Sequence[Cells], heading_row: int, columns: tuple[Column, ...]) -> Guess:
    """The same, where a person said in which row the (lower) headings stand."""
    if not 0 < heading_row <= len(rows):
        return by_content(rows, columns)
    row = rows[heading_row - 1]
    alone = Guess(heading_row=heading_row, headings=tuple(row), columns=names_of(row, row, columns))
    if heading_row == 1:
        return alone
    both = joined(rows[heading_row - 2], row)
    merged = Guess(heading_row=heading_row, headings=both, columns=names_of(both, row, columns))
    return merged if merged.told > alone.told else alone


def joined(above: Cells, below: Cells) -> tuple[str, ...]:
    """Headings in two rows, of which the upper one's cells were merged over several columns."""
    found, group = [], ""
    for place in range(max(len(above), len(below))):
        upper = above[place].strip() if place < len(above) else ""
        lower = below[place].strip() if place < len(below) else ""
        group = upper or group
        found.append(f"{group} {lower}".strip() if lower else upper)
    return tuple(found)


def names_of(headings: Cells, lower: Cells, columns: tuple[Column, ...]) -> tuple[str | None, ...]:
    """Each heading's column; the second of two that mean the same is left alone, unless many.

    `lower` is the lower one of two rows, whose word alone may tell as well.
    """
    known = known_headings(columns)
    many = {column.name for column in columns if column.many}
    found: list[str | None] = []
    for place, heading in enumerate(headings):
        name = name_of(heading, known)
        if name is None and place < len(lower):
            name = name_of(lower[place], known)
        found.append(name if name in many or name not in found else None)
    return tuple(found)


def by_content(rows: Sequence[Cells], columns: tuple[Column, ...]) -> Guess:
    """Without a heading: a column of telephones shows itself, the rest is for a person to say."""
    width = max(map(len, rows), default=0)
    dialable = any(column.name == NUMBERS for column in columns)
    names = tuple(
        NUMBERS if dialable and looks_dialable([row[at] for row in rows if at < len(row)]) else None
        for at in range(width)
    )
    return Guess(heading_row=0, headings=("",) * width, columns=names)


def looks_dialable(cells: Cells) -> bool:
    """Whether most cells have the digits of a telephone."""
    filled = [cell for cell in cells if cell.strip()]
    digits = sum(7 <= sum(map(str.isdecimal, cell)) <= 40 for cell in filled)
    return bool(filled) and digits * 2 > len(filled)
