"""`dialer live`: the process that pushes the floor to whoever watches."""

import click
from granian import Granian
from granian.constants import Interfaces

from dialer.commands.house import open_runtime
from dialer.live import Application, create_live

STOP_SECONDS = 5


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="the address to listen on")
@click.option(
    "--port", default=8001, show_default=True, envvar="PORT", type=click.IntRange(1, 65535)
)
def live(host: str, port: int) -> None:
    """The live board's streams; a proxy leads /api/v1/board/stream here."""
    # What is wrong is said here and now, and not by the server's own process for ever.
    open_runtime().sessions.engine.dispose()
    Granian(
        "dialer.commands.live:make_application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        workers_kill_timeout=STOP_SECONDS,
        log_enabled=False,
    ).serve()


def make_application() -> Application:
    """What the server's own process runs."""
    return create_live(open_runtime())
