"""Working an import off, batch by batch: rows and progress are committed together.

Whoever works holds the seat for imports. A process that dies leaves rows and progress at the same
row, and the next one goes on there; natural keys see to the rest.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any, BinaryIO, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.models import Import, ImportPart, ImportRow, User
from dialer.models.imports import ImportState
from dialer.models.leases import hold_seat, leave_seat
from dialer.runtime import Runtime
from dialer.selling.importing.files import fetch_file
from dialer.selling.importing.inserting import as_json, insert_rows
from dialer.selling.importing.kinds import Context, Kind
from dialer.selling.importing.layout import FileRefused, Layout
from dialer.selling.importing.reading import Read, make_reader
from dialer.selling.importing.registry import KINDS
from dialer.selling.importing.rows import Line, RowOutcome
from dialer.selling.importing.start import make_context, note
from dialer.selling.importing.tables import open_rows

SLICE_SECONDS: Final = 5
LOOK_SECONDS: Final = 0.5
SEAT: Final = "imports"
FAULTY: Final = ("import_id", "row", "is_left_out", "cells", "faults")
LONGEST_KEPT: Final = 1_000
SEAT_TIME: Final = timedelta(seconds=30)
COUNTS: Final = {
    RowOutcome.CREATED: "created_count",
    RowOutcome.CHANGED: "changed_count",
    RowOutcome.SAME: "same_count",
    RowOutcome.FAILED: "failed_count",
}


@dataclass
class Work:
    """An open file, and how far it was read; the rows before `done` are in the database."""

    one: Import
    kind: Kind
    context: Context
    file: BinaryIO
    lines: Iterator[Line]
    read: Read
    done: int = 0

    def close(self) -> None:
        """Give the file back."""
        self.file.close()


def open_work(rt: Runtime, import_id: int) -> Work:
    """Open a running import's file at its beginning. Raises FileRefused."""
    with rt.sessions.read() as session:
        one = session.get_one(Import, import_id)
        actor = session.get(User, one.created_by_id) if one.created_by_id else None
    kind, layout = KINDS[one.kind], Layout.recall(one.layout)
    context, read = make_context(rt, one, actor), make_reader(kind, layout.columns)
    file = fetch_file(rt.sessions, import_id, one.file_size)
    lines = data_lines(file, layout)
    return Work(one=one, kind=kind, context=context, file=file, lines=lines, read=read)


def data_lines(file: BinaryIO, layout: Layout) -> Iterator[Line]:
    """The rows below the heading, without empty ones and repeats of the heading itself."""
    heading: list[str] = []
    for row, cells in open_rows(file, layout):
        if row == layout.heading_row:
            heading = cells
        elif row > layout.heading_row and any(cells) and cells != heading:
            yield Line(row, cells)


