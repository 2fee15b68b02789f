"""The second factor: who gets in with which code, how often, and who does not."""

from dataclasses import replace
from functools import cache

import pyotp
import pytest
import sqlalchemy as sa

from dialer.domain.words import UserRole
from dialer.models import RecoveryCode, User
from dialer.people.errors import CodeNeeded, NotThere, Throttled, WrongCode, WrongLogin
from dialer.people.log_in import HALF, find_session, log_in, open_session
from dialer.people.passwords import hash_password
from dialer.people.second_factor import (
    app_address,
    app_secret,
    begin,
    confirm,
    needs_factor,
    renew_recovery_codes,
    show_code,
    take_off,
    turn_off,
)
from dialer.people.users import find_user
from dialer.settings.people import PeopleRules
from tests.make import make_user
from tests.world import World

PASSWORD = "correct horse battery"
HOME = "192.0.2.7"


@cache
def known_hash() -> str:
    return hash_password(PASSWORD, lambda: "5a" * 16)


def hire(world: World) -> int:
    with world.sessions.write() as session:
        return make_user(session, world.rt.now(), "zhao.lei", password_hash=known_hash()).id


def app_of(world: World, user_id: int) -> pyotp.TOTP:
    """The authenticator on the user's telephone."""
    return pyotp.TOTP(app_secret(world.rt, world.user(user_id)))


def code(world: World, user_id: int, late_by: float = 0) -> str:
    return app_of(world, user_id).at(int(world.rt.now().timestamp() - late_by))


def set_up(world: World) -> tuple[int, list[str]]:
    user_id = hire(world)
    begin(world.rt, user_id)
    codes = confirm(world.rt, user_id, code(world, user_id))
    world.sim.advance(60)
    return user_id, codes


def half(world: World) -> str:
    """What a log-in with the right password leaves, without the work of its hash."""
    with world.sessions.write() as session:
        user = find_user(session, "zhao.lei")
        return open_session(world.rt, session, user.id, "", life=HALF)


def test_with_a_factor_the_password_alone_opens_nothing(world: World) -> None:
    user_id, _ = set_up(world)
    with pytest.raises(CodeNeeded) as needed:
        log_in(world.rt, "zhao.lei", PASSWORD, HOME)
    assert find_session(world.rt, needed.value.half) is None
    assert show_code(world.rt, needed.value.half, code(world, user_id))


def test_password_and_code_open_a_session_with_a_new_secret(world: World) -> None:
    user_id, _ = set_up(world)
    owed = half(world)
    secret = show_code(world.rt, owed, code(world, user_id))
    user = find_session(world.rt, secret)
    assert user is not None
    assert user.id == user_id
    assert secret != owed


def test_until_it_is_confirmed_no_code_is_asked_for(world: World) -> None:
    user_id = hire(world)
    begin(world.rt, user_id)
    with pytest.raises(WrongCode):
        confirm(world.rt, user_id, "000000")
    assert log_in(world.rt, "zhao.lei", PASSWORD, HOME)


def test_beginning_again_does_not_replace_a_factor_that_counts(world: World) -> None:
    user_id, _ = set_up(world)
    before = app_secret(world.rt, world.user(user_id))
    begin(world.rt, user_id)
    assert app_secret(world.rt, world.user(user_id)) == before


@pytest.mark.parametrize("late_by", [-30, 0, 30])
def test_a_clock_may_be_half_a_minute_wrong(world: World, late_by: float) -> None:
    user_id, _ = set_up(world)
    world.sim.advance(300)
    assert show_code(world.rt, half(world), code(world, user_id, late_by))


@pytest.mark.parametrize("late_by", [-90, 90, 3600])
def test_and_no_more_than_that(world: World, late_by: float) -> None:
    user_id, _ = set_up(world)
    world.sim.advance(7200)
    with pytest.raises(WrongCode):
        show_code(world.rt, half(world), code(world, user_id, late_by))


def test_a_code_opens_once(world: World) -> None:
    user_id, _ = set_up(world)
    shown = code(world, user_id)
    assert show_code(world.rt, half(world), shown)
    with pytest.raises(WrongCode):
        show_code(world.rt, half(world), shown)


def test_the_code_of_the_set_up_does_not_open_either(world: World) -> None:
    user_id = hire(world)
    begin(world.rt, user_id)
    shown = code(world, user_id)
    confirm(world.rt, user_id, shown)
    with pytest.raises(WrongCode):
        show_code(world.rt, half(world), shown)


@pytest.mark.parametrize(
    "typed", ["", "000000", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "\0", "\ud800", "9" * 100_000]
)
def test_what_is_no_code_opens_nothing(world: World, typed: str) -> None:
    set_up(world)
    with pytest.raises(WrongCode):
        show_code(world.rt, half(world), typed)


def test_a_code_may_be_typed_with_blanks(world: World) -> None:
    user_id, _ = set_up(world)
    shown = code(world, user_id)
    assert show_code(world.rt, half(world), f" {shown[:3]} {shown[3:]} ")


