"""What a spreadsheet's cell means: texts, words, whole numbers, dates, amounts and telephones.

Every reader takes the cell's text and raises CellError where it means nothing; an empty cell never
comes here.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from dialer.domain.phone import INVISIBLE

LONGEST: Final = 10_000
LONGEST_VALUE: Final = 64
CONTROLS: Final = dict.fromkeys([*range(9), *range(14, 32), *range(127, 160)]) | INVISIBLE
# ="0138…" is how people keep a spreadsheet from eating zeros; an apostrophe is another way.
QUOTED: Final = re.compile(r'="((?:[^"]|"")*)"')
GUARDED: Final = re.compile(r"'(?=[=+\-@\d'])")
LOST: Final = "\ufffd"
ODD: Final = re.compile(r"^[=' #]|  | $|\ufffd")
SHEET_ERROR: Final = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")


class CellError(ValueError):
    """A cell that means nothing here: `code` and `params` say why, in no language."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}" if params else code)
        self.code = code
        self.params = params


def tidy(text: str) -> str:
    """The cell as people see it: no control or invisible marks, single spaces, no quoting tricks.

    Raises CellError for characters that the file's encoding does not hold, and for novels.
    """
    if len(text) > LONGEST:
        raise CellError("too_long", most=LONGEST)
    if ODD.search(text) is None and text.isprintable():
        return text  # as nearly every cell is
    if LOST in text:
        raise CellError("encoding")
    text = " ".join(text.translate(CONTROLS).split())
    if text.startswith(("=", "'")):
        return unquote(text)
    if text.startswith("#") and SHEET_ERROR.fullmatch(text):
        raise CellError("sheet_error", text=text)
    return text


def unquote(text: str) -> str:
    """`="0138"` and `'0138` are texts that begin with 0."""
    quoted = QUOTED.fullmatch(text)
    if quoted is not None:
        return quoted[1].replace('""', '"').strip()
    return GUARDED.sub("", text, count=1)


def read_text(text: str, longest: int) -> str:
    """A text of at most so many characters; a formula is none, and is never worked out."""
    if text.startswith("="):
        raise CellError("formula")
    if len(text) > longest:
        raise CellError("too_long", most=longest)
    return text


