"""`dialer web`: pages, API and webhooks."""

import click
from granian import Granian
from granian.constants import Interfaces

from dialer.commands.house import open_runtime

STOP_SECONDS = 15


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
        "dialer.commands.application:make_application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        workers_kill_timeout=STOP_SECONDS,
        log_enabled=False,
    ).serve()
