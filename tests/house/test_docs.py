"""The tables in docs: what they name exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PATH = re.compile(r"\b((?:tests|scripts|dialer|config)/[\w/.-]*\w)")


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of a file's tests; none where there is no such file."""
    file = ROOT / path
    tree = ast.parse(file.read_text()) if file.exists() else ast.Module([], [])
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_every_test_that_is_named_exists(doc: Path) -> None:
    missing = [f"{p}::{n}" for p, n in NAMED.findall(doc.read_text()) if n not in names_in(p)]
    assert missing == []


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_every_path_that_is_named_exists(doc: Path) -> None:
    missing = [name for name in PATH.findall(doc.read_text()) if not (ROOT / name).exists()]
    assert missing == []


def rows(name: str, letter: str) -> list[int]:
    """The numbers in a table's first column."""
    text = (ROOT / "docs" / name).read_text()
    return [int(number) for number in re.findall(rf"^\| {letter}(\d+) \|", text, re.M)]


def test_every_fault_has_its_row() -> None:
    assert rows("faults.md", "F") == list(range(1, 51))


def test_every_promise_has_its_row() -> None:
    assert rows("promises.md", "P") == list(range(1, 11))


def test_every_attack_has_its_row() -> None:
    assert rows("attacks.md", "") == list(range(1, 64))


def test_every_row_about_an_attack_names_a_test_or_says_why_not() -> None:
    table = re.findall(r"^\| \d+ \|.*$", (ROOT / "docs" / "attacks.md").read_text(), re.M)
    assert [row for row in table if not NAMED.search(row) and "No test:" not in row] == []
