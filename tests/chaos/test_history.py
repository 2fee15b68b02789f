"""The file that adds up all runs: it only grows, and the next run goes on where it ends."""

from pathlib import Path
from typing import Any

from tests.chaos.history import FIRST_SEED, Line, append_line, next_seed, read_history, totals


def line(**fields: Any) -> Line:
    defaults = {"on": "2026-03-02", "commit": "abc", "kind": "simulation", "database": "sqlite"}
    return Line(**{**defaults, **fields})


def test_a_run_goes_on_with_the_seed_after_the_last_one(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    assert next_seed(read_history(path)) == FIRST_SEED
    append_line(line(first_seed=1000, next_seed=1250, seeds=250), path)
    append_line(line(kind="kills", kills=40), path)
    assert next_seed(read_history(path)) == 1250


def test_all_runs_are_added_up() -> None:
    lines = [line(seeds=10, attempts=2000), line(kills=7, violations=1), line(attempts=5)]
    assert totals(lines) == "in all: 10 seeds, 2,005 attempts, 7 kills, 1 violations"


def test_the_history_in_the_repository_can_be_read() -> None:
    assert all(line.violations == 0 or line.seeds or line.kills for line in read_history())
