"""Others in a live call: from the floor and from the desk, by what their pages send."""

import pytest

from dialer.domain.words import UserRole
from dialer.models import User
from tests.make import LI_NA, OTHER_REP_PHONE, REP_PHONE, ZHANG_WEI
from tests.web.conftest import Come
from tests.web.talking import talk
from tests.world import World


@pytest.fixture
def boss(world: World) -> None:
    world.sim.phone(OTHER_REP_PHONE).answers_after(2)
    with world.sessions.write() as session:
        session.get_one(User, world.here.other_rep_id).role = UserRole.SUPERVISOR


def test_a_supervisor_listens_and_then_whispers(world: World, come: Come, boss: None) -> None:
    path = f"/desk/calls/{talk(world, come())}/supervise"
    visitor = come("liu.fang")
    assert visitor.ask(path, how="listen").json == {"ok": True}
    world.advance(8)
    assert world.sim.hearers(OTHER_REP_PHONE) == set()
    assert visitor.ask(path, how="whisper").json == {"ok": True}
    assert world.sim.hearers(OTHER_REP_PHONE) == {REP_PHONE}


def test_a_rep_cannot_listen_in(world: World, come: Come) -> None:
    call_id = talk(world, come())
    assert come().ask(f"/desk/calls/{call_id}/supervise", how="listen").status_code == 403


def test_there_is_no_other_way_to_help(world: World, come: Come, boss: None) -> None:
    call_id = talk(world, come())
    answer = come("liu.fang").ask(f"/desk/calls/{call_id}/supervise", how="shout")
    assert answer.status_code == 400


def test_a_supervisor_without_a_phone_is_told_so(world: World, come: Come, boss: None) -> None:
    call_id = talk(world, come())
    with world.sessions.write() as session:
        session.get_one(User, world.here.other_rep_id).phone = None
    answer = come("liu.fang").ask(f"/desk/calls/{call_id}/supervise", how="listen")
    assert (answer.status_code, "settings" in answer.get_json()["title"]) == (422, True)


def test_a_colleague_is_chosen_and_takes_over(world: World, come: Come) -> None:
    world.sim.phone(OTHER_REP_PHONE).answers_after(2)
    visitor = come()
    call_id = talk(world, visitor)
    assert "Liu" in visitor.get(f"/desk/calls/{call_id}/colleagues").text
    path = f"/desk/calls/{call_id}/transfer"
    assert visitor.ask(path, to=world.here.other_rep_id).json == {"ok": True}
    world.advance(8)
    state = visitor.get("/desk/state").get_json()
    assert 'data-handed="yes"' in state["regions"]["live"]
    visitor.ask(f"/desk/calls/{call_id}/hang-up")
    world.advance(8)
    assert world.sim.hearers(ZHANG_WEI) == {OTHER_REP_PHONE}


def test_a_colleague_who_pauses_cannot_be_chosen(world: World, come: Come) -> None:
    come("liu.fang").ask("/desk/pause", reason="meal")
    visitor = come()
    call_id = talk(world, visitor)
    page = visitor.get(f"/desk/calls/{call_id}/colleagues").text
    assert ("disabled" in page, "Meal" in page) == (True, True)
    answer = visitor.ask(f"/desk/calls/{call_id}/transfer", to=world.here.other_rep_id)
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/colleague-busy")


def test_a_number_outside_may_take_over(world: World, come: Come) -> None:
    world.sim.phone(LI_NA).answers_after(2)
    visitor = come()
    call_id = talk(world, visitor)
    visitor.ask(f"/desk/calls/{call_id}/transfer", number="139 0013 9000")
    world.advance(8)
    assert LI_NA in world.sim.hearers(ZHANG_WEI)


@pytest.mark.parametrize(
    ("fields", "kind", "place"),
    [
        ({}, "bad-form", "transfer"),
        ({"number": "110"}, "bad-number", "number"),
        ({"number": "abc"}, "bad-number", "number"),
    ],
)
def test_what_cannot_take_over_is_said_beside_its_field(
    world: World, come: Come, fields: dict[str, str], kind: str, place: str
) -> None:
    visitor = come()
    answer = visitor.ask(f"/desk/calls/{talk(world, visitor)}/transfer", **fields)
    told = answer.get_json()
    assert (answer.status_code, told["type"], told["field"]) == (422, f"/problems/{kind}", place)


def test_somebody_elses_call_is_not_handed_on(world: World, come: Come) -> None:
    call_id = talk(world, come())
    answer = come("liu.fang").ask(f"/desk/calls/{call_id}/transfer", number=LI_NA)
    assert answer.status_code == 404
