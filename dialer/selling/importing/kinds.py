"""What can be brought in. A kind is its columns and how a batch of its rows is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from dialer.domain.columns import Column
from dialer.models import Import, User
from dialer.runtime import Runtime
from dialer.selling.importing.rows import Line


@dataclass(frozen=True, kw_only=True)
class Context:
    """What rows are read and written with.

    `actor` is None for the operator at the command line, who may do everything. `columns` are
    those that the file has; `options` the choices for the whole file, as their `read` gave them;
    `region` is where national numbers are read; `today` is the company's day.
    """

    rt: Runtime
    actor: User | None
    import_id: int
    columns: frozenset[str]
    options: Mapping[str, Any]
    region: str
    today: date

    @property
    def actor_id(self) -> int | None:
        """For `created_by_id` and the audit log."""
        return self.actor.id if self.actor else None


BATCH: Final = 2_000

Choices = Callable[[Runtime], Sequence[str]]


def fixed(*choices: str) -> Choices:
    """The same choices everywhere."""
    return lambda _rt: choices


def no_choices(_rt: Runtime) -> Sequence[str]:
    """Whatever `read` understands."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Option:
    """A choice that concerns the whole file: one of `choices`, or a text that `read` understands.

    `read` gives what is stored (JSON), and raises CellError. An empty text gives the default.
    """

    name: str
    choices: Choices = no_choices
    default: str = ""
    read: Callable[[Runtime, str], str] | None = None
    is_date: bool = False
    for_admins: bool = False


def nothing_to_settle(_line: Line, _context: Context) -> None:
    """Rows of most kinds are complete when their cells were read."""


def nothing_to_check(_options: Mapping[str, Any]) -> str | None:
    """Options of most kinds do not depend on each other."""
    return None


def nothing_to_finish(_context: Context, _one: Import) -> str | None:
    """Most imports are over when their last row is."""
    return None


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One thing that can be brought in.

    `settle` sees each row after its cells were read, those with faults too, so that people learn
    of all of them at once; it completes the values or refuses the row, without a database.

    `write` is given those rows of a batch that were not refused, in the transaction that also keeps
    the progress. It sets the outcome of each, may refuse rows with `fail`, and changes nothing when
    a row comes a second time, in this file or another. The preview takes back what it wrote.

    `finish` is called after the last row, outside any transaction (again after a crash), and may
    return the code of something that a person should know. `check` names an option that must still
    be chosen before the start. `batch` is how many rows are written in one transaction.
    """

    name: str
    columns: tuple[Column, ...]
    write: Callable[[Session, Context, Sequence[Line]], None]
    settle: Callable[[Line, Context], None] = nothing_to_settle
    finish: Callable[[Context, Import], str | None] = nothing_to_finish
    check: Callable[[Mapping[str, Any]], str | None] = nothing_to_check
    options: tuple[Option, ...] = ()
    batch: int = BATCH

    def column(self, name: str) -> Column:
        """A column by its name. Raises KeyError."""
        return {column.name: column for column in self.columns}[name]
