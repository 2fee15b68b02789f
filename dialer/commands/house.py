"""What commands share: the settings or one line and exit code 2."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa

from dialer.logs import set_up_logs
from dialer.migrations import WrongSchema
from dialer.models.durability import ForgetfulDatabase
from dialer.runtime import Runtime, make_runtime
from dialer.settings import Settings, SettingsError, load_settings
from dialer.settings.policy import PolicyError

WRONG = 2


class Wrong(click.ClickException):
    """The installation is told something wrong, or is not ready; the message says what to do."""

    exit_code = WRONG


@contextmanager
def one_line() -> Iterator[None]:
    """A wrong setting, rule file or database ends the command with its one line."""
    try:
        yield
    except (SettingsError, PolicyError, WrongSchema, ForgetfulDatabase) as error:
        raise Wrong(str(error)) from None
    except sa.exc.DBAPIError as error:
        raise Wrong(
            f"DATABASE_URL: the database is away or older than this version "
            f"(`dialer db upgrade` brings it up to date): {error.orig}"
        ) from None


def open_settings() -> Settings:
    """The environment's values, with logs as they ask for."""
    with one_line():
        settings = load_settings(os.environ)
    set_up_logs(settings)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return settings


def open_runtime() -> Runtime:
    """The runtime of this installation; its database must be there and upgraded."""
    settings = open_settings()
    with one_line():
        return make_runtime(settings)
