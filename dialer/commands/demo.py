"""`dialer demo`: a floor with a carrier of its own, started and stopped by one command."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click

from dialer.commands.db import make_folder
from dialer.commands.demo_floor import Card, open_floor
from dialer.commands.house import Wrong, one_line
from dialer.migrations import upgrade
from dialer.runtime import make_runtime, system_clock
from dialer.settings import load_settings
from dialer.settings.env import (
    DEMO_ACCOUNT_SID,
    DEMO_AUTH_TOKEN,
    DEMO_CALLER_IDS,
    DEMO_KEY_SECRET,
    DEMO_KEY_SID,
)

VAR = Path("var")
CARD = VAR / "demo.json"
LOGS = VAR / "log"
CALLS_PER_SECOND = 10
READY_SECONDS = 90
STOP_SECONDS = 20
LOOK_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where everything listens."""

    port: int
    sim_port: int

    @property
    def base_url(self) -> str:
        """The pages, for a browser on this machine."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def simulator_url(self) -> str:
        """The carrier, and its wall of phones."""
        return f"http://127.0.0.1:{self.sim_port}"


@click.command()
@click.option(
    "--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535)
)
@click.option("--sim-port", envvar="SIM_PORT", default=8010, show_default=True,
              type=click.IntRange(1, 65535))  # fmt: skip
@click.option("--speed", envvar="SPEED", default=1.0, show_default=True,
              type=click.FloatRange(0.1, 1000),
              help="how much faster simulated people are")  # fmt: skip
def demo(port: int, sim_port: int, speed: float) -> None:
    """Start a demo floor with a simulated carrier; Ctrl-C stops it, its data stay."""
    places = Places(port=port, sim_port=sim_port)
    for name, taken in (("PORT", port), ("SIM_PORT", sim_port)):
        refuse_taken(name, taken)
    os.environ.update(demo_environ(os.environ, places))
    with stopping() as stopped:
        prepare_floor(places)
        with ExitStack() as running:
            children = start_all(running, places, speed)
            wait_until_ready(children, places, stopped)
            welcome(places)
            watch(children, stopped)


def refuse_taken(name: str, port: int) -> None:
    """Raises Wrong where somebody else listens already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Wrong(
                f"{name}: port {port} is taken; choose another: make run {name}=…"
            ) from None


def demo_environ(environ: Mapping[str, str], places: Places) -> dict[str, str]:
    """What the demo's processes are told; whatever is set already stays, but for the addresses."""
    begun = system_clock(None, None)().timestamp()
    defaults = {
        "DATABASE_URL": f"sqlite:///{VAR}/demo.db",
        "DIALER_CLOCK_BEGUN": str(begun),
        "TWILIO_ACCOUNT_SID": DEMO_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": DEMO_AUTH_TOKEN,
        "TWILIO_API_KEY_SID": DEMO_KEY_SID,
        "TWILIO_API_KEY_SECRET": DEMO_KEY_SECRET,
        "CALLER_IDS": DEMO_CALLER_IDS,
        "CARRIER_CALLS_PER_SECOND": str(CALLS_PER_SECOND),
    }
    return {
        **defaults,
        **environ,
        "DIALER_MODE": "demo",
        "PUBLIC_BASE_URL": places.base_url,
        "TWILIO_API_BASE_URL": places.simulator_url,
    }


@contextmanager
def stopping() -> Iterator[list[int]]:
    """Ctrl-C and SIGTERM are noted in the list, so that everything can be ended in order."""
    stopped: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def prepare_floor(places: Places) -> None:
    """Bring the database up to date, and people it the first time."""
    with one_line():
        settings = load_settings(os.environ)
        click.echo("· preparing the database …")
        make_folder(settings.database_url)
        upgrade(settings.database_url)
        rt = make_runtime(settings)
    card = open_floor(rt, read_card(), click.echo)
    rt.sessions.engine.dispose()
    write_card({**card, "base_url": places.base_url, "simulator_url": places.simulator_url})


def read_card() -> Card:
    """What the last run wrote, if anything."""
    try:
        card: Card = json.loads(CARD.read_text())
    except (OSError, ValueError):
        return {}
    return card


def write_card(card: Card) -> None:
    """Addresses, a token and passwords, for the owner's eyes alone."""
    CARD.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(CARD, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123
        json.dump(card, file, ensure_ascii=False, indent=2)
    CARD.chmod(0o600)


def start_all(
    running: ExitStack, places: Places, speed: float
) -> dict[str, subprocess.Popen[bytes]]:
    """The three processes; `running` ends them in the opposite order."""
    commands = {
        "simulator": (
            "simulator",
            "--port",
            str(places.sim_port),
            "--speed",
            str(speed),
            "--calls-per-second",
            str(CALLS_PER_SECOND),
        ),
        "web": ("web", "--port", str(places.port)),
        "clock": ("clock",),
    }
    return {name: running.enter_context(child(name, command)) for name, command in commands.items()}


@contextmanager
def child(name: str, command: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
    """One process, its output in a file; ended politely, and by force if it does not listen."""
    click.echo(f"· starting {name} …")
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "dialer.cli", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A terminal's Ctrl-C is for us alone: we end them in order, each told once.
            start_new_session=True,
        )
        try:
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and after a while SIGKILL."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until_ready(
    children: Mapping[str, subprocess.Popen[bytes]], places: Places, stopped: list[int]
) -> None:
    """Wait until both servers answer. Raises Wrong if one of the processes ends, or never does."""
    urls = [places.simulator_url, f"{places.base_url}/readyz"]
    deadline = time.monotonic() + READY_SECONDS
    while not stopped and not all(answers(url) for url in urls):
        refuse_ended(children)
        if time.monotonic() > deadline:
            raise Wrong(f"the demo is not ready after {READY_SECONDS} s; see {LOGS}/")
        time.sleep(LOOK_SECONDS)


def answers(url: str) -> bool:
    """Whether somebody answers there, and not with a failure."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own addresses
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def refuse_ended(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Raises Wrong with the last words of a process that has ended."""
    for name, process in children.items():
        if process.poll() is not None:
            words = (LOGS / f"{name}.log").read_text(errors="replace").strip().splitlines()
            last = words[-1] if words else "without a word"
            raise Wrong(f"{name} ended with {process.returncode}: {last} (see {LOGS}/{name}.log)")


def welcome(places: Places) -> None:
    """Where to log in, and as whom."""
    card = json.loads(CARD.read_text())
    click.echo(f"\nThe floor is open: {places.base_url}\n")
    for login in card["logins"]:
        click.echo(f"  {login['role']:<10}  {login['name']:<12}  {login['password']}")
    click.echo(f"\nThe carrier's phones: {places.simulator_url}")
    click.echo(f"The same, with an API token: {CARD} · logs: {LOGS}/ · Ctrl-C stops it all\n")


def watch(children: Mapping[str, subprocess.Popen[bytes]], stopped: list[int]) -> None:
    """Until somebody stops the demo, or one of its processes ends by itself."""
    while not stopped:
        refuse_ended(children)
        time.sleep(LOOK_SECONDS)
    click.echo("\n· stopping …")
