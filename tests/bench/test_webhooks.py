"""What a callback costs, beside a bare view that answers 204 on the same server."""

import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from dialer.migrations import upgrade
from dialer.models.database import Sessions, make_engine
from tests import postgres
from tests.bench.in_progress import place_calls, questions, tellings
from tests.bench.measuring import keep_record
from tests.bench.serving import Load, ask, dialer_web, granian, gunicorn, write_script
from tests.world import ACCOUNT_SID, AUTH_TOKEN, CALLER_IDS, CONFIG

pytestmark = pytest.mark.bench

BASE = "https://dialer.test"
SECONDS, RUNS = 4, 5
# More than can be told in a run at the best rate ever seen here, so that none is told twice.
CALLS_A_RUN = 6_000


BARE = "tests.bench.bare:make_application"
Say = Callable[[str, str, range], Iterable[str]]


def environ(database_url: str, folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url, "PUBLIC_BASE_URL": BASE, "SPOOL_DIR": str(folder / "spool"),
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz", "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "CALLER_IDS": ",".join(CALLER_IDS),
        "POLICY_DIR": str(CONFIG), "LOG_LEVEL": "ERROR",
    }  # fmt: skip


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    postgres.start(upgrade, postgres.DURABLE)
    with postgres.clean_database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """On the disk of the project, for memory would flatter it."""
    folder = Path("var") / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{tmp_path_factory.getbasetemp().name}.db"
    for old in folder.glob("pytest-*.db*"):
        old.unlink()
    upgrade(f"sqlite:///{file}")
    return f"sqlite:///{file}"


def scripts(folder: Path, say: Say = tellings) -> list[Path]:
    """One script for each run, with calls of its own."""
    made = []
    for run in range(RUNS + 1):
        own = folder / f"run-{run}"
        own.mkdir()
        calls = range(1 + run * CALLS_A_RUN, 1 + (run + 1) * CALLS_A_RUN)
        made.append(write_script(own, list(say(BASE, AUTH_TOKEN, calls))))
    return made


def summary(loads: list[Load]) -> dict[str, float]:
    rates = [load.per_second for load in loads]
    return {
        "median_per_second": median(rates), "min_per_second": min(rates),
        "max_per_second": max(rates), "p99_ms": median(load.p99_ms for load in loads),
        "errors": sum(load.errors for load in loads),
    }  # fmt: skip


def compare(addresses: dict[str, str], told: list[Path]) -> dict[str, list[Load]]:
    """Alternating runs; the first of each, not counted, warms it up."""
    loads: dict[str, list[Load]] = {name: [] for name in addresses}
    for run, script in enumerate(told):
        for name, address in addresses.items():
            load = ask(address, script, SECONDS)
            if run:
                loads[name].append(load)
    return loads


def report(name: str, loads: dict[str, list[Load]], **about: Any) -> None:
    figures = {server: summary(seen) for server, seen in loads.items()}
    ours = figures["dialer"]
    ratios = {server: ours["median_per_second"] / own["median_per_second"]
              for server, own in figures.items() if server != "dialer"}  # fmt: skip
    runs = {server: [asdict(load) for load in seen] for server, seen in loads.items()}
    keep_record(name, figures=figures, ratios=ratios, runs=runs, **about)
    assert ours["errors"] == 0


def answer_to(base: str, line: str) -> str:
    """What the product says to a line of a script."""
    path, signature, body = line.split(" ", 2)
    head = {"X-Twilio-Signature": signature}
    request = urllib.request.Request(base + path, body.encode(), head)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  this machine
        return str(answer.read().decode())


def place_all_calls(database_url: str) -> None:
    """As many as all runs tell of."""
    sessions = Sessions(make_engine(database_url))
    place_calls(sessions, (RUNS + 1) * CALLS_A_RUN)
    sessions.engine.dispose()


def test_a_status_callback_on_postgresql_with_two_workers(
    postgresql_url: str, tmp_path: Path
) -> None:
    place_all_calls(postgresql_url)
    with (
        granian(BARE, workers=2) as limit,
        gunicorn(BARE, workers=2) as sync,
        dialer_web(environ(postgresql_url, tmp_path), workers=2) as dialer,
    ):
        loads = compare(
            {"bare Flask 204, granian": limit, "bare Flask 204, gunicorn sync": sync,
             "dialer": dialer}, scripts(tmp_path)
        )  # fmt: skip
    report("status-callback-postgresql", loads, seconds=SECONDS, workers=2)


def test_a_status_callback_on_sqlite_with_one_process(sqlite_url: str, tmp_path: Path) -> None:
    place_all_calls(sqlite_url)
    with granian(BARE) as limit, dialer_web(environ(sqlite_url, tmp_path)) as dialer:
        loads = compare({"bare Flask 204, granian": limit, "dialer": dialer}, scripts(tmp_path))
    report("status-callback-sqlite", loads, seconds=SECONDS, workers=1)


def test_a_question_of_a_leg_on_postgresql_with_two_workers(
    postgresql_url: str, tmp_path: Path
) -> None:
    place_all_calls(postgresql_url)
    with (
        granian(BARE, workers=2) as limit,
        dialer_web(environ(postgresql_url, tmp_path), workers=2) as dialer,
    ):
        asked = scripts(tmp_path, questions)
        assert "<Gather" in answer_to(dialer, next(iter(questions(BASE, AUTH_TOKEN, range(1, 2)))))
        loads = compare({"bare Flask 204, granian": limit, "dialer": dialer}, asked)
    report("voice-postgresql", loads, seconds=SECONDS, workers=2)
