"""How a file is to be read, what it may hold at most, and why it cannot be read."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

MEGABYTE: Final = 1024 * 1024
MAX_BYTES: Final = 200 * MEGABYTE
MAX_UNPACKED: Final = 2048 * MEGABYTE
MAX_ROWS: Final = 2_000_000
MAX_COLUMNS: Final = 300
CSV: Final = "csv"
XLSX: Final = "xlsx"
CAMT: Final = "camt.053"
ENCODINGS: Final = ("utf-8-sig", "gb18030", "cp950", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
DELIMITERS: Final = (",", ";", "\t", "|")

# Each row with its number, counted from 1 as a spreadsheet does.
Rows = Iterator[tuple[int, list[str]]]


class FileRefused(Exception):
    """A file that cannot be brought in: `code` and `params` say why, in no language."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}" if params else code)
        self.code = code
        self.params: Mapping[str, Any] = params


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a person may correct: encoding and delimiter, or the sheet; headings; columns' names."""

    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    heading_row: int = 0
    headings: tuple[str, ...] = ()
    columns: tuple[str | None, ...] = ()

    def record(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    @classmethod
    def recall(cls, stored: Mapping[str, Any]) -> Self:
        """As it was stored."""
        lists = ("sheets", "headings", "columns")
        fields: dict[str, Any] = {
            key: tuple(value) if key in lists else value for key, value in stored.items()
        }
        return cls(**fields)
