"""A row on its way in: its cells, what they were read as, what is wrong, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dialer.domain.cells import CellError


class RowOutcome(StrEnum):
    """What became of a row. A row that was taken in part has another outcome, and faults."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"
    FAILED = "failed"


@dataclass(slots=True)
class Fault:
    """What is wrong, and in which column ("" for the whole row), in no language."""

    column: str
    code: str
    params: Mapping[str, Any]

    def record(self) -> dict[str, Any]:
        """As it is stored."""
        return {"column": self.column, "code": self.code, "params": dict(self.params)}


@dataclass(slots=True)
class Line:
    """One row. `row` counts from 1 as a spreadsheet does; `values` has what was read, by column.

    A fault with `fail` leaves the row out; one with `note` lets the rest of the row in.
    """

    row: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    outcome: RowOutcome | None = None

    @property
    def is_failed(self) -> bool:
        """Whether the row is left out."""
        return self.outcome is RowOutcome.FAILED

    def has_fault(self, column: str) -> bool:
        """Whether it was said already what is wrong with a column."""
        return any(fault.column == column for fault in self.faults)

    def note(self, column: str, code: str, **params: Any) -> None:
        """Something is wrong that does not concern the rest of the row."""
        self.faults.append(Fault(column, code, params))

    def fail(self, column: str, code: str, **params: Any) -> None:
        """Leave the row out."""
        self.note(column, code, **params)
        self.outcome = RowOutcome.FAILED

    def fail_cell(self, column: str, error: CellError) -> None:
        """Leave the row out for a cell that means nothing."""
        self.fail(column, error.code, **error.params)
