"""`dialer token`: keys for programs."""

import click

from dialer.commands.house import Wrong, open_runtime
from dialer.people.errors import PeopleError
from dialer.people.tokens import DEFAULT_SCOPES, SCOPES, add_token


@click.group()
def token() -> None:
    """Keys by which programs act as a user."""


@token.command()
@click.argument("name")
@click.option("--as", "user_name", required=True, help="the user as whom the program acts")
@click.option(
    "--scope",
    default=",".join(DEFAULT_SCOPES),
    show_default=True,
    help="comma-separated: " + ", ".join(SCOPES),
)
def add(name: str, user_name: str, scope: str) -> None:
    """Make a token and print it, once: only its hash is kept."""
    scopes = [part.strip() for part in scope.split(",") if part.strip()]
    try:
        click.echo(add_token(open_runtime(), name, user_name, scopes))
    except PeopleError as error:
        raise Wrong(str(error)) from None
