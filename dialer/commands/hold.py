"""`dialer hold`: the switch that stops all new calls."""

import click

from dialer.calling.control import set_hold
from dialer.calling.errors import NotAudited
from dialer.commands.house import Wrong, open_runtime


@click.command()
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--reason", default="", help="what the floor reads")
def hold(state: str, reason: str) -> None:
    """Put the floor on hold (no new call is placed), or let it dial again."""
    try:
        set_hold(open_runtime(), state == "on", reason or "by command", None)
    except NotAudited:
        raise Wrong(
            "calls cannot go on yet: what the carrier did while this database was away has not "
            "been compared; let `dialer clock` run, and see `dialer doctor`"
        ) from None
    click.echo("no new call is placed" if state == "on" else "the floor dials again")
