"""Telephone numbers as spreadsheets hold them: several in a cell, with words and marks around."""

import re
import unicodedata
from typing import Final

from dialer.domain.cells import CellError

LONGEST: Final = 500
MOST: Final = 10
LEAST_DIGITS: Final = 7
HARD: Final = re.compile(r"[;；,，、|｜]+|\s*(?:\bor\b|\band\b|或者|或)\s*", re.I)
REMARK: Final = re.compile(r"[(（【\[][^\d()（）【】\[\]]*[)）】\]]")
LABEL: Final = re.compile(r"^[^\d+＋(（]+")
TRAILER: Final = re.compile(r"[^\d)）]+$")
EXTENSION: Final = re.compile(
    r"\d\s*[(（]?\s*(?:转|轉|分机|分機|内线|內線|x|ext(?:ension)?\.?|#)\s*[:：]?\s*\d", re.I
)
DASHED_EXTENSION: Final = re.compile(r"\(?0\d{2,3}\)?[-\s]*\d{7,8}\s*-\s*\d{1,6}")
SCIENTIFIC: Final = re.compile(r"[\d.]+e\+?\d+", re.I)
FROM_FLOAT: Final = re.compile(r"(\+?\d{7,})\.0")
PLAIN: Final = re.compile(r"\+?\d{7,20}")


def split_numbers(text: str) -> list[str]:
    """The single numbers of a cell, without labels and remarks, each ready for `normalise`.

    A spreadsheet's `1.38E+10` stays as it is, for `check_spelling` to refuse.
    """
    if PLAIN.fullmatch(text):
        return [text]
    if len(text) > LONGEST:
        raise CellError("too_long", most=LONGEST)
    if SCIENTIFIC.fullmatch(text):
        return [text]
    pieces = [piece for part in HARD.split(REMARK.sub(" ", text)) for piece in soft_split(part)]
    numbers = [bare(piece) for piece in pieces if piece.strip()]
    if len(numbers) > MOST:
        raise CellError("too_many_numbers", most=MOST)
    return numbers


def soft_split(part: str) -> list[str]:
    """Slashes and blanks part numbers only where a whole number stands on both sides."""
    for pieces in (part.split("/"), part.split()):
        if len(pieces) > 1 and all(is_whole(piece) for piece in pieces):
            return pieces
    return [part]


def is_whole(piece: str) -> bool:
    """Whether there are digits enough for a number of its own."""
    return sum(map(str.isdecimal, piece)) >= LEAST_DIGITS


def bare(piece: str) -> str:
    """Without `手机：` before it, remarks after it, and the `.0` of a program's export."""
    if EXTENSION.search(piece):
        return piece.strip()
    found = TRAILER.sub("", LABEL.sub("", piece.strip()))
    floated = FROM_FLOAT.fullmatch(found)
    return floated[1] if floated else found or piece.strip()


def check_spelling(number: str) -> None:
    """Refuse what only looks like a number. Raises CellError `digits_lost` or `extension`."""
    if PLAIN.fullmatch(number):
        return
    plain = unicodedata.normalize("NFKC", number)
    if SCIENTIFIC.fullmatch(plain) and "e" in plain.casefold():
        raise CellError("digits_lost", text=number)
    if EXTENSION.search(plain) or DASHED_EXTENSION.fullmatch(plain):
        raise CellError("extension", text=number)
