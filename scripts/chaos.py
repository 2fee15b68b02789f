"""Break things for a while and count the rings: python -m scripts.chaos --minutes 10.

Goes on with the seed after the last one of docs/chaos-history.jsonl, on all cores, then kills
real processes for a fifth of the time, and adds both to that file. A seed alone is played twice
and compared: --seed 7 (with --story, everything that happened in it is printed).
"""

import argparse
import multiprocessing
import os
import queue
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

from dialer.migrations import upgrade
from tests import postgres
from tests.chaos import history
from tests.chaos.knobs import KINDS
from tests.chaos.playing import told
from tests.chaos.run import Run, run_seed
from tests.chaos.spree import spree
from tests.chaos.stage import Stage

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
SHOWN_EVERY = 15.0
SHARE_OF_KILLS = 0.2
FORK = multiprocessing.get_context("fork")


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--from-seed", type=int, help="instead of where the last run stopped")
    parser.add_argument("--seed", type=int, help="play this one alone, twice")
    parser.add_argument("--story", action="store_true", help="print what happened in it")
    parser.add_argument("--without-kills", action="store_true", help="only the simulation")
    parser.add_argument("--only-kills", action="store_true", help="only real processes")
    return parser.parse_args(arguments)


@contextmanager
def a_database(database: str) -> Iterator[tuple[str, Path]]:
    """An empty database with today's schema, and a folder in memory, of this process alone."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        if database == "sqlite":
            upgrade(f"sqlite:///{folder}/chaos.db")
            yield f"sqlite:///{folder}/chaos.db", folder
        else:
            postgres.start(upgrade)
            with postgres.clean_database() as url:
                yield url, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def a_stage(database: str) -> Iterator[Stage]:
    """A database for one seed after the other."""
    with a_database(database) as (url, folder):
        template = None
        if database == "sqlite":
            template = Path(shutil.copyfile(folder / "chaos.db", folder / "template.db"))
        stage = Stage(url, folder, template)
        yield stage
        stage.close()


@dataclass
class Tally:
    """What the seeds of one database have come to so far."""

    database: str
    seeds: int = 0
    attempts: int = 0
    violations: int = 0
    last_seed: int = 0
    met: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)

    def add(self, run: Run) -> None:
        self.seeds += 1
        self.attempts += run.attempts
        self.violations += len(run.wrong)
        self.last_seed = max(self.last_seed, run.seed)
        self.met += run.met
        self.deaths += run.deaths


def work(database: str, numbers: Any, deadline: float, results: Any) -> None:
    """A worker: one seed after the other until the time is over."""
    with a_stage(database) as stage:
        while time.monotonic() < deadline:
            with numbers.get_lock():
                seed, numbers.value = numbers.value, numbers.value + 1
            run = run_seed(stage, seed)
            if run.wrong:
                print("\n".join(told(run, stage)), flush=True)
            results.put((database, replace(run, story=())))


def simulate(options: argparse.Namespace, minutes: float) -> list[Tally]:
    """All workers, every second one on PostgreSQL if both are asked for."""
    first = options.from_seed or history.next_seed(history.read_history())
    numbers, results = FORK.Value("q", first), FORK.Queue()
    deadline = time.monotonic() + minutes * 60
    workers = []
    for index in range(options.jobs):
        both = ("sqlite", "postgresql")[index % 2]
        database = both if options.database == "both" else options.database
        worker = FORK.Process(target=work, args=(database, numbers, deadline, results))
        worker.start()
        workers.append(worker)
    tallies = collect(results, workers)
    write_down(tallies, first, numbers.value, minutes * 60)
    return tallies


def collect(results: Any, workers: list[ForkProcess]) -> list[Tally]:
    """Add up what the workers report, and show it now and then."""
    tallies: dict[str, Tally] = {}
    began = shown = time.monotonic()
    while any(worker.is_alive() for worker in workers) or not results.empty():
        try:
            database, run = results.get(timeout=1)
        except queue.Empty:
            continue
        tallies.setdefault(database, Tally(database)).add(run)
        if time.monotonic() - shown > SHOWN_EVERY:
            shown = time.monotonic()
            show(list(tallies.values()), shown - began)
    show(list(tallies.values()), time.monotonic() - began)
    if any(worker.exitcode for worker in workers):
        print("a worker has ended with an error: see above", flush=True)
    return list(tallies.values())


def show(tallies: list[Tally], seconds: float) -> None:
    for tally in tallies:
        print(
            f"{seconds:6.0f} s  {tally.database:10} {tally.seeds:6} seeds  {tally.attempts:7} "
            f"attempts  {tally.attempts / seconds:5.1f}/s  {tally.violations} violations  "
            f"{tally.deaths.total()} deaths",
            flush=True,
        )


def write_down(tallies: list[Tally], first: int, upcoming: int, seconds: float) -> None:
    for tally in tallies:
        history.append_line(
            history.Line(
                on=history.today(), commit=history.commit(), kind="simulation",
                database=tally.database, first_seed=first, next_seed=upcoming,
                seeds=tally.seeds, attempts=tally.attempts, violations=tally.violations,
                seconds=round(seconds), attempts_per_second=round(tally.attempts / seconds, 1),
            )
        )  # fmt: skip
    struck = sum((tally.met for tally in tallies), Counter())
    if missing := [kind for kind in KINDS if not struck[kind]]:
        print(f"never struck: {', '.join(missing)}")


def kill(options: argparse.Namespace, minutes: float) -> int:
    """Kill real processes on each database for its share of the time; how much was wrong."""
    both = ("sqlite", "postgresql")
    chosen = both if options.database == "both" else (options.database,)
    return sum(kill_on(database, minutes * 60 / len(chosen)) for database in chosen)


def kill_on(database: str, seconds: float) -> int:
    """One spree, its line in the history, and what was wrong."""
    seed = sum(line.kills for line in history.read_history())
    with a_database(database) as (url, folder):
        result = spree(url, folder, seconds, seed, Said(database))
    print(f"{database}: {result.kills} kills, {result.calls} calls, {len(result.wrong)} violations")
    print(f"  {dict(result.by_step.most_common())}")
    print("\n".join(f"  {words}" for words in result.wrong[:20]), flush=True)
    history.append_line(
        history.Line(
            on=history.today(), commit=history.commit(), kind="kills", database=database,
            kills=result.kills, attempts=result.calls, violations=len(result.wrong),
            seconds=round(seconds), attempts_per_second=round(result.calls / seconds, 1),
        )
    )  # fmt: skip
    return len(result.wrong)


@dataclass
class Said:
    """Says how it goes, but not all the time."""

    database: str
    last: float = 0.0

    def __call__(self, words: str) -> None:
        if time.monotonic() - self.last > SHOWN_EVERY:
            self.last = time.monotonic()
            print(f"{self.database}: {words}", flush=True)


def replay(seed: int, database: str, *, story: bool) -> int:
    """Play one seed twice, and say whether it was the same."""
    with a_stage("sqlite" if database == "both" else database) as stage:
        run, again = run_seed(stage, seed), run_seed(stage, seed)
    if story:
        print("\n".join(run.story))
    print(f"seed {seed}: {run.attempts} attempts, {run.calls} calls, {run.seconds:.1f} s")
    print(f"trace {run.trace}, again {again.trace}")
    print("\n".join(told(run, stage) if run.wrong else ["nothing is wrong"]))
    return int(bool(run.wrong) or run.trace != again.trace)


def main(arguments: list[str]) -> int:
    """How many violations there were, 0 or 1 for one seed alone."""
    options = parse(arguments)
    postgres.choose_home()
    try:
        if options.seed is not None:
            return replay(options.seed, options.database, story=options.story)
        share = 1.0 if options.without_kills else 0.0 if options.only_kills else 1 - SHARE_OF_KILLS
        violations = 0
        if share > 0:
            tallies = simulate(options, options.minutes * share)
            violations += sum(tally.violations for tally in tallies)
        if share < 1:
            violations += kill(options, options.minutes * (1 - share))
        print(history.totals(history.read_history()))
        return min(1, violations)
    finally:
        postgres.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
