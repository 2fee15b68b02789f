"""What every test stands on: an odd time zone, closed sockets, a clean database each."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from dialer.migrations import upgrade
from tests import postgres

if TYPE_CHECKING:
    from tests.world import World

# A zone with a quarter of an hour and its own summer: whoever leans on local time falls over.
os.environ["TZ"] = "Pacific/Chatham"
time.tzset()

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("ci")

# SQLite waits for the disk at every commit, as it should; in memory that wait is short.
MEMORY = Path("/dev/shm")  # noqa: S108  pytest makes a folder of its own in it
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 512 * 1024**2:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

LOOPBACK = ("127.0.0.1", "::1", "localhost", "", None)


def close_sockets(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: no test talks to anybody but this machine."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        refuse_unless_loopback(arguments[1][0])
    if event == "socket.getaddrinfo":
        refuse_unless_loopback(arguments[0])


def refuse_unless_loopback(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in LOOPBACK:
        raise PermissionError(f"a test tried to reach {name}")


sys.addaudithook(close_sockets)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql", "both"],
        default="both",
        help="on which database the tests that need one run",
    )


def is_first_process(config: pytest.Config) -> bool:
    """Whether this is the run itself, not one of xdist's workers."""
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if is_first_process(config):
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave no server behind
        postgres.choose_home()


def pytest_unconfigure(config: pytest.Config) -> None:
    if is_first_process(config):
        postgres.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what needed a second try."""
    for report in terminalreporter.getreports("passed"):
        for title, text in report.sections:
            if title.startswith("tried twice"):
                terminalreporter.section(f"{report.nodeid}: {title}")
                terminalreporter.write_line(text)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        databases = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
        only = metafunc.definition.get_closest_marker("only_on")
        databases = [name for name in databases if only is None or name in only.args]
        metafunc.parametrize("database_url", databases, indirect=True)


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path
) -> Iterator[str]:
    """The URL of an empty database with today's schema, of this test alone."""
    if request.param == "sqlite":
        shutil.copyfile(sqlite_template, tmp_path / "dialer.db")
        yield f"sqlite:///{tmp_path}/dialer.db"
    else:
        postgres.start(upgrade)
        with postgres.clean_database() as url:
            yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file; each test gets a copy."""
    path = tmp_path_factory.mktemp("template") / "dialer.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator["World"]:
    """The whole house over the simulator, with its floor open."""
    from tests.world import World

    opened = World(database_url, tmp_path / "spool").open_floor()
    yield opened
    opened.close()
