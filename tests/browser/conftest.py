"""A real Chromium, and pages that must not complain."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PREPARED = ROOT / ".venv" / "browser" / "browser.json"
SCREENSHOTS = ROOT / "var" / "screenshots"
FLAGS = [
    "--no-sandbox",  # it opens our own pages alone, often as root
    "--font-render-hinting=none",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]

Opener = Callable[..., Page]
# Two processors may be busy with much else; what never comes fails all the same.
expect.set_options(timeout=20_000)
# The demo that is open now, if one is.
CARDS: list[dict[str, Any]] = []
OPEN = ExitStack()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not PREPARED.exists():
        pytest.fail("no browser is prepared: run `make test` once")
    prepared: dict[str, Any] = json.loads(PREPARED.read_text())
    # Playwright's own node wants a library that a small Debian lacks.
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = prepared["node"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=prepared["executable"],
            env={**os.environ, **prepared["environment"]},
            args=FLAGS,
        )
        yield browser
        browser.close()


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The card (`var/demo.json`) of a demo of these tests alone, on a working Monday morning."""
    if not CARDS:
        CARDS.append(OPEN.enter_context(run_demo(tmp_path_factory.mktemp("demo"), speed=10)))
    return CARDS[0]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A browser among busy processors is sometimes too late: once more, and it is said."""
    if not item.path.is_relative_to(HERE):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        failed, reports = reports, runtestprotocol(item, nextitem=nextitem, log=False)
        before = [str(report.longrepr) for report in failed if report.failed]
        for report in reports:
            report.sections.append(("tried twice; at first", "\n".join(before)))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """The demo ends with the last test of these: a floor that lives on keeps processors busy."""
    if nextitem is None or not nextitem.path.is_relative_to(HERE):
        CARDS.clear()
        OPEN.close()


@contextmanager
def run_demo(folder: Path, speed: int) -> Iterator[dict[str, Any]]:
    """A demo in a folder of its own; the card is what it tells of itself."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TZ") if name in os.environ}
    environment = kept | {
        "PORT": str(free_port()),
        "SIM_PORT": str(free_port()),
        "SPEED": str(speed),
        "POLICY_DIR": str(ROOT / "config"),
        "DIALER_CLOCK_START": "2026-03-02T02:00:00Z",
    }
    with (folder / "said").open("w+") as said:
        command = [str(ROOT / ".venv" / "bin" / "dialer"), "demo"]
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT
        ) as running:
            try:
                wait_for_welcome(running, folder / "said")
                yield json.loads((folder / "var" / "demo.json").read_text())
            finally:
                running.send_signal(signal.SIGINT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for_welcome(running: subprocess.Popen[bytes], said: Path) -> None:
    """The demo gives up by itself when it is not ready in time."""
    while "http://" not in said.read_text():
        if running.poll() is not None:
            pytest.fail(f"the demo did not start: {said.read_text()}")
        time.sleep(0.1)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens pages, each in a session of its own; options are those of a Playwright context.

    The test fails at its end if any of them logged an error, threw, or broke the content policy.
    """
    complaints: list[str] = []
    contexts = []

    def open_one(**options: Any) -> Page:
        context = browser.new_context(**({"locale": "zh-CN"} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: note(message, complaints))
        return page

    yield open_one
    for context in contexts:
        for page in context.pages:
            with suppress(Error):  # to close what is still under way has hung for ever
                page.wait_for_load_state(timeout=5_000)
        context.close()
    assert complaints == []


def note(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.type == "error":
        complaints.append(f"{message.text} at {message.location}")


@pytest.fixture
def page(open_page: Opener) -> Page:
    return open_page()


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """Keeps what the page looks like as var/screenshots/NAME.png."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return keep