def fold(text: str) -> str:
    """Spellings that people take for the same: `Ａ 类` and `a类`."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, text))


def read_word(text: str, words: Mapping[str, Any]) -> Any:
    """One of a few words, by any of its spellings (`words` is keyed by what `fold` makes)."""
    try:
        return words[fold(text)]
    except KeyError:
        raise CellError("unknown_word", text=text[:60]) from None


WHOLE: Final = re.compile(r"[^\d.+-]*(\d+)(?:\.0+)?[^\d.]*")


def read_whole(text: str, least: int, most: int) -> int:
    """A whole number within bounds, with or without words around it: `3`, `3.0`, `第3阶段`."""
    found = WHOLE.fullmatch(unicodedata.normalize("NFKC", text))
    number = int(found[1]) if found and len(found[1]) < 10 else None
    if number is None or not least <= number <= most:
        raise CellError("out_of_range", text=text[:60], least=least, most=most)
    return number


DATE_PARTS: Final = re.compile(r"(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*[日号號]?")
COMPACT: Final = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
CLOCK_TIME: Final = re.compile(r"(?<=\d)[T\s]+\d{1,2}:\d\d(:\d\d(\.\d+)?)?\s*([AP]M|Z)?$", re.I)
ERA: Final = re.compile(r"^(?:中华|中華)?民[国國]\s*")
SERIAL: Final = re.compile(r"\d{5}(?:\.0+)?")
SERIAL_ZERO: Final = date(1899, 12, 30)
REPUBLIC: Final = 1911


def read_date(text: str) -> date:
    """A day: `2026-03-02`, `2026年3月2日`, `20260302`, `民國115年3月2日`, a sheet's serial number.

    `03/02/2026` is two days, and refused; `25/02/2026` is one.
    """
    if len(text) > LONGEST_VALUE:
        raise CellError("not_a_date", text=text[:60])
    plain = CLOCK_TIME.sub("", unicodedata.normalize("NFKC", text).strip())
    if SERIAL.fullmatch(plain):
        return SERIAL_ZERO + timedelta(days=int(float(plain)))
    bare = ERA.sub("", plain)
    found = COMPACT.fullmatch(bare) or DATE_PARTS.fullmatch(bare)
    if found is None:
        raise CellError("not_a_date", text=text[:60])
    try:
        return day_of(*found.groups(), era=bare != plain)
    except ValueError as error:
        if isinstance(error, CellError):
            raise
        raise CellError("not_a_date", text=text[:60]) from None


def day_of(first: str, second: str, third: str, *, era: bool) -> date:
    """The day of three parts, whichever stands first. Raises ValueError where it cannot be."""
    if len(first) == 4:
        return date(int(first), int(second), int(third))
    if era or len(first) == 3:
        return date(int(first) + REPUBLIC, int(second), int(third))
    if len(third) != 4:
        raise ValueError("no year")
    month, day = sorted((int(first), int(second)))
    if day <= 12 and month != day:
        raise CellError("ambiguous_date", text=f"{first}/{second}/{third}")
    return date(int(third), month, day)


@dataclass(frozen=True, kw_only=True)
class Amount:
    """Money in a cell; `currency` (ISO) where the cell says it beyond doubt."""

    value: Decimal
    currency: str | None = None


CURRENCIES: Final[Mapping[str, str | None]] = {
    "rmb": "CNY", "cny": "CNY", "cn¥": "CNY", "人民币": "CNY", "人民幣": "CNY",
    "nt$": "TWD", "ntd": "TWD", "twd": "TWD", "新台币": "TWD", "新台幣": "TWD", "新臺幣": "TWD",
    "hk$": "HKD", "hkd": "HKD", "港币": "HKD", "港幣": "HKD", "us$": "USD", "usd": "USD",
    "美元": "USD", "eur": "EUR", "€": "EUR", "gbp": "GBP", "£": "GBP", "jpy": "JPY",
    "¥": None, "$": None, "元": None, "圆": None, "圓": None, "块": None, "塊": None, "": None,
}  # fmt: skip
MYRIADS: Final = {"": 1, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
SUM: Final = re.compile(
    r"(\(?)([^\d(),.'+-]*)([+-]?)([^\d(),.'+-]*)([\d.,' ]*\d)\s*([万萬亿億]?)(.*?)(\)?)"
)
GROUPED: Final = re.compile(r"\d{1,3}(?:([,.' ])\d{3})(?:\1\d{3})*")


def read_amount(text: str) -> Amount:
    """Money: `1,234.50`, `¥1234.5`, `1.234,50 €`, `(1,234.50)` for less than nothing, `1.2万`.

    `1.234` may be one or a thousand, and is refused.
    """
    found = SUM.fullmatch(unicodedata.normalize("NFKC", text[: LONGEST_VALUE + 1]).strip())
    if found is None or len(text) > LONGEST_VALUE:
        raise CellError("not_an_amount", text=text[:60])
    opened, before, sign, between, digits, myriad, after, closed = found.groups()
    names = [name.strip().casefold() for name in (before, between, after) if name.strip()]
    if any(name not in CURRENCIES for name in names) or bool(opened) != bool(closed):
        raise CellError("not_an_amount", text=text[:60])
    value = plain_decimal(digits, text, exact=not myriad) * MYRIADS[myriad]
    known = next((CURRENCIES[name] for name in names if CURRENCIES[name]), None)
    return Amount(value=-value if opened or sign == "-" else value, currency=known)


def plain_decimal(digits: str, text: str, *, exact: bool) -> Decimal:
    """The digits without what groups them; the last separator of two kinds is the decimal one."""
    marks = sorted({mark for mark in digits if mark in ",."}, key=digits.rindex)
    head, point, cents = digits, "", ""
    if len(marks) == 2 or (marks and not GROUPED.fullmatch(digits)):
        head, point, cents = digits.rpartition(marks[-1])
    elif marks == ["."] and digits.count(".") == 1 and exact:
        raise CellError("ambiguous_amount", text=text[:60])
    elif marks == ["."] and digits.count(".") == 1:
        head, point, cents = digits.partition(".")
    if point and (not cents.isdecimal() or point in head):
        raise CellError("not_an_amount", text=text[:60])
    if not head.isdecimal() and not GROUPED.fullmatch(head):
        raise CellError("not_an_amount", text=text[:60])
    return Decimal(re.sub(r"\D", "", head) + (f".{cents}" if point else ""))
