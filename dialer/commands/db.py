"""`dialer db`: the database's schema."""

from contextlib import closing
from pathlib import Path

import click
import sqlalchemy as sa

from dialer.calling.pulse import declare_restored
from dialer.commands.house import Wrong, open_runtime, open_settings
from dialer.migrations import upgrade as upgrade_database
from dialer.models.database import make_engine


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


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the SQLite database to FILE, whole and consistent, while everything works on."""
    engine = make_engine(open_settings().database_url)
    if engine.dialect.name != "sqlite":
        raise Wrong("DATABASE_URL: a PostgreSQL database is backed up with pg_dump")
    if file.exists():
        raise Wrong(f"{file}: is there already; choose another name or move it away")
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(engine.raw_connection()) as connection:
        connection.cursor().execute("VACUUM INTO ?", (str(file),))
    engine.dispose()
    file.chmod(0o600)
    click.echo(f"copied to {file}")


@db.command()
def restored() -> None:
    """Say that the database comes from a backup: no call until the gap is looked through."""
    declare_restored(open_runtime())
    click.echo("no new call is placed; start `dialer clock`, look at what it finds, then "
               "`dialer hold off`")  # fmt: skip


def make_folder(url: str) -> None:
    """SQLite makes its file, but not the folder."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
