"""Letting people in, moving them, and shutting them out: who may do it, and what ends with it."""

import pytest
import sqlalchemy as sa

from dialer.domain.words import UserRole
from dialer.models import AuditEntry, User
from dialer.people.errors import BadTeam, LastAdmin, NotOneself, NotThere
from dialer.people.log_in import find_session, open_session
from dialer.people.sessions import end_others, end_session, list_open
from dialer.people.teams import add_team, rename_team
from dialer.people.tokens import add_token, authenticate_token
from dialer.people.users import describe_user, dismiss_user, enable_user, move_user
from tests.people.cast import Cast, open_house
from tests.world import World


@pytest.fixture
def cast(world: World) -> Cast:
    return open_house(world)


def come_in(world: World, user: User) -> str:
    with world.sessions.write() as session:
        return open_session(world.rt, session, user.id, "Firefox/1", address="192.0.2.7")


def test_whoever_is_shut_out_loses_sessions_and_tokens_at_once(world: World, cast: Cast) -> None:
    secret = come_in(world, cast.rep)
    token = add_token(world.rt, "crm", "ma.li", ["calls"])
    dismiss_user(world.rt, cast.admin, cast.rep.id)
    assert find_session(world.rt, secret) is None
    assert authenticate_token(world.rt, token) is None


def test_whoever_is_let_in_again_gets_no_old_token_back(world: World, cast: Cast) -> None:
    token = add_token(world.rt, "crm", "ma.li", ["calls"])
    dismiss_user(world.rt, cast.admin, cast.rep.id)
    enable_user(world.rt, cast.admin, cast.rep.id)
    assert world.user(cast.rep.id).disabled_at is None
    assert authenticate_token(world.rt, token) is None


def test_a_supervisor_shuts_out_reps_of_the_own_team_alone(world: World, cast: Cast) -> None:
    dismiss_user(world.rt, cast.boss, cast.rep.id)
    for other in (cast.far_rep, cast.far_boss, cast.admin, cast.boss):
        with pytest.raises(NotThere):
            dismiss_user(world.rt, cast.boss, other.id)
        assert world.user(other.id).disabled_at is None


def test_a_rep_changes_nobody(world: World, cast: Cast) -> None:
    for other in (cast.rep, cast.far_rep, cast.boss, cast.admin):
        with pytest.raises(NotThere):
            describe_user(world.rt, cast.rep, other.id, "x", None)


def test_nobody_shuts_themselves_out(world: World, cast: Cast) -> None:
    with pytest.raises(NotOneself):
        dismiss_user(world.rt, cast.admin, cast.admin.id)


def test_nobody_changes_their_own_role(world: World, cast: Cast) -> None:
    with pytest.raises(NotOneself):
        move_user(world.rt, cast.admin, cast.admin.id, UserRole.REP, None)


def test_the_last_administrator_stays(world: World, cast: Cast) -> None:
    with world.sessions.write() as session:
        second = session.get_one(User, cast.far_boss.id)
        second.role, second.password_hash = UserRole.ADMIN, ""
    # The second one was invited and cannot log in yet, so that the first is the last.
    with pytest.raises(LastAdmin):
        dismiss_user(world.rt, world.user(cast.far_boss.id), cast.admin.id)


def test_a_new_role_or_team_logs_out(world: World, cast: Cast) -> None:
    for role, team in ((UserRole.SUPERVISOR, cast.east), (UserRole.SUPERVISOR, cast.west)):
        secret = come_in(world, cast.rep)
        move_user(world.rt, cast.admin, cast.rep.id, role, team)
        assert find_session(world.rt, secret) is None
    moved = world.user(cast.rep.id)
    assert (moved.role, moved.team_id) == (UserRole.SUPERVISOR, cast.west)


def test_only_an_administrator_moves_people(world: World, cast: Cast) -> None:
    with pytest.raises(NotThere):
        move_user(world.rt, cast.boss, cast.rep.id, UserRole.REP, cast.west)


def test_nobody_is_moved_into_a_team_that_does_not_exist(world: World, cast: Cast) -> None:
    with pytest.raises(NotThere):
        move_user(world.rt, cast.admin, cast.rep.id, UserRole.REP, 999)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\0b", "East"])
def test_a_team_has_a_name_of_its_own(world: World, cast: Cast, name: str) -> None:
    with pytest.raises(BadTeam):
        add_team(world.rt, cast.admin, name)
    with pytest.raises(BadTeam):
        rename_team(world.rt, cast.admin, cast.west, name)


def test_one_session_ends_and_the_others_go_on(world: World, cast: Cast) -> None:
    here, elsewhere = come_in(world, cast.rep), come_in(world, cast.rep)
    with world.sessions.read() as session:
        first = list_open(session, cast.rep.id, world.rt.now())[-1]
    end_session(world.rt, cast.rep, first.id)
    assert find_session(world.rt, here) is None
    assert find_session(world.rt, elsewhere)


def test_a_session_of_somebody_else_is_not_there(world: World, cast: Cast) -> None:
    secret = come_in(world, cast.admin)
    with world.sessions.read() as session:
        theirs = list_open(session, cast.admin.id, world.rt.now())[0]
    for other in (cast.rep, cast.boss):
        with pytest.raises(NotThere):
            end_session(world.rt, other, theirs.id)
        with pytest.raises(NotThere):
            end_others(world.rt, other, cast.admin.id)
    assert find_session(world.rt, secret)


def test_all_but_this_one_end(world: World, cast: Cast) -> None:
    secrets = [come_in(world, cast.rep) for _ in range(3)]
    assert end_others(world.rt, cast.rep, cast.rep.id, secrets[1]) == 2
    assert [bool(find_session(world.rt, secret)) for secret in secrets] == [False, True, False]


def test_every_deed_says_who_and_from_where(world: World, cast: Cast) -> None:
    here = world.rt.asked_from("198.51.100.9")
    dismiss_user(here, cast.admin, cast.rep.id)
    enable_user(here, cast.admin, cast.rep.id)
    move_user(here, cast.admin, cast.rep.id, UserRole.SUPERVISOR, cast.west)
    add_team(here, cast.admin, "North")
    with world.sessions.read() as session:
        rows = session.execute(
            sa.select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.address).order_by(
                AuditEntry.id
            )
        ).all()
    assert [row.action for row in rows] == [
        "user.disable", "user.enable", "user.role", "user.team", "team.add",
    ]  # fmt: skip
    assert {row.actor_id for row in rows} == {cast.admin.id}
    assert {row.address for row in rows} == {"198.51.100.9"}
