"""The commands by which an operator lets people and programs in, and out."""

import pytest
import sqlalchemy as sa

from dialer.domain.words import Language
from dialer.models import ApiToken, User
from dialer.people.invite import use_link
from dialer.people.tokens import add_token, authenticate_token
from tests.commands.shell import dialer, environ
from tests.world import World

pytestmark = pytest.mark.only_on("sqlite")


def test_a_token_is_listed_and_revoked(world: World) -> None:
    secret = add_token(world.rt, "crm", "wang.min", ["calls"])
    listed = dialer("token", "list", env=environ(world)).stdout
    assert "crm  as wang.min  calls  never used" in listed
    assert secret not in listed
    with world.sessions.read() as session:
        token_id = session.scalars(sa.select(ApiToken.id)).one()
    dialer("token", "revoke", str(token_id), env=environ(world))
    assert authenticate_token(world.rt, secret) is None
    missing = dialer("token", "revoke", "99", env=environ(world))
    assert (missing.returncode, "no such token" in missing.stderr) == (2, True)


def test_whoever_is_locked_out_gets_a_link(world: World) -> None:
    with world.sessions.write() as session:
        user = session.get_one(User, world.here.rep_id)
        user.factor_salt, user.factor_at = "x", world.rt.now()
    said = dialer("user", "link", "wang.min", "--without-second-factor", env=environ(world))
    base, _, secret = said.stdout.strip().rpartition("/")
    assert base == "https://dialer.test/welcome"
    assert world.user(world.here.rep_id).factor_at is None
    with world.sessions.write() as session:
        session.execute(sa.text("UPDATE password_links SET expires_at = '2100-01-01'"))
    assert use_link(world.rt, secret, "three violet otters", Language.EN) == "wang.min"
