"""The schema: what the migrations build is what the models say, and logs cannot be changed."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from dialer.migrations import is_current, upgrade
from dialer.models import Base
from dialer.models.database import Sessions, make_engine
from tests.world import World


def test_upgrading_from_empty_gives_what_the_models_say(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert is_current(engine)
    engine.dispose()


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    upgrade(database_url)


@pytest.mark.parametrize("table", ["call_events", "attempt_transitions"])
@pytest.mark.parametrize("deed", ["DELETE FROM {}", "UPDATE {} SET id = id + 1000"])
def test_the_logs_are_append_only(world: World, table: str, deed: str) -> None:
    world.click()
    with pytest.raises(sa.exc.DatabaseError), world.sessions.write() as session:
        session.execute(sa.text(deed.format(table)))


def test_an_erasure_may_null_the_raw_parameters(world: World) -> None:
    world.click()
    world.advance(5)
    with world.sessions.write() as session:
        session.execute(sa.text("UPDATE call_events SET params = NULL"))


def test_commits_are_durable(database_url: str) -> None:
    sessions = Sessions(make_engine(database_url))
    with sessions.read() as session:
        if sessions.is_sqlite:
            assert session.execute(sa.text("PRAGMA synchronous")).scalar() == 2
            assert session.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
        else:
            assert session.execute(sa.text("SHOW synchronous_commit")).scalar() == "on"
    sessions.engine.dispose()
