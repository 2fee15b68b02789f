"""One-time links: they open once, for a while, for one person."""

import pytest
import sqlalchemy as sa

from dialer.domain.words import Language, UserRole
from dialer.models import PasswordLink
from dialer.people.errors import LinkSpent, NotThere, WeakPassword, WrongLogin
from dialer.people.invite import Link, find_link, invite, make_link, use_link
from dialer.people.log_in import find_session, log_in, open_session
from dialer.people.users import NewUser, dismiss_user
from tests.people.cast import Cast, open_house
from tests.world import World

PASSWORD = "correct horse battery"
DAY = 86400.0


@pytest.fixture
def cast(world: World) -> Cast:
    return open_house(world)


def let_in(world: World, cast: Cast, name: str = "new.rep") -> Link:
    return invite(world.rt, cast.boss, NewUser(name=name, role=UserRole.REP))


def counts(world: World, secret: str) -> bool:
    with world.sessions.read() as session:
        return find_link(session, secret, world.rt.now()) is not None


def test_an_invited_user_chooses_password_and_language(world: World, cast: Cast) -> None:
    link = let_in(world, cast)
    assert use_link(world.rt, link.secret, PASSWORD, Language.ZH_TW) == "new.rep"
    assert log_in(world.rt, "new.rep", PASSWORD, "192.0.2.7")
    assert world.user(link.user_id).language is Language.ZH_TW


@pytest.mark.parametrize("guess", ["", " ", PASSWORD, "\0"])
def test_before_that_nobody_logs_in_as_them(world: World, cast: Cast, guess: str) -> None:
    let_in(world, cast)
    with pytest.raises(WrongLogin):
        log_in(world.rt, "new.rep", guess, "192.0.2.7")


def test_a_link_opens_once(world: World, cast: Cast) -> None:
    link = let_in(world, cast)
    use_link(world.rt, link.secret, PASSWORD, Language.EN)
    with pytest.raises(LinkSpent):
        use_link(world.rt, link.secret, "another horse battery", Language.EN)
    assert log_in(world.rt, "new.rep", PASSWORD, "192.0.2.7")


def test_looking_at_a_link_does_not_spend_it(world: World, cast: Cast) -> None:
    link = let_in(world, cast)
    assert counts(world, link.secret)
    assert counts(world, link.secret)


def test_a_weak_password_does_not_spend_it_either(world: World, cast: Cast) -> None:
    link = let_in(world, cast)
    with pytest.raises(WeakPassword):
        use_link(world.rt, link.secret, "short", Language.EN)
    assert counts(world, link.secret)


def test_an_invitation_counts_for_three_days(world: World, cast: Cast) -> None:
    link = let_in(world, cast)
    world.sim.advance(3 * DAY - 60)
    assert counts(world, link.secret)
    world.sim.advance(60)
    assert not counts(world, link.secret)
    with pytest.raises(LinkSpent):
        use_link(world.rt, link.secret, PASSWORD, Language.EN)


def test_a_link_for_who_forgot_counts_for_a_day(world: World, cast: Cast) -> None:
    link = make_link(world.rt, cast.boss, cast.rep.id)
    world.sim.advance(DAY)
    assert not counts(world, link.secret)


def test_a_newer_link_takes_the_place_of_the_older(world: World, cast: Cast) -> None:
    first = let_in(world, cast)
    second = make_link(world.rt, cast.boss, first.user_id)
    assert not counts(world, first.secret)
    assert counts(world, second.secret)


def test_whoever_is_shut_out_has_no_link_any_more(world: World, cast: Cast) -> None:
    link = let_in(world, cast)
    dismiss_user(world.rt, cast.boss, link.user_id)
    assert not counts(world, link.secret)
    with pytest.raises(NotThere):
        make_link(world.rt, cast.boss, link.user_id)


def test_a_new_password_by_link_ends_every_session(world: World, cast: Cast) -> None:
    with world.sessions.write() as session:
        secret = open_session(world.rt, session, cast.rep.id, "")
    use_link(world.rt, make_link(world.rt, cast.admin, cast.rep.id).secret, PASSWORD, Language.EN)
    assert find_session(world.rt, secret) is None


def test_the_table_does_not_hold_the_secret(world: World, cast: Cast) -> None:
    link = let_in(world, cast)
    with world.sessions.read() as session:
        assert session.scalars(sa.select(PasswordLink.secret_hash)).one() != link.secret
    assert len(link.secret) == 64


@pytest.mark.parametrize("secret", ["", "0" * 64, "\ud800", "x" * 100_000])
def test_a_guessed_link_is_nobodys(world: World, secret: str) -> None:
    assert not counts(world, secret)


def test_a_supervisor_invites_reps_into_the_own_team(world: World, cast: Cast) -> None:
    new = NewUser(name="new.rep", role=UserRole.REP, team_id=cast.west)
    link = invite(world.rt, cast.boss, new)
    assert world.user(link.user_id).team_id == cast.east
    for role in (UserRole.SUPERVISOR, UserRole.ADMIN):
        with pytest.raises(NotThere):
            invite(world.rt, cast.boss, NewUser(name="another", role=role))


def test_a_rep_invites_nobody(world: World, cast: Cast) -> None:
    with pytest.raises(NotThere):
        invite(world.rt, cast.rep, NewUser(name="new.rep", role=UserRole.REP))


def test_nobody_makes_a_link_into_a_boss_account(world: World, cast: Cast) -> None:
    for other in (cast.admin, cast.far_boss, cast.boss, cast.far_rep):
        with pytest.raises(NotThere):
            make_link(world.rt, cast.boss, other.id)
