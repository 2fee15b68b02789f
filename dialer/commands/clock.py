"""`dialer clock`: the process of the duties."""

import sys

import click

from dialer.scheduling.__main__ import main as run_clock


@click.command()
def clock() -> None:
    """The duties, ticked in a process of their own."""
    sys.exit(run_clock())
