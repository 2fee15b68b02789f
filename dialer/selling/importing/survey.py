"""What a file is: told by its bytes, never by its name."""

import csv
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO, Final

from dialer.selling.importing.bank_statement import check_statement, looks_like_xml
from dialer.selling.importing.layout import (
    CAMT,
    CSV,
    DELIMITERS,
    MAX_BYTES,
    MEGABYTE,
    XLSX,
    FileRefused,
    Layout,
)
from dialer.selling.importing.workbook import check_workbook

SAMPLE: Final = 64 * 1024
MARKS: Final = (
    (b"\xff\xfe\x00\x00", ""),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
ZIP: Final = b"PK\x03\x04"
OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HIGH: Final = re.compile(rb"[\x80-\xff]")
SEPARATOR_LINE: Final = re.compile(r"sep=(.)\r?\n", re.I)


@dataclass
class Count:
    """What one pass over all bytes tells; the sample holds the first bytes beyond ASCII too."""

    size: int = 0
    lines: int = 0
    sample: bytes = b""
    high: bytes = b""
    digest: str = field(default="")


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A file's format and identity; `rows_expected` is at least the number of its rows."""

    layout: Layout
    digest: str
    size: int
    rows_expected: int


def survey(file: BinaryIO, hints: Collection[str]) -> Survey:
    """Look at a file from its beginning to its end. Raises FileRefused.

    `hints` are words that such files hold, by which encodings are told apart.
    """
    count = pass_over(file)
    if count.size == 0:
        raise FileRefused("empty_file")
    if count.sample.startswith(OLD_EXCEL):
        raise FileRefused("old_excel")
    if count.sample.startswith(ZIP):
        sheets, rows = check_workbook(file)
        layout = Layout(format=XLSX, sheet=next(iter(sheets)), sheets=tuple(sheets))
        return Survey(layout=layout, digest=count.digest, size=count.size, rows_expected=rows)
    if looks_like_xml(count.sample):
        rows, layout = check_statement(file), Layout(format=CAMT)
        return Survey(layout=layout, digest=count.digest, size=count.size, rows_expected=rows)
    layout = text_layout(count, hints)
    return Survey(
        layout=layout, digest=count.digest, size=count.size, rows_expected=count.lines + 1
    )


def pass_over(file: BinaryIO) -> Count:
    """Size, lines, SHA-256 and samples, a megabyte at a time."""
    count, hasher = Count(), sha256()
    file.seek(0)
    while block := file.read(MEGABYTE):
        if not count.size:
            count.sample = block[:SAMPLE]
        if not count.high and not block.isascii():
            found = HIGH.search(block)
            begins = block.rfind(b"\n", 0, found.start() if found else 0) + 1
            count.high = block[begins : begins + SAMPLE]
        count.size += len(block)
        count.lines += max(block.count(b"\n"), block.count(b"\r"))
        hasher.update(block)
        if count.size > MAX_BYTES:
            raise FileRefused("too_big", most=MAX_BYTES // MEGABYTE)
    count.digest = hasher.hexdigest()
    return count


def text_layout(count: Count, hints: Collection[str]) -> Layout:
    """Encoding and delimiter of a text. Raises FileRefused for what is no text."""
    encoding = guess_encoding(count.sample, count.high or count.sample, hints)
    text = count.sample.decode(encoding, errors="replace")
    return Layout(format=CSV, encoding=encoding, delimiter=guess_delimiter(text))


def guess_encoding(sample: bytes, high: bytes, hints: Collection[str]) -> str:
    """By its mark, by its zeros, or by which reading gives words that people write."""
    for mark, name in MARKS:
        if sample.startswith(mark):
            if not name:
                raise FileRefused("not_a_table")
            return name
    if b"\0" in sample:
        return guess_wide(sample)
    if is_utf8(high):
        return "utf-8-sig"
    scores = {name: common_share(high, name, hints) for name in ("gb18030", "cp950")}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > 0.5 else "cp1252"


def guess_wide(sample: bytes) -> str:
    """UTF-16 without its mark has a zero in every other byte where the text is ASCII."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = sample.decode(name, errors="replace")
    strange = sum(not (one.isprintable() or one.isspace()) for one in text) + text.count("\ufffd")
    if strange * 20 > len(text) or min(even, odd) * 20 > max(even, odd):
        raise FileRefused("not_a_table")
    return name


def is_utf8(high: bytes) -> bool:
    """Whether it reads as UTF-8, but for a broken character here and there."""
    text = high.decode("utf-8", errors="replace")
    beyond = sum(not character.isascii() for character in text)
    return text.count("\ufffd") * 50 <= beyond


def common_share(high: bytes, name: str, hints: Collection[str]) -> float:
    """The share of characters that are common ones in that encoding; a known word is proof."""
    text = high.decode(name, errors="replace")
    beyond = [character for character in text if not character.isascii()]
    proof = 1.0 if any(hint in text for hint in hints) else 0.0
    return proof + sum(is_common(one, name) for one in beyond) / max(len(beyond), 1)


def is_common(character: str, name: str) -> bool:
    """Among the characters that the standards put first, for they are the ones in use."""
    try:
        lead = character.encode("gb2312" if name == "gb18030" else "big5")[0]
    except UnicodeEncodeError:
        return False
    last = 0xD7 if name == "gb18030" else 0xC6
    return 0xA1 <= lead <= 0xA3 or (0xB0 if name == "gb18030" else 0xA4) <= lead <= last


def guess_delimiter(text: str) -> str:
    """What parts most rows into the same number of cells."""
    said = SEPARATOR_LINE.match(text)
    if said and said[1] in DELIMITERS:
        return said[1]
    lines = text.splitlines()[:60]
    return max(DELIMITERS, key=lambda mark: evenness(lines[:-1] or lines, mark))


def evenness(lines: list[str], delimiter: str) -> float:
    """How many rows have the same number of cells, weighed by that number; 0 for single cells."""
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row))
    except csv.Error:
        return 0
    wide = [(rows * min(width, 12) ** 0.5, width) for width, rows in widths.items() if width > 1]
    return max(wide, default=(0.0, 0))[0]
