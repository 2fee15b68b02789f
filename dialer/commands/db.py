"""`dialer db`: the database's schema."""

from pathlib import Path

import click
import sqlalchemy as sa

from dialer.commands.house import Wrong, open_settings
from dialer.migrations import upgrade as upgrade_database


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database, empty or older, to the newest schema."""
    url = open_settings().database_url
    make_folder(url)
    try:
        upgrade_database(url)
    except sa.exc.OperationalError as error:
        raise Wrong(f"DATABASE_URL: the database does not answer: {error.orig}") from None
    click.echo("the database is up to date")


def make_folder(url: str) -> None:
    """SQLite makes its file, but not the folder."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
