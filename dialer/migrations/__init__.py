"""The schema's history. Changes expand first and contract a release later."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from dialer.models.database import make_engine

HERE = Path(__file__).parent


def upgrade(url: str) -> None:
    """Bring a database, empty or older, to the newest schema."""
    config = make_config()
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
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


def is_current(engine: sa.Engine) -> bool:
    """Whether a database has the schema that this version needs."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest()
