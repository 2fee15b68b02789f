"""`dialer hold`: the switch that stops all new calls."""

import click

from dialer.calling.control import set_hold
from dialer.commands.house import open_runtime


@click.command()
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--reason", default="", help="what the floor reads")
def hold(state: str, reason: str) -> None:
    """Put the floor on hold (no new call is placed), or let it dial again."""
    set_hold(open_runtime(), state == "on", reason or "by command", None)
    click.echo("no new call is placed" if state == "on" else "the floor dials again")
