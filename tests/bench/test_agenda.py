"""Finding what is due, beside the driver asking the same: 100 at a time, however much waits."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa

from dialer.calling.dial_task import AGENDA
from dialer.domain.words import Mode
from dialer.migrations import upgrade
from dialer.models.database import Sessions, make_engine
from tests import postgres
from tests.bench.measuring import alternate, keep

pytestmark = pytest.mark.bench

SIZES = (10_000, 10_000_000) if os.environ.get("BENCH_SIZE") == "large" else (10_000, 1_000_000)
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ROUNDS, MOST = 200, 100
# As many wait for reps, and were due before.
FILL = """
    INSERT INTO call_tasks (purpose, mode, due_at, ready_at, tries, state, note, created_at)
    SELECT 'reminder', m.mode, t.at, t.at, 0, 'waiting', '', t.at
    FROM generate_series(1, %(count)s) AS n,
         LATERAL (SELECT %(now)s::timestamptz - n * interval '1 second' AS at) AS t,
         (VALUES ('machine'), ('rep')) AS m(mode)
"""
RAW = """
    SELECT id FROM call_tasks
    WHERE state = 'waiting' AND mode = %s AND ready_at <= %s ORDER BY ready_at, id LIMIT %s
"""


@pytest.fixture
def url() -> Iterator[str]:
    postgres.start(upgrade, postgres.DURABLE)
    with postgres.clean_database() as found:
        yield found


@pytest.mark.parametrize("waiting", SIZES)
def test_what_is_due_beside_the_bare_driver(url: str, waiting: int) -> None:
    sessions = Sessions(make_engine(url))
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as raw:
        raw.execute(FILL, {"count": waiting // 2, "now": NOW})
        raw.execute("VACUUM ANALYZE call_tasks")
        later = NOW + timedelta(hours=1)

        def ask_barely() -> None:
            for _ in range(ROUNDS):
                with raw.transaction():
                    raw.execute(RAW, ("machine", later, MOST)).fetchall()

        def ask() -> None:
            for _ in range(ROUNDS):
                with sessions.read() as session:
                    asked = {"mode": Mode.MACHINE, "now": later, "most": MOST}
                    session.connection().execute(AGENDA, asked).scalars().all()

        figures = alternate({"psycopg: the same question": ask_barely, "agenda": ask}, ROUNDS)
    keep(f"agenda-{waiting}", figures, waiting=waiting, most=MOST)
    with sessions.read() as session:
        plan = session.scalars(sa.text("EXPLAIN " + RAW % ("'machine'", "now()", MOST))).all()
    assert any("ix_call_tasks_agenda" in line for line in plan)
    sessions.engine.dispose()
