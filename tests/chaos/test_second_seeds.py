"""Seeds 60 to 119 on SQLite: see tests/chaos/house.py for what they are."""

import pytest

from tests.chaos.playing import assert_sound
from tests.chaos.stage import Stage


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("first", range(60, 120, 20))
def test_twenty_worlds_full_of_faults_end_as_promised(stage: Stage, first: int) -> None:
    assert_sound(stage, first)
