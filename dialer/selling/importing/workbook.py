"""XLSX: checked before it is opened, and read row by row in little memory."""

import os
import tempfile
import warnings
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, Any, BinaryIO, Final
from weakref import finalize
from xml.etree import ElementTree as ET

from openpyxl.packaging.manifest import Manifest
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS

from dialer.selling.importing.layout import MAX_UNPACKED, MEGABYTE, FileRefused, Rows

MAX_PARTS: Final = 2_000
MAX_RATIO: Final = 400
SMALL: Final = 10 * MEGABYTE
# No spreadsheet has a document type; every attack by XML entities does.
FORBIDDEN: Final = tuple(
    text.encode(encoding)
    for text in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
SHEET_ROW: Final = b"<row "
NAMESPACE: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BROKEN: Final = (
    KeyError, ValueError, IndexError, TypeError, AttributeError, EOFError, RuntimeError, OSError,
    zipfile.BadZipFile, zlib.error, ET.ParseError,
)  # fmt: skip


def check_workbook(file: BinaryIO) -> tuple[list[str], int]:
    """The sheets' names, and at least the rows of the longest. Raises FileRefused."""
    try:
        with zipfile.ZipFile(file) as archive:
            rows = check_archive(archive)
        sheets = list(sheet_names(file))
    except BROKEN:
        raise FileRefused("not_a_table") from None
    if not sheets:
        raise FileRefused("not_a_table")
    return sheets, rows


def check_archive(archive: zipfile.ZipFile) -> int:
    """Refuse what is no workbook, unpacks to too much, or holds what no workbook holds."""
    parts = archive.infolist()
    unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    if "xl/workbook.xml" not in archive.namelist():
        raise FileRefused("not_a_table")
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED:
        raise FileRefused("unpacks_to_too_much")
    if unpacked > SMALL and unpacked > packed * MAX_RATIO:
        raise FileRefused("unpacks_to_too_much")
    xml = (part.filename for part in parts if part.filename.endswith((".xml", ".rels")))
    return max((check_part(archive, name) for name in xml), default=0)


def check_part(archive: zipfile.ZipFile, name: str) -> int:
    """How many rows a part holds. A zip never gives more bytes than it declares."""
    rows, before = 0, b"<"
    with archive.open(name) as part:
        while block := part.read(MEGABYTE):
            seam = before[-16:] + block
            if any(mark in seam for mark in FORBIDDEN):
                raise FileRefused("not_a_table")
            if b"<" not in block and b"<" not in before:
                raise FileRefused("unpacks_to_too_much")
            rows += seam.count(SHEET_ROW) - before[-16:].count(SHEET_ROW)
            before = block
    return rows


class Texts:
    """The workbook's shared texts, on disk: a million of them would fill the memory.

    They are read no further than the rows ask for, so that the first rows are there at once.
    """

    def __init__(self, source: IO[bytes]) -> None:
        self.rest = each_text(source)
        self.ends = array("Q", [0])
        self.store = tempfile.TemporaryFile()  # noqa: SIM115 - closed when nobody reads any more
        self.flushed = 0
        finalize(self, self.store.close)

    def __getitem__(self, place: int) -> str:
        while place >= len(self.ends) - 1:
            self.read_one()
        begin, end = self.ends[place], self.ends[place + 1]
        if end > self.flushed:
            self.store.flush()
            self.flushed = self.ends[-1]
        return os.pread(self.store.fileno(), end - begin, begin).decode()

    def read_one(self) -> None:
        """One more text. Raises IndexError after the last."""
        text = next(self.rest, None)
        if text is None:
            raise IndexError("no such shared text")
        size = self.store.write(text.encode("utf-8", errors="replace"))
        self.ends.append(self.ends[-1] + size)


def each_text(source: IO[bytes]) -> Iterator[str]:
    """The shared texts in order, without what tells how they are pronounced."""
    item, text, phonetic = f"{NAMESPACE}si", f"{NAMESPACE}t", f"{NAMESPACE}rPh"
    depth = 0
    pieces: list[str] = []
    # `check_part` has refused whatever such parsers are attacked with.
    events = ET.iterparse(source, events=("start", "end"))  # noqa: S314
    _event, root = next(events)
    for event, node in events:
        if node.tag == phonetic:
            depth += 1 if event == "start" else -1
        elif event == "end" and node.tag == text and not depth:
            pieces.append(node.text or "")
        elif event == "end" and node.tag == item:
            yield "".join(pieces)
            pieces.clear()
            root.clear()


class FrugalReader(ExcelReader):
    """openpyxl's reader, which keeps the shared texts on disk."""

    shared_strings: Any
    package: Manifest

    def read_strings(self) -> None:
        """Keep the shared texts."""
        found = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if found is not None:
            self.shared_strings = Texts(self.archive.open(found.PartName[1:]))


def open_book(file: BinaryIO) -> Any:
    """The workbook, whose cells give what was last worked out; nothing is worked out here."""
    reader = FrugalReader(file, read_only=True, data_only=True, keep_links=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they concern writing the workbook back
        reader.read()
    return reader.wb


def sheet_names(file: BinaryIO) -> Iterator[str]:
    """Sheets with cells, those that are shown first."""
    book = open_book(file)
    yield from (sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible")
    yield from (sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible")


def sheet_rows(file: BinaryIO, name: str) -> Rows:
    """The rows of a sheet as texts. Raises FileRefused where it breaks off."""
    row = 0
    try:
        sheet = open_book(file)[name]
        sheet.reset_dimensions()  # some programs write them wrong
        for row, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            yield row, [as_text(cell) for cell in cells]
    except BROKEN:
        raise FileRefused("broken_file", row=row + 1) from None


def as_text(cell: Any) -> str:
    """What stands in a cell, in the plainest spelling."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        day = cell.time() == time.min
        return cell.date().isoformat() if day else cell.isoformat(" ", timespec="seconds")
    if isinstance(cell, date | time | timedelta | int):
        return str(cell)
    return str(cell)
