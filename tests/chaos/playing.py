"""Playing seeds in a row, and what is said when one of them goes wrong."""

from collections import Counter
from collections.abc import Iterable

from tests.chaos.knobs import CYCLE, KINDS
from tests.chaos.run import Run, run_seed
from tests.chaos.stage import Stage

TOLD = 8


def play(stage: Stage, seeds: Iterable[int]) -> list[Run]:
    return [run_seed(stage, seed) for seed in seeds]


def assert_sound(stage: Stage, first: int) -> None:
    """Twenty seeds in a row: nothing is wrong, and every kind of fault has really struck."""
    runs = play(stage, range(first, first + CYCLE))
    wrong = [words for run in runs if run.wrong for words in told(run, stage)]
    assert not wrong, "\n".join(wrong)
    struck = sum((run.met for run in runs), Counter())
    assert [kind for kind in KINDS if not struck[kind]] == []


def told(run: Run, stage: Stage) -> list[str]:
    """What is wrong with a seed, and how to see it again."""
    return [
        f"seed {run.seed}: {len(run.wrong)} violations, trace {run.trace}",
        *(f"  {words}" for words in run.wrong[:TOLD]),
        f"  replay: {replay_command(run.seed, stage)}",
    ]


def replay_command(seed: int, stage: Stage) -> str:
    database = "sqlite" if stage.template is not None else "postgresql"
    return f".venv/bin/python -m scripts.chaos --seed {seed} --database {database}"
