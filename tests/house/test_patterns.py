"""Regular expressions that no text can keep busy, and queries that no text can change."""

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from re import _constants as constants
    from re import _parser as parser

ROOT = Path(__file__).resolve().parent.parent.parent
CALLS = {"compile", "fullmatch", "match", "search", "sub", "split", "findall", "finditer"}
ENDLESS = (constants.MAX_REPEAT, constants.MIN_REPEAT)
SQL = {"text", "exec_driver_sql", "execute"}


def python_files() -> list[Path]:
    inside = ("simulator", "migrations")
    files = sorted((ROOT / "dialer").rglob("*.py"))
    return [path for path in files if path.relative_to(ROOT / "dialer").parts[0] not in inside]


def calls_in(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            yield getattr(function, "id", name), node


def patterns() -> list[tuple[str, str]]:
    """Every pattern that is written in the code, with its file."""
    return [
        (path.name, node.args[0].value)
        for path in python_files()
        for name, node in calls_in(path)
        if name in CALLS and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "re" and node.args
        and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    ]  # fmt: skip


def is_endless(node: Any) -> bool:
    return node[0] in ENDLESS and node[1][1] == constants.MAXREPEAT


def parts_of(node: Any) -> Iterator[Any]:
    """The sequences inside one node of a parsed pattern."""
    for part in node[1] if isinstance(node[1], tuple) else ():
        if isinstance(part, parser.SubPattern):
            yield part
        elif isinstance(part, list):
            yield from (item for item in part if isinstance(item, parser.SubPattern))


def has_nested_repeats(items: Any, inside: bool = False) -> bool:
    """`(a+)+` and its kin, which try every way to cut a text into pieces."""
    for node in items:
        endless = is_endless(node)
        if endless and inside:
            return True
        if any(has_nested_repeats(part, inside or endless) for part in parts_of(node)):
            return True
    return False


def test_no_pattern_repeats_what_repeats() -> None:
    found = patterns()
    assert len(found) > 15
    bad = [row for row in found if has_nested_repeats(parser.parse(row[1]))]
    assert bad == []


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(?:\d*\s*)*x", r"([a-z]+,?)*"])
def test_the_search_for_such_patterns_finds_them(pattern: str) -> None:
    assert has_nested_repeats(parser.parse(pattern))


@pytest.mark.parametrize("pattern", [r"a+b*", r"(?:ab){2,5}", r"[\w.]+@[\w.]+", r"(a|b)+"])
def test_and_spares_the_others(pattern: str) -> None:
    assert not has_nested_repeats(parser.parse(pattern))


def is_put_together(node: ast.expr) -> bool:
    """Whether a text is made of pieces when the program runs."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("format", "join")


# They name tables, channels and settings of ours, which SQL takes no parameter for.
NAMES_OF_OURS = {"clock.py", "database.py", "durability.py", "inserting.py", "wake.py"}


def test_no_query_is_put_together_from_texts() -> None:
    found = [
        f"{path.name}:{node.lineno}: {ast.unparse(node.args[0])}"
        for path in python_files()
        for name, node in calls_in(path)
        if name in SQL and isinstance(node.func, ast.Attribute) and node.args
        and is_put_together(node.args[0]) and path.name not in NAMES_OF_OURS
    ]  # fmt: skip
    assert found == []
