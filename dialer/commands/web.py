"""`dialer web`: pages, API and webhooks."""

import click
from granian import Granian
from granian.constants import Interfaces

from dialer.commands.house import Wrong, open_runtime

STOP_SECONDS = 15


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="the address to listen on")
@click.option(
    "--port", default=8000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535)
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64),
    help="processes; more than one needs PostgreSQL",
)  # fmt: skip
def web(host: str, port: int, workers: int) -> None:
    """Pages, API and webhooks, in one process with threads, or in several."""
    # What is wrong is said here and now, and not by the server's own process for ever.
    rt = open_runtime()
    rt.sessions.engine.dispose()
    if workers > 1 and rt.sessions.is_sqlite:
        raise Wrong("--workers: SQLite has one writer; use PostgreSQL for more than one process")
    Granian(
        "dialer.commands.application:make_application",
        factory=True,
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGINL,
        websockets=False,
        workers_kill_timeout=STOP_SECONDS,
        log_enabled=False,
    ).serve()
