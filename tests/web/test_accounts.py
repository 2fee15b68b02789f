"""The list of accounts and the account page."""

import html
import re
from collections import Counter

import pytest
import sqlalchemy as sa

from dialer.domain.words import AccountClass
from dialer.models import Account, AuditEntry
from tests.make import make_account, make_contact, make_team
from tests.web.conftest import Come
from tests.web.logged import log_call
from tests.world import World


def add(world: World, name: str, number: str, **fields: object) -> int:
    with world.sessions.write() as session:
        account = make_account(session, world.rt.now(), name, **fields)
        make_contact(session, world.rt.now(), account, "李娜", number)
        return account.id


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"华东机械", "成都精密", "苏州纺织"}),
        ("q=机械", {"华东机械"}),
        ("q=李娜", {"成都精密", "苏州纺织"}),
        ("q=138 0013", {"华东机械"}),
        ("q=139001390", set()),
        ("class=B", {"成都精密"}),
        ("owner=mine", {"华东机械"}),
        ("owner=pool", {"成都精密"}),
        ("owner=others", {"苏州纺织"}),
        ("class=Z&owner=nobody", {"华东机械", "成都精密", "苏州纺织"}),
    ],
)
def test_accounts_are_found_by_name_number_class_and_owner(
    world: World, come: Come, query: str, found: set[str]
) -> None:
    add(world, "成都精密", "+8613900139001", account_class=AccountClass.B)
    add(world, "苏州纺织", "+8613900139002", owner_id=world.here.other_rep_id)
    page = come().get(f"/accounts?{query}").text
    names = ("华东机械", "成都精密", "苏州纺织")
    assert {name for name in names if f">{name}</a>" in page} == found


def names_on(page: str) -> list[str]:
    return re.findall(r'class="row-link" href="[^"]+">([^<]+)<', page)


@pytest.mark.parametrize("sort", ["class", "name", "stage", "newest"])
def test_pages_follow_each_other_without_a_gap_in_every_order(
    world: World, come: Come, sort: str
) -> None:
    with world.sessions.write() as session:
        for n in range(90):
            make_account(session, world.rt.now(), f"客户 {n % 40:02}", stage=n % 5 + 1,
                         account_class=list(AccountClass)[n % 3])  # fmt: skip
    visitor, path, seen = come(), f"/accounts?sort={sort}", []
    while path:
        page = visitor.get(path).text
        seen.append(names_on(page))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = html.unescape(following[1]) if following else ""
    assert [len(names) for names in seen] == [40, 40, 11]
    assert Counter(name for names in seen for name in names) == Counter(
        ["华东机械", *(f"客户 {n % 40:02}" for n in range(90))]
    )


def test_an_account_that_comes_in_between_shifts_no_page(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        for n in range(50):
            make_account(session, world.rt.now(), f"b{n:02}")
    visitor = come()
    first = visitor.get("/accounts?sort=name").text
    with world.sessions.write() as session:
        make_account(session, world.rt.now(), "a new one")
    following = html.unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])  # type: ignore[index]
    assert not set(names_on(first)) & set(names_on(visitor.get(following).text))


def test_a_cursor_that_names_nobody_begins_anew(come: Come) -> None:
    assert names_on(come().get("/accounts?after=99999").text) == ["华东机械"]


def test_a_number_is_shown_to_the_owner_and_masked_for_colleagues(world: World, come: Come) -> None:
    path = f"/accounts/{world.here.account_id}"
    assert "+86 138 0013 8000" in come().get(path).text
    page = come("liu.fang").get(path).text
    assert "+86*******8000" in page
    assert "13800138" not in page.replace(" ", "")
    assert "/desk?contact=" not in page


def test_an_account_of_another_team_is_not_there(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(Account, world.here.account_id).team_id = make_team(session, "West").id
    path = f"/accounts/{world.here.account_id}"
    assert come("liu.fang").get(path).status_code == 404
    assert come("liu.fang").ask(f"{path}/claim").status_code == 404


def test_claiming_from_the_pool_makes_it_mine(world: World, come: Come) -> None:
    account_id = add(world, "成都精密", "+8613900139001")
    visitor = come()
    visitor.get(f"/accounts/{account_id}")
    visitor.post(f"/accounts/{account_id}/claim")
    with world.sessions.read() as session:
        assert session.get_one(Account, account_id).owner_id == world.here.rep_id
        assert session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "account.claim"))


def test_the_quicker_one_keeps_what_both_claim(world: World, come: Come) -> None:
    account_id = add(world, "成都精密", "+8613900139001")
    first, second = come(), come("liu.fang")
    first.post(f"/accounts/{account_id}/claim")
    second.post(f"/accounts/{account_id}/claim")
    assert "Somebody was quicker" in second.get(f"/accounts/{account_id}").text
    with world.sessions.read() as session:
        assert session.get_one(Account, account_id).owner_id == world.here.rep_id


def test_the_timeline_tells_of_calls(world: World, come: Come) -> None:
    call_id = log_call(world)
    page = come().get(f"/accounts/{world.here.account_id}").text
    assert "Point: 三年保修" in page
    assert f'href="/calls/{call_id}"' in page


def test_an_account_without_calls_says_so(world: World, come: Come) -> None:
    assert "Nobody has called here yet" in come().get(f"/accounts/{world.here.account_id}").text


def test_a_colleagues_calls_are_not_told_to_others(world: World, come: Come) -> None:
    call_id = log_call(world)
    visitor = come("liu.fang")
    page = visitor.get(f"/accounts/{world.here.account_id}").text
    assert "三年保修" not in page
    assert f"/calls/{call_id}" not in page
    assert "What colleagues did here is shown to its owner." in page
    assert "Talked" not in visitor.get("/accounts").text
