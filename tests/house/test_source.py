"""What no file of the product may do, wherever it stands."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("dialer", "scripts", "tests")
LONGEST = 400

TIME_AND_CHANCE = {
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
    "datetime.date.today", "time.time", "time.time_ns",
    "uuid.uuid1", "uuid.uuid4", "os.urandom",
}  # fmt: skip
CHANCE = {"random", "secrets"}
DANGEROUS = {"eval", "exec", "compile", "os.system", "os.popen"}
DANGEROUS_MODULES = {"pickle", "marshal", "shelve", "yaml", "dill"}


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def makes_time(path: Path) -> bool:
    """The runtime hands time down; the simulator is a program with a clock of its own."""
    inside = path.relative_to(ROOT / "dialer").parts
    return inside[0] in ("runtime.py", "simulator")


def names_of_imports(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for: {"dt": "datetime.datetime"}."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                root = name.name if name.asname else name.name.partition(".")[0]
                known[name.asname or root] = root
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                known[name.asname or name.name] = f"{node.module}.{name.name}"
    return known


def uses(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each dotted name that the file reads or imports, spelled from its module, with its line."""
    known = names_of_imports(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            first, _, rest = ast.unparse(node).partition(".")
            full = f"{known.get(first, first)}.{rest}".rstrip(".")
            yield node.lineno, full
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def offences(source: str, names: set[str], modules: set[str]) -> list[str]:
    """Calling is not needed to offend: `now=datetime.now` makes time as well."""
    tree = ast.parse(source)
    imported = {full.partition(".")[0] for full in names_of_imports(tree).values()} & modules
    return sorted(
        f"{line}: {name}"
        for line, name in set(uses(tree))
        if name in names or name.partition(".")[0] in imported
    )


def shells(source: str) -> list[str]:
    return [
        f"{node.lineno}: shell"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "shell" and getattr(keyword.value, "value", True) is not False
    ]


def faults(paths: list[Path], search: Callable[[str], list[str]]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{found}" for path in paths for found in search(path.read_text())
    ]


def find_clocks(source: str) -> list[str]:
    return offences(source, TIME_AND_CHANCE, CHANCE)


def find_dangers(source: str) -> list[str]:
    return offences(source, DANGEROUS, DANGEROUS_MODULES) + shells(source)


def test_time_and_chance_are_made_in_the_runtime_alone() -> None:
    paths = [path for path in python_files("dialer") if not makes_time(path)]
    assert faults(paths, find_clocks) == []


def test_nothing_unpacks_or_runs_what_it_was_given() -> None:
    assert faults(python_files("dialer"), find_dangers) == []


def test_no_file_is_longer_than_one_can_keep_in_mind() -> None:
    """A migration is a frozen list of tables: nobody works in it again."""
    paths = [path for path in python_files(*OURS) if path.parent.name != "versions"]
    lengths = {path: len(path.read_text().splitlines()) for path in paths}
    assert {str(path): length for path, length in lengths.items() if length > LONGEST} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import datetime as d\nd.datetime.now()",
        "from datetime import datetime as dt\nf(now=dt.now)",
        "from time import time\ntime()",
        "import random\nrandom.random()",
        "from secrets import token_hex",
        "from uuid import uuid4 as u\nu()",
    ],
)
def test_the_search_for_clocks_sees_through_other_names(source: str) -> None:
    assert find_clocks(source) != []


@pytest.mark.parametrize(
    "source", ["import pickle", "eval('1')", "import subprocess as s\ns.run('ls', shell=True)"]
)
def test_the_search_for_dangers_finds_them(source: str) -> None:
    assert find_dangers(source) != []


def test_a_regular_expression_may_be_compiled() -> None:
    assert find_dangers("import re\nre.compile('a')") == []
