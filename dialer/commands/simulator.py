"""`dialer simulator`: the phone company in a box."""

import os
import sys

import click


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
