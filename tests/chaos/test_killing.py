"""kill -9: real processes, and a carrier that goes on without them."""

import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from tests.chaos.killing import CLOCK_DEATHS, a_site, is_alive, strangers, wait_until

QUICK = (
    ("committed", "claim"), ("committed", "intend"), ("send", "POST"), ("sent", "POST"),
    ("before_commit", "record_placed"), ("committed", "record_placed"),
)  # fmt: skip


@pytest.mark.only_on("sqlite")
def test_a_clock_that_is_killed_at_every_step_calls_nobody_twice_and_loses_no_call(
    database_url: str, tmp_path: Path
) -> None:
    assert set(QUICK) <= set(CLOCK_DEATHS)
    with a_site(database_url, tmp_path, customers=60) as site:
        web = site.start("web")
        for death in QUICK:
            site.live_until_death("clock", death, patience=20)
        site.kill(web, "web")
        site.live_for("clock", 0.4)
        assert site.look(is_settled=False) == []
        assert site.result.calls > len(QUICK), site.log()
        assert site.result.by_step.total() >= 2 * len(QUICK), site.result.by_step


@pytest.mark.only_on("sqlite")
def test_who_writes_down_afterwards_leaves_calls_that_nobody_knows_of(
    database_url: str, tmp_path: Path
) -> None:
    with a_site(database_url, tmp_path, customers=20) as site:
        wishes = sqlite3.connect(site.environ["RECORD_AFTER"])
        wishes.execute("CREATE TABLE wishes (number TEXT)")
        wishes.execute("CREATE TABLE rung (number TEXT)")
        wishes.executemany("INSERT INTO wishes VALUES (?)", [(n,) for n in site.numbers])
        wishes.commit()
        for _ in range(3):
            pid = site.start("record_after", ("sent", "POST"), nth=2)
            wait_until(lambda pid=pid: not is_alive(pid), "it dies", 20)
        known = Counter(number for (number,) in wishes.execute("SELECT number FROM rung"))
        wishes.close()
        assert strangers(site.lines(), known) != []
