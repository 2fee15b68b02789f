"""A floor with people who can log in, and visitors who come by a browser of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dialer.models import User
from dialer.people.log_in import open_session
from dialer.people.passwords import hash_password
from dialer.people.users import find_user
from tests.web.visitor import PASSWORD, Visitor
from tests.world import World

Come = Callable[..., Visitor]


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_password(PASSWORD, lambda: "5a" * 16)


@pytest.fixture
def world(database_url: str, tmp_path: Path, password_hash: str) -> Iterator[World]:
    opened = World(database_url, tmp_path / "spool").open_floor()
    with opened.sessions.write() as session:
        for user_id in (opened.here.rep_id, opened.here.other_rep_id):
            session.get_one(User, user_id).password_hash = password_hash
    yield opened
    opened.close()


@pytest.fixture
def come(world: World) -> Come:
    """`come()` is the first rep, with an open session; `come(None)` is nobody yet."""

    def arrive(name: str | None = "wang.min") -> Visitor:
        visitor = Visitor(world.app)
        if name is not None:
            with world.sessions.write() as session:
                user = find_user(session, name)
                secret = open_session(world.rt, session, user.id, "")
            visitor.bring(secret)
        return visitor

    return arrive
