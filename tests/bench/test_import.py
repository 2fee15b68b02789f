"""What bringing in customers costs, beside reading, parsing and inserting them without any sense.

The limit is csv.reader, phonenumbers.parse, and the driver's own executemany of the very rows that
the import leaves behind, in one transaction: nothing is checked, looked up or kept for resuming.
"""

import csv
import os
import random
import resource
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import phonenumbers
import pytest

from dialer.migrations import upgrade
from dialer.models.database import Sessions, make_engine
from dialer.selling.importing.drafts import begin_import
from dialer.selling.importing.registry import KINDS
from dialer.selling.importing.start import start_import
from dialer.selling.importing.work import finish_import
from tests.bench.measuring import alternate, keep
from tests.commands.shell import dialer, environ
from tests.world import World

pytestmark = pytest.mark.bench

SIZES = (10_000, 1_000_000) if os.environ.get("BENCH_SIZE") == "large" else (10_000, 100_000)
TABLES = ("accounts", "phone_numbers", "contacts", "contact_numbers", "audit_log")
PLACES = ("138", "139", "136", "158", "186")


def write_list(path: Path, rows: int) -> None:
    dice = random.Random(2)
    with path.open("w", encoding="utf-8") as file:
        file.write("公司名称,联系人,联系电话,客户等级,阶段,销售\n")
        for row in range(rows):
            phone = f"{dice.choice(PLACES)}{row * 7 % 10**8:08}"
            owner = "wang.min" if row % 3 else ""
            file.write(f"上海机械{row}有限公司,张{row % 977},{phone},{'ABCDE'[row % 5]},"
                       f"{row % 9 + 1},{owner}\n")  # fmt: skip


class Bench:
    """A floor, and as many copies of its database as there are runs."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder, self.copies = folder, count(1)
        self.list = folder / "list.csv"
        write_list(self.list, rows)
        upgrade(f"sqlite:///{folder}/template.db")
        self.world = World(f"sqlite:///{folder}/template.db", folder / "spool").open_floor()
        self.world.sessions.engine.dispose()
        self.left: dict[str, list[tuple[object, ...]]] = {}

    def copy(self) -> Path:
        path = self.folder / f"{next(self.copies)}.db"
        shutil.copyfile(self.folder / "template.db", path)
        return path

    def bring_in(self) -> None:
        path = self.copy()
        rt = replace(self.world.rt, sessions=Sessions(make_engine(f"sqlite:///{path}")))
        with self.list.open("rb") as file:
            import_id = begin_import(rt, None, KINDS["accounts"], file, "list.csv")
        start_import(rt, None, import_id)
        for _one in finish_import(rt, import_id):
            pass
        rt.sessions.engine.dispose()
        if not self.left:
            self.left = rows_of(path)
        path.unlink()

    def do_it_blindly(self) -> None:
        path = self.copy()
        with self.list.open(encoding="utf-8", newline="") as file:
            for cells in csv.reader(file):
                parse(cells[2])
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            for table, rows in self.left.items():
                marks = ",".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
        connection.close()
        path.unlink()


def parse(text: str) -> None:
    try:
        phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return  # the heading


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the import left behind, without the floor's own rows."""
    connection = sqlite3.connect(path)
    found = {table: connection.execute(f"SELECT * FROM {table}").fetchall()[1:]  # noqa: S608
             for table in TABLES}  # fmt: skip
    connection.close()
    return found


@pytest.mark.parametrize("rows", SIZES)
def test_an_import_beside_reading_parsing_and_inserting(tmp_path: Path, rows: int) -> None:
    bench = Bench(tmp_path, rows)
    bench.bring_in()
    subjects: dict[str, Callable[[], object]] = {
        "csv, parse, executemany": bench.do_it_blindly,
        "import": bench.bring_in,
    }
    figures = alternate(subjects, each=rows, runs=5 if rows <= 100_000 else 1)
    whole, bare = figures["import"]["median_ns"], figures["csv, parse, executemany"]["median_ns"]
    keep(f"import-{rows}", figures, items=rows, ratio=whole / bare)
    assert len(bench.left["accounts"]) == rows
    bench.world.close()


def test_an_import_of_any_size_fits_into_little_memory(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SIZES[-1])
    done = dialer("import", "accounts", str(bench.list), env=environ(bench.world))
    assert f"{SIZES[-1]:,} rows: {SIZES[-1]:,} new" in done.stdout
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    keep(f"import-memory-{SIZES[-1]}", {}, items=SIZES[-1], megabytes=megabytes)
    assert megabytes < 300
    bench.world.close()
