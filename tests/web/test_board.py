"""The supervisor's floor and the wall, by the requests that their pages make."""

import html
import json
from typing import Any

import pytest

from dialer.domain.words import UserRole
from dialer.models import DutyRun, Switch, User
from dialer.models.switches import HOLD, is_on
from tests.make import REP_PHONE, make_team
from tests.web.conftest import Come
from tests.web.logged import log_call
from tests.world import World


@pytest.fixture(autouse=True)
def boss(world: World) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.other_rep_id).role = UserRole.SUPERVISOR


def snapshot(page: str) -> Any:
    """What the page's script begins with."""
    return json.loads(html.unescape(page.partition("data-snapshot='")[2].partition("'")[0]))


@pytest.mark.parametrize("path", ["/board", "/board/wall"])
def test_the_page_comes_with_the_floor_in_it(world: World, come: Come, path: str) -> None:
    world.sim.phone(REP_PHONE).answers_after(5)
    world.click()
    board = snapshot(come("liu.fang").get(path).text)
    (tile,) = board["tiles"]
    assert (tile["name"], tile["call"]["who"]) == ("王敏", "张伟")


@pytest.mark.parametrize("path", ["/board", "/board/wall", "/duties"])
def test_a_rep_sees_no_floor(come: Come, path: str) -> None:
    assert come().get(path).status_code == 403


def test_a_supervisor_sees_the_own_team_alone(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.other_rep_id).team_id = make_team(session, "West").id
    log_call(world)
    board = snapshot(come("liu.fang").get("/board").text)
    assert (board["tiles"], board["today"]["all"]["placed"]) == ([], 0)


def test_the_wall_is_dark_and_has_nothing_to_press(come: Come) -> None:
    page = come("liu.fang").get("/board/wall").text
    assert 'data-theme="dark"' in page
    assert "<button" not in page
    assert "<form" not in page


def test_the_kill_switch_is_thrown_and_taken_back(world: World, come: Come) -> None:
    visitor = come("liu.fang")
    visitor.get("/board")
    visitor.post("/board/hold", on="1", reason="fire drill")
    with world.sessions.read() as session:
        assert session.get_one(Switch, HOLD).reason == "fire drill"
        assert is_on(session, HOLD)
    assert "Let calls go on" in visitor.get("/board").text
    visitor.post("/board/hold", on="0")
    with world.sessions.read() as session:
        assert not is_on(session, HOLD)


def test_a_supervisor_hangs_up_from_the_floor(world: World, come: Come) -> None:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    call_id = world.click()
    world.advance(10)
    assert come("liu.fang").ask(f"/desk/calls/{call_id}/hang-up").json == {"ok": True}
    world.advance(5)
    assert world.call(call_id).ended_by == "supervisor"


def test_a_customer_called_like_a_tag_stays_text(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).full_name = "'><script>alert(1)</script>"
    page = come("liu.fang").get("/board").text
    assert "<script>alert" not in page
    assert snapshot(page)["tiles"][0]["name"] == "'><script>alert(1)</script>"


def test_the_duties_show_what_failed_first(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.add(
            DutyRun(name="settle_tasks", runs=7, errors=2, last_at=world.rt.now(),
                    last_error="ZeroDivisionError: a bug", last_error_at=world.rt.now())
        )  # fmt: skip
    page = come("liu.fang").get("/duties").text
    assert "ZeroDivisionError: a bug" in page
    assert page.index("settle_tasks") < page.index("place_planned")
