"""Logging in: who gets through the door, who is turned away, and for how long."""

import string
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.words import UserRole
from dialer.models import AuditEntry, LoginThrottle, UserSession
from dialer.people.errors import Throttled, WrongLogin
from dialer.people.log_in import find_session, log_in, log_out
from dialer.people.passwords import normal_form
from dialer.people.throttle import LIMITS, network_of
from dialer.people.users import (
    NewUser,
    add_user,
    change_password,
    change_role,
    disable_user,
)
from tests.world import World

PASSWORD = "correct horse battery"
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"


def hire(world: World, name: str = "zhao.lei") -> int:
    return add_user(world.rt, NewUser(name=name, password=PASSWORD, role=UserRole.REP))


def fail(world: World, name: str = "zhao.lei", address: str = HOME, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(WrongLogin):
            log_in(world.rt, name, "x" * 2000, address)


def test_the_right_password_opens_a_session_of_that_user(world: World) -> None:
    user_id = hire(world)
    secret = log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    user = find_session(world.rt, secret)
    assert user is not None
    assert user.id == user_id


def test_the_table_does_not_hold_the_secret(world: World) -> None:
    hire(world)
    secret = log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    with world.sessions.read() as session:
        stored = session.scalars(sa.select(UserSession.secret_hash)).all()
    assert secret not in stored
    assert len(secret) == 64


@pytest.mark.parametrize("password", ["Correct horse battery", "", "x" * 1_000_000, "\ud800", "\0"])
def test_a_wrong_password_opens_nothing(world: World, password: str) -> None:
    hire(world)
    with pytest.raises(WrongLogin):
        log_in(world.rt, "zhao.lei", password, HOME)


@pytest.mark.parametrize("name", ["nobody", "", "\0", "\ud800", "' OR 1=1 --", "z" * 100_000])
def test_a_strange_name_is_wrong_and_nothing_worse(world: World, name: str) -> None:
    with pytest.raises(WrongLogin):
        log_in(world.rt, name, PASSWORD, HOME)


def test_another_keyboard_spells_the_same_password(world: World) -> None:
    hire(world)
    wide = "".join(chr(ord(c) + 0xFEE0) if c in string.ascii_letters else c for c in PASSWORD)
    assert log_in(world.rt, "ｚhao.lei", wide, HOME)


def test_five_failures_block_that_account_from_that_address(world: World) -> None:
    hire(world)
    fail(world, times=LIMITS["pair"].failures)
    with pytest.raises(Throttled) as blocked:
        log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    assert blocked.value.minutes == 15


def test_the_owner_still_gets_in_from_elsewhere(world: World) -> None:
    hire(world)
    fail(world, times=LIMITS["pair"].failures)
    assert log_in(world.rt, "zhao.lei", PASSWORD, ELSEWHERE)


def test_a_block_ends_by_itself(world: World) -> None:
    hire(world)
    fail(world, times=LIMITS["pair"].failures)
    world.sim.advance(15 * 60)
    assert log_in(world.rt, "zhao.lei", PASSWORD, HOME)


def test_after_a_block_one_typing_error_does_not_block_again(world: World) -> None:
    hire(world)
    fail(world, times=LIMITS["pair"].failures)
    world.sim.advance(15 * 60)
    fail(world)
    assert log_in(world.rt, "zhao.lei", PASSWORD, HOME)


def test_typing_errors_of_an_hour_ago_do_not_count(world: World) -> None:
    hire(world)
    fail(world, times=LIMITS["pair"].failures - 1)
    world.sim.advance(3600)
    fail(world, times=LIMITS["pair"].failures - 1)
    assert log_in(world.rt, "zhao.lei", PASSWORD, HOME)


def test_knocking_during_a_block_does_not_make_it_longer(world: World) -> None:
    hire(world)
    fail(world, times=LIMITS["pair"].failures)
    for _ in range(14):
        world.sim.advance(60)
        with pytest.raises(Throttled):
            log_in(world.rt, "zhao.lei", "wrong", HOME)
    world.sim.advance(60)
    assert log_in(world.rt, "zhao.lei", PASSWORD, HOME)


def test_a_name_that_does_not_exist_is_blocked_in_the_same_way(world: World) -> None:
    fail(world, name="nobody", times=LIMITS["pair"].failures)
    with pytest.raises(Throttled):
        log_in(world.rt, "nobody", PASSWORD, HOME)


def test_many_addresses_against_one_account_are_blocked(world: World) -> None:
    hire(world)
    for n in range(LIMITS["account"].failures):
        fail(world, address=f"203.0.113.{n}")
    with pytest.raises(Throttled):
        log_in(world.rt, "zhao.lei", PASSWORD, HOME)


def test_one_address_against_many_accounts_is_blocked(world: World) -> None:
    hire(world)
    for n in range(LIMITS["address"].failures):
        fail(world, name=f"guess{n}")
    with pytest.raises(Throttled):
        log_in(world.rt, "zhao.lei", PASSWORD, HOME)


def test_success_forgives_the_typing_errors_before_it(world: World) -> None:
    hire(world)
    fail(world, times=4)
    log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    fail(world, times=4)
    assert log_in(world.rt, "zhao.lei", PASSWORD, HOME)


def test_logging_in_rightly_all_day_never_blocks(world: World) -> None:
    hire(world)
    for _ in range(8):
        log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    with world.sessions.read() as session:
        assert session.scalar(sa.select(sa.func.sum(LoginThrottle.failures))) == 0


def test_the_throttle_keeps_no_name_and_no_address(world: World) -> None:
    fail(world)
    with world.sessions.read() as session:
        keys = " ".join(session.scalars(sa.select(LoginThrottle.key)))
    assert "zhao" not in keys
    assert HOME not in keys


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_one_ipv6_subscriber_is_one_address(address: object, host: int) -> None:
    network = network_of(str(address)).rstrip(":")
    neighbour = f"{network}:{':'.join(f'{host:016x}'[i : i + 4] for i in range(0, 16, 4))}"
    assert network_of(neighbour) == network_of(str(address))


def test_a_session_ends_after_twelve_idle_hours(world: World) -> None:
    hire(world)
    secret = log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    world.sim.advance(11 * 3600)
    assert find_session(world.rt, secret)
    world.sim.advance(11 * 3600)
    assert find_session(world.rt, secret)
    world.sim.advance(12 * 3600)
    assert find_session(world.rt, secret) is None


def test_a_session_ends_after_seven_days_however_busy(world: World) -> None:
    hire(world)
    secret = log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    for _ in range(16):
        world.sim.advance(10 * 3600)
        assert find_session(world.rt, secret)
    world.sim.advance(timedelta(hours=8).total_seconds())
    assert find_session(world.rt, secret) is None


def test_logging_out_ends_the_session(world: World) -> None:
    hire(world)
    secret = log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    log_out(world.rt, secret)
    assert find_session(world.rt, secret) is None


def test_logging_in_again_ends_the_session_of_that_browser(world: World) -> None:
    hire(world)
    first = log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    second = log_in(world.rt, "zhao.lei", PASSWORD, HOME, replaces=first)
    assert find_session(world.rt, first) is None
    assert find_session(world.rt, second)


@pytest.mark.parametrize("secret", ["", "0" * 64, "\ud800", "x" * 100_000])
def test_a_guessed_secret_is_nobody(world: World, secret: str) -> None:
    assert find_session(world.rt, secret) is None


def test_a_new_password_ends_every_session(world: World) -> None:
    user_id = hire(world)
    secret = log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    change_password(world.rt, user_id, PASSWORD, "another horse battery")
    assert find_session(world.rt, secret) is None
    assert log_in(world.rt, "zhao.lei", "another horse battery", HOME)


def test_a_new_password_needs_the_old_one(world: World) -> None:
    user_id = hire(world)
    with pytest.raises(WrongLogin):
        change_password(world.rt, user_id, "wrong", "another horse battery")


def test_a_new_role_ends_every_session(world: World) -> None:
    user_id = hire(world)
    secret = log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    change_role(world.rt, user_id, UserRole.SUPERVISOR, actor_id=None)
    assert find_session(world.rt, secret) is None


def test_a_disabled_user_is_out_at_once_and_stays_out(world: World) -> None:
    user_id = hire(world)
    secret = log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    disable_user(world.rt, user_id, actor_id=None)
    assert find_session(world.rt, secret) is None
    with pytest.raises(WrongLogin):
        log_in(world.rt, "zhao.lei", PASSWORD, HOME)


def test_every_deed_on_a_user_is_in_the_audit_log(world: World) -> None:
    user_id = hire(world)
    log_out(world.rt, log_in(world.rt, "zhao.lei", PASSWORD, HOME))
    change_role(world.rt, user_id, UserRole.ADMIN, actor_id=None)
    disable_user(world.rt, user_id, actor_id=None)
    with world.sessions.read() as session:
        actions = session.scalars(
            sa.select(AuditEntry.action)
            .where(AuditEntry.subject_id == user_id)
            .order_by(AuditEntry.id)
        ).all()
    assert actions == ["user.add", "log_in", "log_out", "user.role", "user.disable"]


@given(st.text())
def test_the_normal_form_is_stable(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)
