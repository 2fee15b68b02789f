"""Tokens: what programs may do, and for how long."""

import pytest
import sqlalchemy as sa

from dialer.domain.words import UserRole
from dialer.models import ApiToken
from dialer.people.errors import NoSuchUser, UnknownScope
from dialer.people.tokens import add_token, authenticate_token, revoke_token
from dialer.people.users import disable_user
from tests.make import make_user
from tests.world import World


def token_id(world: World) -> int:
    with world.sessions.read() as session:
        return session.scalars(sa.select(ApiToken.id)).one()


def test_a_token_acts_as_its_user(world: World) -> None:
    secret = add_token(world.rt, "crm", "wang.min", ["calls"])
    who = authenticate_token(world.rt, secret)
    assert who is not None
    assert who.user.id == world.here.rep_id
    assert who.has_scope("calls")
    assert not who.has_scope("records")


def test_the_scope_all_has_every_scope(world: World) -> None:
    who = authenticate_token(world.rt, add_token(world.rt, "crm", "wang.min", ["all"]))
    assert who is not None
    assert who.has_scope("board")


def test_without_scopes_a_token_does_not_get_all(world: World) -> None:
    who = authenticate_token(world.rt, add_token(world.rt, "crm", "wang.min", []))
    assert who is not None
    assert who.scopes == {"board", "calls", "records"}
    assert not who.may_dial_any


@pytest.mark.parametrize(
    ("role", "may"), [(UserRole.REP, True), (UserRole.ADMIN, True), (UserRole.SUPERVISOR, False)]
)
def test_raw_numbers_are_for_reps_and_admins_with_all(
    world: World, role: UserRole, may: bool
) -> None:
    with world.sessions.write() as session:
        make_user(session, world.rt.now(), "someone", role=role)
    who = authenticate_token(world.rt, add_token(world.rt, "crm", "someone", ["all"]))
    assert who is not None
    assert who.may_dial_any is may


def test_the_table_does_not_hold_the_secret(world: World) -> None:
    secret = add_token(world.rt, "crm", "wang.min", ["calls"])
    with world.sessions.read() as session:
        assert session.scalars(sa.select(ApiToken.secret_hash)).one() != secret


def test_a_revoked_token_is_nobody_at_once(world: World) -> None:
    secret = add_token(world.rt, "crm", "wang.min", ["calls"])
    revoke_token(world.rt, token_id(world), actor_id=None)
    assert authenticate_token(world.rt, secret) is None


def test_the_token_of_a_disabled_user_is_nobody(world: World) -> None:
    secret = add_token(world.rt, "crm", "wang.min", ["calls"])
    disable_user(world.rt, world.here.rep_id, actor_id=None)
    assert authenticate_token(world.rt, secret) is None


def test_it_shows_when_a_token_was_used_last(world: World) -> None:
    secret = add_token(world.rt, "crm", "wang.min", ["calls"])
    world.sim.advance(90)
    authenticate_token(world.rt, secret)
    with world.sessions.read() as session:
        assert session.scalars(sa.select(ApiToken.used_at)).one() == world.rt.now()


def test_only_an_active_user_gets_a_token(world: World) -> None:
    disable_user(world.rt, world.here.rep_id, actor_id=None)
    with pytest.raises(NoSuchUser):
        add_token(world.rt, "crm", "wang.min", ["calls"])


def test_an_unknown_scope_is_refused(world: World) -> None:
    with pytest.raises(UnknownScope):
        add_token(world.rt, "crm", "wang.min", ["calls", "everything"])
