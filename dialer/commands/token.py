"""`dialer token`: keys for programs."""

import click

from dialer.commands.house import Wrong, open_runtime
from dialer.people.errors import PeopleError
from dialer.people.tokens import DEFAULT_SCOPES, SCOPES, add_token, list_tokens, revoke_token


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


@token.command(name="list")
def list_them() -> None:
    """Which tokens count, as whom they act, and when they were used last."""
    with open_runtime().sessions.read() as session:
        rows = [row for row in list_tokens(session) if row.revoked_at is None]
    for row in rows:
        used = f"{row.used_at:%Y-%m-%d}" if row.used_at else "never used"
        click.echo(f"{row.id}  {row.name}  as {row.user.name}  {','.join(row.scopes)}  {used}")


@token.command()
@click.argument("token_id", type=int)
def revoke(token_id: int) -> None:
    """End a token, at once; `dialer token list` shows the numbers."""
    try:
        revoke_token(open_runtime(), token_id, actor_id=None)
    except PeopleError as error:
        raise Wrong(str(error)) from None
    click.echo(f"token {token_id} is revoked")
