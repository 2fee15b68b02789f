"""Two readings of the rules by different hands give the same answers."""

from pathlib import Path

import pytest

from dialer.settings.policy import load_policy
from tests.oracle.cases import cases, numbers, transitions, zones
from tests.oracle.compare import disagreements
from tests.oracle.oracle import Oracle, Question

CONFIG = Path("config")


@pytest.mark.parametrize("seed", range(5))
def test_the_gate_and_the_oracle_agree(seed: int) -> None:
    differing = disagreements(cases(seed, 300), load_policy(CONFIG), Oracle(CONFIG))
    assert list(differing) == []


def test_zones_change_on_quarters_of_an_hour_so_the_oracle_may_step_by_them() -> None:
    changes = {at for zone in zones() for at in transitions(zone)}
    assert {at.timestamp() % 900 for at in changes} == {0}


def test_every_preset_binds_some_number_of_the_cases() -> None:
    oracle, bound = Oracle(CONFIG), set()
    for to in numbers():
        for purpose in ("care", "collection"):
            case = {"to": to, "purpose": purpose, "at": "2026-06-01T12:00:00Z", "mode": "machine"}
            question = Question(oracle, case)
            question.find_presets()
            bound.update(question.bound)
    assert bound == set(oracle.presets)