def step(rt: Runtime, work: Work) -> bool:
    """Bring in the next batch; False where there is nothing more to do for this worker."""
    with collector_at_rest():
        return step_on(rt, work)


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """A batch makes many objects and drops them all: looking for cycles meanwhile costs a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def step_on(rt: Runtime, work: Work) -> bool:
    """The same, whoever collects the garbage."""
    lines = list(islice(work.lines, work.kind.batch))
    position = work.done + len(lines)
    if lines and position <= work.one.rows_done:
        work.done = position  # in already, before somebody stopped or died
        return True
    fresh = lines[max(work.one.rows_done - work.done, 0) :]
    for line in fresh:
        work.read(line, work.context)
    with rt.sessions.write() as session:
        one = lock_running(session, work.one)
        if one is None:
            return False
        good = [line for line in fresh if not line.is_failed]
        if good:
            work.kind.write(session, work.context, good)
        keep_progress(session, one, fresh, position)
        work.one, work.done = one, position
    if len(lines) < work.kind.batch:
        end_import(rt, work)
        return False
    return True


def lock_running(session: Session, was: Import) -> Import | None:
    """The import, if it still runs and nobody else has brought it further."""
    return session.scalar(
        sa.select(Import)
        .where(
            Import.id == was.id,
            Import.state == ImportState.RUNNING,
            Import.rows_done == was.rows_done,
        )
        .with_for_update()
    )


def keep_progress(session: Session, one: Import, lines: Sequence[Line], position: int) -> None:
    """Count the rows, and keep those that need a person."""
    one.rows_done = position
    for outcome, name in COUNTS.items():
        setattr(one, name, getattr(one, name) + sum(line.outcome is outcome for line in lines))
    faulty = [line for line in lines if line.faults]
    one.partly_count += sum(not line.is_failed for line in faulty)
    insert_rows(session, ImportRow, FAULTY, [faulty_row(one.id, line) for line in faulty])


def faulty_row(import_id: int, line: Line) -> tuple[Any, ...]:
    """A row that needs a person, as it is kept."""
    cells = as_json([cell[:LONGEST_KEPT].replace("\0", "") for cell in line.cells])
    told = as_json([fault.record() for fault in line.faults])
    return import_id, line.row, line.is_failed, cells, told


def end_import(rt: Runtime, work: Work) -> None:
    """All rows are in: let the kind finish, and let go of the file."""
    warning = work.kind.finish(work.context, work.one)
    with rt.sessions.write() as session:
        one = lock_running(session, work.one)
        if one is None:
            return
        one.trouble = {"code": warning, "params": {}} if warning else None
        conclude(session, rt, one, ImportState.DONE)


def conclude(session: Session, rt: Runtime, one: Import, state: ImportState) -> None:
    """The end, good or bad; the rows that need a person stay."""
    one.state, one.ended_at = state, rt.now()
    session.execute(sa.delete(ImportPart).where(ImportPart.import_id == one.id))
    counts = {name: getattr(one, name) for name in (*COUNTS.values(), "partly_count")}
    note(session, rt, one.created_by, f"import.{state}", one, rows=one.rows_done, **counts)


def break_off(rt: Runtime, import_id: int, why: FileRefused) -> None:
    """The file cannot be read on; what is in stays in."""
    with rt.sessions.write() as session:
        one = session.get_one(Import, import_id)
        if one.state is ImportState.RUNNING:
            one.trouble = {"code": why.code, "params": dict(why.params)}
            conclude(session, rt, one, ImportState.BROKEN)


def stop_for_bug(rt: Runtime, import_id: int) -> None:
    """Do not run into the same wall every second; a person may let it go on."""
    with rt.sessions.write() as session:
        one = session.get_one(Import, import_id)
        if one.state is ImportState.RUNNING:
            one.state, one.trouble = ImportState.STOPPED, {"code": "crashed", "params": {}}


def next_running(rt: Runtime) -> int | None:
    """The oldest import that runs."""
    with rt.sessions.read() as session:
        return session.scalar(
            sa.select(Import.id)
            .where(Import.state == ImportState.RUNNING)
            .order_by(Import.id)
            .limit(1)
        )


@dataclass
class Worker:
    """Keeps the file at hand open from one slice to the next: a workbook has no middle to enter."""

    holder: str = ""
    work: Work | None = None
    runtime: Runtime | None = field(default=None, repr=False)

    def run(self, rt: Runtime) -> int:
        """The clock's duty: go on with the oldest import for some seconds; returns its rows."""
        import_id = next_running(rt)
        if import_id is None:
            return 0
        self.holder = self.holder or rt.token()
        if not hold_seat(rt.sessions, SEAT, self.holder, rt.now(), rt.now() + SEAT_TIME):
            return 0
        try:
            return self.go_on(rt, import_id)
        except FileRefused as why:
            self.let_go()
            break_off(rt, import_id, why)
            return 0
        except Exception as error:
            self.let_go()
            if not isinstance(error, sa.exc.OperationalError):
                stop_for_bug(rt, import_id)
            raise
        finally:
            if self.work is None:
                leave_seat(rt.sessions, SEAT, self.holder)

    def go_on(self, rt: Runtime, import_id: int) -> int:
        """Batches until the slice is over."""
        work = self.take_up(rt, import_id)
        before, until = work.one.rows_done, rt.monotonic() + SLICE_SECONDS
        while step(rt, work):
            if rt.monotonic() >= until:
                return work.one.rows_done - before
        self.let_go()
        return work.one.rows_done - before

    def take_up(self, rt: Runtime, import_id: int) -> Work:
        """The file that is open, if it is this one."""
        if self.work is None or self.work.one.id != import_id or self.runtime is not rt:
            self.let_go()
            self.work, self.runtime = open_work(rt, import_id), rt
        return self.work

    def let_go(self) -> None:
        """Close the file."""
        if self.work is not None:
            self.work.close()
        self.work = None


def finish_import(rt: Runtime, import_id: int) -> Iterator[Import]:
    """Bring in all rows, here or by whoever is at it already; gives the import now and then.

    Raises FileRefused, after the import was broken off for it.
    """
    holder = rt.token()
    try:
        while (one := find(rt, import_id)).state is ImportState.RUNNING:
            yield one
            if hold_seat(rt.sessions, SEAT, holder, rt.now(), rt.now() + SEAT_TIME):
                with closing(open_work(rt, import_id)) as work:
                    yield from steps(rt, work, holder)
            else:
                rt.wait(LOOK_SECONDS)
        yield one
    except FileRefused as why:
        break_off(rt, import_id, why)
        raise
    finally:
        leave_seat(rt.sessions, SEAT, holder)


def steps(rt: Runtime, work: Work, holder: str) -> Iterator[Import]:
    """Batch after batch; the seat is kept meanwhile."""
    renew_at = rt.now() + SEAT_TIME / 3
    while step(rt, work):
        yield work.one
        if rt.now() >= renew_at:
            renew_at = rt.now() + SEAT_TIME / 3
            hold_seat(rt.sessions, SEAT, holder, rt.now(), rt.now() + SEAT_TIME)


def find(rt: Runtime, import_id: int) -> Import:
    """How it stands."""
    with rt.sessions.read() as session:
        return session.get_one(Import, import_id)