def test_five_wrong_codes_block_whoever_knows_the_password(world: World) -> None:
    user_id, _ = set_up(world)
    owed = half(world)
    for _ in range(5):
        with pytest.raises(WrongCode):
            show_code(world.rt, owed, "000000")
    with pytest.raises(Throttled):
        show_code(world.rt, half(world), code(world, user_id))
    world.sim.advance(15 * 60)
    assert show_code(world.rt, half(world), code(world, user_id))


def test_a_code_must_come_within_ten_minutes(world: World) -> None:
    user_id, _ = set_up(world)
    owed = half(world)
    world.sim.advance(600)
    with pytest.raises(NotThere):
        show_code(world.rt, owed, code(world, user_id))


@pytest.mark.parametrize("owed", ["", "0" * 64, "\ud800"])
def test_a_guessed_half_is_nobodys(world: World, owed: str) -> None:
    with pytest.raises(NotThere):
        show_code(world.rt, owed, "000000")


def test_a_whole_session_is_no_half(world: World) -> None:
    user_id, _ = set_up(world)
    with world.sessions.write() as session:
        whole = open_session(world.rt, session, user_id, "")
    with pytest.raises(NotThere):
        show_code(world.rt, whole, code(world, user_id))


def test_a_recovery_code_opens_once_however_it_is_typed(world: World) -> None:
    _, codes = set_up(world)
    assert show_code(world.rt, half(world), codes[0].upper().replace("-", " "))
    with pytest.raises(WrongCode):
        show_code(world.rt, half(world), codes[0])
    assert show_code(world.rt, half(world), codes[1])


def test_recovery_codes_are_no_ones_elses_and_not_in_the_table(world: World) -> None:
    _, codes = set_up(world)
    assert len(set(codes)) == 8
    with world.sessions.read() as session:
        hashes = set(session.scalars(sa.select(RecoveryCode.code_hash)))
    assert len(hashes) == 8
    assert not hashes & {c.replace("-", "") for c in codes}


def test_fresh_recovery_codes_end_the_old_ones(world: World) -> None:
    user_id, old = set_up(world)
    fresh = renew_recovery_codes(world.rt, user_id, PASSWORD)
    with pytest.raises(WrongCode):
        show_code(world.rt, half(world), old[0])
    assert show_code(world.rt, half(world), fresh[0])


def test_turning_it_off_needs_the_password(world: World) -> None:
    user_id, _ = set_up(world)
    with pytest.raises(WrongLogin):
        turn_off(world.rt, user_id, "guess")
    assert world.user(user_id).factor_at
    turn_off(world.rt, user_id, PASSWORD)
    assert world.user(user_id).factor_at is None


def test_guessing_the_password_at_an_open_session_is_blocked(world: World) -> None:
    user_id, _ = set_up(world)
    for _ in range(5):
        with pytest.raises(WrongLogin):
            turn_off(world.rt, user_id, "x" * 2000)
    with pytest.raises(Throttled):
        turn_off(world.rt, user_id, PASSWORD)


def test_an_administrator_helps_whoever_lost_everything(world: World) -> None:
    user_id, _ = set_up(world)
    with world.sessions.write() as session:
        admin = make_user(session, world.rt.now(), "admin", role=UserRole.ADMIN)
    secret = show_code(world.rt, half(world), code(world, user_id))
    take_off(world.rt, admin, user_id)
    assert find_session(world.rt, secret) is None
    assert world.user(user_id).factor_at is None


def test_no_table_holds_what_the_app_knows(world: World) -> None:
    user_id, _ = set_up(world)
    secret = app_secret(world.rt, world.user(user_id))
    other_key = replace(world.rt.settings, secret_key="another key of at least 32 letters")
    stolen = replace(world.rt, settings=other_key)
    assert app_secret(stolen, world.user(user_id)) != secret
    assert secret not in str(vars(world.user(user_id)))


def test_the_app_is_told_whose_code_it_is(world: World) -> None:
    user_id, _ = set_up(world)
    address = app_address(world.rt, world.user(user_id))
    assert address.startswith("otpauth://totp/Dialer:zhao.lei?secret=")


def test_codes_are_those_of_the_standard(world: World) -> None:
    """RFC 6238, appendix B, at 59 s: the app that we use is the app that everybody has."""
    app = pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", digits=8)
    assert app.at(59) == "94287082"


@pytest.mark.parametrize(("role", "needs"), [(UserRole.ADMIN, True), (UserRole.REP, False)])
def test_a_rule_may_ask_roles_for_it(world: World, role: UserRole, needs: bool) -> None:
    rules = PeopleRules(second_factor_roles=frozenset({UserRole.ADMIN}))
    user = User(name="x", role=role, factor_at=None)
    assert needs_factor(replace(world.rt, people=rules), user) is needs
    user.factor_at = world.rt.now()
    assert not needs_factor(replace(world.rt, people=rules), user)
