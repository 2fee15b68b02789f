"""Users: which names and passwords are taken."""

import pytest

from dialer.domain.words import UserRole
from dialer.people.errors import BadUserName, NameTaken, WeakPassword
from dialer.people.passwords import hash_password, is_right
from dialer.people.users import NewUser, add_user
from tests.world import World


def new(name: str = "zhao.lei", password: str = "correct horse battery") -> NewUser:
    return NewUser(name=name, password=password, role=UserRole.REP)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("elevenchars", "short"),
        ("x" * 1025, "long"),
        ("Password1234", "common"),
        ("ｐａｓｓｗｏｒｄ1234", "common"),
        ("abababababab", "repetitive"),
        ("Zhao.Lei12345", "name"),
        ("1zhao.leizhao.lei", "name"),
    ],
)
def test_a_weak_password_is_refused_with_its_rule(world: World, password: str, rule: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        add_user(world.rt, new(password=password))
    assert refused.value.rule == rule


@pytest.mark.parametrize("name", ["", "   ", "a" * 81, "a\nb", "a\0b", "\u202eabc", "\ud800"])
def test_a_name_that_no_page_can_show_is_refused(world: World, name: str) -> None:
    with pytest.raises(BadUserName):
        add_user(world.rt, new(name=name))


def test_a_name_is_taken_once_however_it_is_spelled(world: World) -> None:
    add_user(world.rt, new(name="王敏"))
    with pytest.raises(NameTaken):
        add_user(world.rt, new(name=" 王敏 "))


def test_two_hashes_of_one_password_differ_and_both_fit(world: World) -> None:
    first, second = (hash_password("correct horse battery", world.rt.token) for _ in range(2))
    assert first != second
    assert is_right("correct horse battery", first)
    assert is_right("correct horse battery", second)


def test_a_hash_of_another_kind_never_fits() -> None:
    assert not is_right("no password opens this", "no password opens this")
