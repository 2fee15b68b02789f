"""A seed is its world: the same again whenever it is played, and different from every other."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.run import run_seed
from tests.chaos.stage import Stage

ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_seed_replays_to_the_same_trace(stage: Stage) -> None:
    first, again, other = run_seed(stage, 7), run_seed(stage, 7), run_seed(stage, 8)
    assert first.trace == again.trace
    assert first.trace != other.trace


@pytest.mark.only_on("sqlite")
def test_the_replay_command_plays_the_same_world_in_another_process(stage: Stage) -> None:
    here = run_seed(stage, 3)
    said = subprocess.run(
        [sys.executable, "-m", "scripts.chaos", "--seed", "3", "--database", "sqlite"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert here.trace in said.stdout
