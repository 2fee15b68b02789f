"""`dialer web`, `dialer clock`, `dialer simulator`: the processes."""

import os
import sys

import click
from granian import Granian
from granian.constants import Interfaces

from dialer.app import create_app
from dialer.commands.house import open_runtime
from dialer.scheduling.__main__ import main as run_clock

THREADS = 32
STOP_SECONDS = 20


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="the address to listen on")
@click.option(
    "--port", default=8000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535)
)
def web(host: str, port: int) -> None:
    """Pages, API and webhooks, in one process with threads."""
    # What is wrong is said here and now, and not by the server's own process for ever.
    open_runtime().sessions.engine.dispose()
    Granian(
        "dialer.commands.servers:make_application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        websockets=False,
        workers_kill_timeout=STOP_SECONDS,
        log_enabled=False,
    ).serve()


def make_application() -> object:
    """What the server's own process runs."""
    return create_app(open_runtime())


@click.command()
def clock() -> None:
    """The duties, ticked in a process of their own."""
    sys.exit(run_clock())


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulator(arguments: tuple[str, ...]) -> None:
    """A phone company in a box: a program of its own (--help shows its options)."""
    os.execv(  # noqa: S606 - our own interpreter
        sys.executable, [sys.executable, "-m", "dialer.simulator", *arguments]
    )
