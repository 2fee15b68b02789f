"""At start both processes say which rules decide, and who loosened one of them."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dialer.app import create_app
from dialer.domain.policy import Widening
from dialer.logs import JsonLines
from dialer.runtime import Runtime
from dialer.scheduling.clock import run_clock
from tests.world import World

pytestmark = pytest.mark.only_on("sqlite")


def run_clock_once(rt: Runtime) -> None:
    stop = threading.Event()
    stop.set()
    run_clock(rt, stop)


@pytest.mark.parametrize("start", [create_app, run_clock_once])
def test_a_start_tells_the_rules_and_who_loosened_one(
    world: World, caplog: pytest.LogCaptureFixture, start: Callable[[Runtime], Any]
) -> None:
    signed = Widening(by="Chen Jie", reason="counsel's letter", on=date(2026, 11, 1))
    presets = world.rt.policy.presets
    loose = {**presets, "BR": replace(presets["BR"], widened=signed)}
    caplog.set_level(logging.INFO)
    start(replace(world.rt, policy=replace(world.rt.policy, presets=loose)))
    lines = "\n".join(map(JsonLines().format, caplog.records))
    assert f'"policy": "{world.rt.policy.digest}"' in lines
    assert '"holidays_until": 2030' in lines
    assert '"zone_data": "tzdata ' in lines
    assert '"preset": "BR", "by": "Chen Jie", "reason": "counsel\'s letter"' in lines
    assert '"on": "01 Nov 2026"' in lines
