"""Seeds 160 to 199 on PostgreSQL, where several clocks work for real."""

import pytest

from tests.chaos.playing import assert_sound
from tests.chaos.stage import Stage


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("first", [160, 180])
def test_twenty_worlds_full_of_faults_end_as_promised(stage: Stage, first: int) -> None:
    assert_sound(stage, first)
