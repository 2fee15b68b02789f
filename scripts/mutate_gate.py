"""Remove each condition of the gate in turn and see whether the tests notice.

Usage: python scripts/mutate_gate.py [MODULE …], of the modules below; all of them by default.

Each condition is replaced by True and by False, each part of an `and` or `or` is left out, each
comparison is moved by one. A change that no test notices is printed; exits 1 if there is one that
is not known to make no difference, or if the tests fail without any change, before or after: then
nothing was shown. (Others who edit the tree meanwhile would do that; work on a copy.)
"""

import ast
import copy
import importlib.abc
import importlib.util
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import phonenumbers.geodata
import pydantic
import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = (
    "windows", "phone", "gate", "ground", "openings", "reasons", "caps", "holidays", "regions",
    "ceilings", "shipped", "policy",
)  # fmt: skip
TESTS = (
    "windows", "gate", "law", "candidates", "openings", "caps", "holidays", "ceilings", "presets",
    "phone",
)  # fmt: skip
# Which tests fail first, where they have another name than the module.
NEAREST = {
    "ground": ("law", "candidates"), "reasons": ("openings", "holidays"),
    "regions": ("candidates",), "shipped": ("presets", "ceilings"),
    "policy": ("ceilings", "law", "candidates"),
}  # fmt: skip
SECONDS = 120
SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
Change = Callable[[ast.AST], None]
# What makes no difference, and why.
SPARES_WORK = "the same answer, with more work"
HARMLESS = {
    "gate has_own_facts(facts) -> True": SPARES_WORK,
    "gate known is None -> True": SPARES_WORK,
    "gate facts.to in facts.own_numbers by one at 0": "our own numbers share one answer, too",
    "gate area in policy.area_codes -> True": SPARES_WORK,
    "openings not ground.person -> False": SPARES_WORK,
    "openings filter day_starts(ground, day) left out": SPARES_WORK,
    "caps not facts.history -> False": SPARES_WORK,
    "phone filter isinstance(value, int) left out": "only types are looked up",
    "phone number.country_code or 0 without 0": "a number that was read has a code",
    "phone phonenumbers.region_code_for_number(number) or NO_COUNTRY without NO_COUNTRY": (
        "a number whose kind is known has a region"
    ),
    "ground preset.holidays == Treatment.SAME or preset.calendar is None without "
    "preset.calendar is None": "the rule files cannot leave the calendar out",
    "ground weekday_of(day) < SATURDAY by one at 0": "Saturday has Saturday's hours anyway",
    "windows datetime.fromtimestamp(instant, zone_of(zone)).utcoffset() or timedelta() without "
    "timedelta()": "an aware instant has an offset",
}


class Mutants:
    """All changes to one module, one at a time."""

    def __init__(self, source: str) -> None:
        """Parse it once."""
        self.tree = ast.parse(source)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """What was changed, and the changed source."""
        for number, node in enumerate(ast.walk(self.tree)):
            for name, change in changes(node):
                tree = copy.deepcopy(self.tree)
                twin = next(other for n, other in enumerate(ast.walk(tree)) if n == number)
                change(twin)
                yield f"{getattr(node, 'lineno', 0)}: {name}", ast.unparse(tree)


def changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """What may be changed about a node, each with words for it."""
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        for value in (True, False):
            yield f"{ast.unparse(node.test)} -> {value}", partial(set_test, value)
    if isinstance(node, ast.comprehension):
        for index, test in enumerate(node.ifs):
            yield f"filter {ast.unparse(test)} left out", partial(drop_filter, index)
    yield from changes_of_values(node)


def changes_of_values(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """The same for parts of a condition."""
    if isinstance(node, ast.BoolOp):
        for index, part in enumerate(node.values):
            words = f"{ast.unparse(node)} without {ast.unparse(part)}"
            yield words, partial(drop_operand, index)
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            words = f"{ast.unparse(node)} by one at {index}"
            yield words, partial(swap, index, SWAPS[type(operator)])


def set_test(value: bool, node: Any) -> None:
    """The condition always, or never, holds."""
    node.test = ast.Constant(value)


def drop_filter(index: int, node: Any) -> None:
    """A comprehension takes all."""
    del node.ifs[index]


def drop_operand(index: int, node: Any) -> None:
    """One part of an `and` or `or` is left out."""
    del node.values[index]
    node.values = node.values if len(node.values) > 1 else node.values * 2


def swap(index: int, operator: type[ast.cmpop], node: Any) -> None:
    """A comparison is moved by one, or turned round."""
    node.ops[index] = operator()


class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives changed source to whoever imports one module."""

    def __init__(self, name: str, source: str) -> None:
        """Which module, and what it shall be."""
        self.name, self.source = name, source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Only for the one."""
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(fullname, self)

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed source."""
        exec(compile(self.source, self.name, "exec"), module.__dict__)  # noqa: S102


def is_noticed(module: str, source: str) -> bool:
    """Whether the tests fail, in a process of their own, when a module has this source."""
    child = os.fork()
    if child == 0:
        os._exit(run_tests(module, source))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def run_tests(module: str, source: str) -> int:
    """The exit status of the tests; a change after which they never end is noticed, too."""
    signal.alarm(SECONDS)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    sys.meta_path.insert(0, Instead(f"dialer.domain.{module}", source))
    hypothesis.settings.register_profile("mutants", derandomize=True, deadline=None, database=None)
    hypothesis.settings.load_profile("mutants")
    # Most changes are noticed at once by the nearest tests: the others need not be read then.
    nearest = NEAREST.get(module, (module,))
    return ask_tests(nearest) or ask_tests([name for name in TESTS if name not in nearest])


def ask_tests(names: Sequence[str]) -> int:
    """The exit status of some of the tests, up to the first that fails."""
    files = [f"tests/domain/test_{name}.py" for name in names]
    options = ["-x", "-q", "--noconftest", "--assert=plain", "-p", "no:cacheprovider"]
    return int(pytest.main([*options, *files]))


def main(modules: Sequence[str]) -> int:
    """How many changes went unnoticed."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    sys.dont_write_bytecode = True
    print(f"with pydantic {pydantic.VERSION}, {len(phonenumbers.geodata.GEOCODE_DATA)} prefixes")
    survivors = total = 0
    for module in modules:
        source = (ROOT / "dialer" / "domain" / f"{module}.py").read_text()
        if is_noticed(module, source):
            print(f"{module}: the tests fail without any change; nothing is shown")
            return 1
        for name, changed in Mutants(source):
            total += 1
            words = f"{module} {name.partition(': ')[2]}"
            if not is_noticed(module, changed):
                known = HARMLESS.get(words)
                survivors += known is None
                print(f"{module}:{name}: {known or 'NOT NOTICED'}", flush=True)
        if is_noticed(module, source):
            print(f"{module}: the tests fail without any change by now; nothing is shown")
            return 1
        print(f"{module}: {total} changes so far", flush=True)
    print(f"{survivors} of {total} changes not noticed")
    return survivors


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:] or MODULES) else 0)
