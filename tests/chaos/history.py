"""What all runs of the simulation and of the killing came to, in a file that only grows."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HISTORY = ROOT / "docs" / "chaos-history.jsonl"
# Smaller seeds belong to `make test`.
FIRST_SEED = 1000


@dataclass(frozen=True, kw_only=True)
class Line:
    """One run: `kind` is `simulation` or `kills`; a simulation has seeds, a killing has kills."""

    on: str
    commit: str
    kind: str
    database: str
    first_seed: int = 0
    next_seed: int = 0
    seeds: int = 0
    attempts: int = 0
    kills: int = 0
    violations: int = 0
    seconds: int = 0
    attempts_per_second: float = 0.0


def read_history(path: Path = HISTORY) -> list[Line]:
    if not path.exists():
        return []
    return [Line(**json.loads(text)) for text in path.read_text().splitlines() if text]


def append_line(line: Line, path: Path = HISTORY) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(asdict(line)) + "\n")


def next_seed(lines: Iterable[Line]) -> int:
    """Where the last run stopped."""
    return max((line.next_seed for line in lines), default=FIRST_SEED) or FIRST_SEED


def totals(lines: Iterable[Line]) -> str:
    """All runs together, in a sentence."""
    known = list(lines)
    seeds, attempts = sum(x.seeds for x in known), sum(x.attempts for x in known)
    kills, violations = sum(x.kills for x in known), sum(x.violations for x in known)
    return (
        f"in all: {seeds:,} seeds, {attempts:,} attempts, {kills:,} kills, {violations} violations"
    )


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def commit() -> str:
    """The commit that was tried, marked if the tree was changed since."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=10"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return said.stdout.strip() or "unknown"
