"""The schema's history. Changes expand first and contract a release later.

A release adds tables, columns and indexes, and the code of the release before goes on working
beside it: what is added may be null or has a default. What nobody uses any more is taken away by
the release after, which also raises `installation.works_from` to the oldest revision whose code
can do without it. So any two neighbouring releases may run side by side, in either direction.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from dialer.models.database import make_engine

HERE = Path(__file__).parent


def upgrade(url: str) -> None:
    """Bring a database, empty or older, to the newest schema; a newer one is left as it is."""
    config = make_config()
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            if (MigrationContext.configure(connection).get_current_revision() or "") > newest():
                return
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def make_config() -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    return config


def newest() -> str:
    """The revision that this version of the product needs."""
    head = ScriptDirectory.from_config(make_config()).get_current_head()
    return head or ""


class WrongSchema(Exception):
    """This version does not work with the database's schema; the message says what to do."""


def refuse_wrong_schema(engine: sa.Engine) -> None:
    """Start nothing on a database that is too old, or too new, for us. Raises WrongSchema."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision() or ""
        if found == newest():
            return
        if found < newest():
            raise WrongSchema(
                f"DATABASE_URL: the schema is {found or 'missing'} and this version needs "
                f"{newest()}; run `dialer db upgrade`"
            )
        oldest = connection.execute(sa.text("SELECT works_from FROM installation")).scalar()
    if oldest is not None and oldest > newest():
        raise WrongSchema(
            f"DATABASE_URL: the schema is {found}, which works with versions that know {oldest} "
            f"or later; this one knows {newest()}: start a newer version"
        )


def is_current(engine: sa.Engine) -> bool:
    """Whether a database has the schema that this version needs."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest()
