"""Take away each guard of the at-most-once machine and see whether the tests notice.

Usage: python -m scripts.mutate_attempts [NAME …], of the mutants below; all of them by default.

Each mutant is an edit of a copy of the tree. First the nearest tests run there, then seeds of the
simulation, until one fails. Refuses to begin if they fail without any edit; exits 1 if a mutant
survives, or no longer fits the source.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.mutants_of_attempts import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parent.parent

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
COPIED = ("dialer", "tests", "config", "scripts", "pyproject.toml")
LEFT_OUT = ("__pycache__", "node_modules", "chaos-history.jsonl")
SEEDS = range(24)
TESTS = (
    "tests/domain/test_attempt.py",
    "tests/models/test_transitions.py",
    "tests/carrier/test_failures.py",
    "tests/safety/test_table.py",
    "tests/safety/test_database.py",
    "tests/chaos/test_steps.py",
    "tests/stories/test_bad_network.py",
    "tests/stories/test_refusals.py",
)
SECONDS = 900


@dataclass(frozen=True)
class Copy:
    """The tree once more, to be changed and changed back."""

    folder: Path

    def run(self, *arguments: str) -> bool:
        """Whether a program of Python's ends well there; one that never ends does not."""
        try:
            done = subprocess.run(
                [sys.executable, *arguments],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def tests_pass(self, tests: Sequence[str]) -> bool:
        options = ("-q", "-x", "-p", "no:cacheprovider", "--database", "sqlite")
        return self.run("-m", "pytest", *options, *tests)

    def seeds_pass(self) -> bool:
        return self.run("-m", "scripts.mutate_attempts", "--seeds")


def change(mutant: Mutant, folder: Path) -> bool:
    """Make the edits; False if one of them does not fit, and then none is made."""
    texts: dict[Path, str] = {}
    for edit in mutant.edits:
        path = folder / edit.path
        text = texts.get(path) or path.read_text()
        if text.count(edit.old) != 1:
            print(f"{mutant.name}: {edit.path} has {text.count(edit.old)} of: {edit.old!r}")
            return False
        texts[path] = text.replace(edit.old, edit.new)
    for path, text in texts.items():
        path.write_text(text)
    return True


def change_back(mutant: Mutant, folder: Path) -> None:
    for edit in mutant.edits:
        shutil.copyfile(ROOT / edit.path, folder / edit.path)


def noticed_by(copy: Copy) -> str:
    """Who notices: the tests, or the simulation; empty if nobody does."""
    if not copy.tests_pass(TESTS):
        return "tests"
    return "" if copy.seeds_pass() else "simulation"


def play_seeds() -> int:
    """In the copy: the first seed that goes wrong ends it."""
    from dialer.migrations import upgrade
    from tests.chaos.run import run_seed
    from tests.chaos.stage import Stage

    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder = Path(name)
        upgrade(f"sqlite:///{folder}/template.db")
        stage = Stage(f"sqlite:///{folder}/chaos.db", folder, folder / "template.db")
        return int(any(run_seed(stage, seed).wrong for seed in SEEDS))


def main(names: Sequence[str]) -> int:
    """How many mutants survive."""
    if names == ["--seeds"]:
        return play_seeds()
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        copy = Copy(Path(name))
        for part in COPIED:
            copy_part(ROOT / part, copy.folder / part)
        if not (copy.tests_pass(TESTS) and copy.seeds_pass()):
            print("the tests fail without any edit")
            return 1
        return try_all(copy, chosen)


def copy_part(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    else:
        shutil.copyfile(source, target)


def try_all(copy: Copy, chosen: Sequence[Mutant]) -> int:
    survivors = 0
    for mutant in chosen:
        if change(mutant, copy.folder):
            who = noticed_by(copy)
            change_back(mutant, copy.folder)
        else:
            who = ""
        survivors += not who
        print(f"{mutant.name:4} {who or 'NOT NOTICED':14} {mutant.words}", flush=True)
    print(f"{survivors} of {len(chosen)} mutants not noticed")
    return survivors


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
