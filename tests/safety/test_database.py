"""A database that fails, forgets, or is of another version: nothing is sent, nothing is doubled."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.dial_task import take_up
from dialer.calling.place import place_leg
from dialer.domain.words import AttemptState
from dialer.migrations import WrongSchema, newest, refuse_wrong_schema, upgrade
from dialer.models.database import Sessions, make_engine
from dialer.models.durability import ForgetfulDatabase, all_promises, refuse_forgetful
from tests.make import ZHANG_WEI
from tests.safety.scenes import after, remind, the_attempt
from tests.world import World


@dataclass(frozen=True)
class Breaking(Sessions):
    """The connection is lost at one of the commits: before it, or when it is done already."""

    at: int = 0
    is_done: bool = False
    commits: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def write(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session, session.begin() as whole:
            yield session
            if next(self.commits) == self.at:
                (whole.commit if self.is_done else whole.rollback)()
                raise sa.exc.OperationalError("COMMIT", {}, Exception("connection lost"))


def place_while_breaking(world: World, at: int, *, is_done: bool) -> None:
    """Place a leg; what breaks is raised, as to a duty."""
    attempt_id = take_up(world.rt, remind(world))
    assert attempt_id is not None
    sessions = Breaking(world.sessions.engine, at=at, is_done=is_done)
    with pytest.raises(sa.exc.OperationalError):
        place_leg(replace(world.rt, sessions=sessions), attempt_id, "clock")


def posts(world: World) -> int:
    return len(world.sim.accepted("Calls.json"))


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_without_a_commit_that_is_sure_nothing_is_sent(
    world: World, at: int, is_done: bool
) -> None:
    place_while_breaking(world, at, is_done=is_done)
    assert posts(world) == 0


@pytest.mark.parametrize("is_done", [False, True])
def test_a_receipt_that_could_not_be_stored_is_found_again_and_nothing_is_sent_twice(
    world: World, is_done: bool
) -> None:
    world.sim.network.lose(kind="status")
    world.sim.network.lose(kind="voice")
    world.sim.phone(ZHANG_WEI).is_busy()
    place_while_breaking(world, 4, is_done=is_done)
    for _ in range(3):
        after(world, 61, "release_claims", "abandon_intents", "resolve_doubts", "poll_silent")
        after(world, 1, "place_planned")
    assert (posts(world), the_attempt(world).state) == (1, AttemptState.DONE)


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_what_was_not_sent_ends_visibly_or_is_sent_once(
    world: World, at: int, is_done: bool
) -> None:
    world.sim.phone(ZHANG_WEI).is_busy()
    place_while_breaking(world, at, is_done=is_done)
    for _ in range(14):
        after(world, 61, "release_claims", "abandon_intents", "resolve_doubts", "poll_silent")
        after(world, 1, "place_planned")
    assert posts(world) <= 1
    sent = AttemptState.DONE if posts(world) else AttemptState.CLOSED_UNKNOWN
    assert the_attempt(world).state is sent


def set_schema(url: str, revision: str, works_from: str) -> sa.Engine:
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
        connection.execute(
            sa.text(
                "INSERT INTO installation (id, number_key, created_at, works_from) "
                "VALUES (1, 'k', CURRENT_TIMESTAMP, :f)"
            ),
            {"f": works_from},
        )
    return engine


def test_a_newer_release_that_only_added_leaves_the_older_one_running(database_url: str) -> None:
    engine = set_schema(database_url, "9000", newest())
    refuse_wrong_schema(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("revision", "works_from", "advice"),
    [("9000", "8999", "start a newer version"), ("0001", "0001", "dialer db upgrade")],
)
def test_a_schema_that_does_not_fit_is_refused_with_what_to_do(
    database_url: str, revision: str, works_from: str, advice: str
) -> None:
    engine = set_schema(database_url, revision, works_from)
    with pytest.raises(WrongSchema, match=advice):
        refuse_wrong_schema(engine)
    engine.dispose()


def test_an_older_release_does_not_touch_a_newer_schema(database_url: str) -> None:
    set_schema(database_url, "9000", "8999").dispose()
    upgrade(database_url)


@pytest.mark.only_on("sqlite")
def test_an_upgrade_that_fails_half_way_leaves_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE carrier_audits (id INTEGER)"))
    with pytest.raises(sa.exc.OperationalError):
        upgrade(url)
    assert sa.inspect(engine).get_table_names() == ["carrier_audits"]
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE carrier_audits"))
    upgrade(url)
    refuse_wrong_schema(engine)
    engine.dispose()


def test_a_database_that_may_forget_is_refused(database_url: str) -> None:
    engine = sa.create_engine(database_url)

    @sa.event.listens_for(engine, "connect")
    def forget(connection: object, _record: object) -> None:
        if engine.dialect.name == "sqlite":
            connection.execute("PRAGMA synchronous=NORMAL")  # type: ignore[attr-defined]

    with pytest.raises(ForgetfulDatabase, match="it may forget what it stored"):
        refuse_forgetful(Sessions(engine))
    engine.dispose()


def test_our_own_sessions_do_not_forget(world: World) -> None:
    refuse_forgetful(world.sessions)
    assert {"synchronous", "synchronous_commit"} & {
        name for name, *_ in all_promises(world.sessions)
    }
