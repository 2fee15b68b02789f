"""What is done to a live call from the desk."""

import pytest

from dialer.domain.words import CallStatus, EndedBy, UserRole
from dialer.models import User
from tests.web.conftest import Come
from tests.web.talking import talk
from tests.world import World


def test_hanging_up_from_the_desk_ends_the_call(world: World, come: Come) -> None:
    visitor = come()
    call_id = talk(world, visitor)
    assert visitor.ask(f"/desk/calls/{call_id}/hang-up").json == {"ok": True}
    world.advance(5)
    call = world.call(call_id)
    assert (call.status, call.ended_by) == (CallStatus.ENDED, EndedBy.REP)


def test_hold_and_back(world: World, come: Come) -> None:
    visitor = come()
    call_id = talk(world, visitor)
    visitor.ask(f"/desk/calls/{call_id}/hold", on="1")
    world.advance(2)
    assert visitor.get("/desk/state").get_json()["headline"] == "On hold"
    visitor.ask(f"/desk/calls/{call_id}/hold", on="0")
    world.advance(2)
    assert visitor.get("/desk/state").get_json()["headline"] == "Talking"


def test_a_call_that_is_over_cannot_be_hung_up(world: World, come: Come) -> None:
    visitor = come()
    call_id = talk(world, visitor)
    visitor.ask(f"/desk/calls/{call_id}/hang-up")
    world.advance(5)
    answer = visitor.ask(f"/desk/calls/{call_id}/hang-up")
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/not-live")


def test_the_note_is_kept_while_the_call_lives(world: World, come: Come) -> None:
    visitor = come()
    call_id = talk(world, visitor)
    visitor.ask(f"/desk/calls/{call_id}/note", note="要书面报价")
    assert world.call(call_id).note == "要书面报价"
    assert "要书面报价" in visitor.get("/desk").text


@pytest.mark.parametrize("deed", ["hang-up", "hold", "note", "wrap-up"])
def test_another_reps_call_is_not_there(world: World, come: Come, deed: str) -> None:
    call_id = talk(world, come())
    answer = come("liu.fang").ask(f"/desk/calls/{call_id}/{deed}", disposition="said", note="x")
    assert answer.status_code == 404
    assert world.call(call_id).status is CallStatus.TALKING


def test_a_supervisor_ends_a_call_but_does_not_speak_for_the_rep(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.other_rep_id).role = UserRole.SUPERVISOR
    call_id, supervisor = talk(world, come()), come("liu.fang")
    assert supervisor.ask(f"/desk/calls/{call_id}/hang-up").json == {"ok": True}
    world.advance(5)
    assert world.call(call_id).ended_by is EndedBy.SUPERVISOR
    for deed in ("note", "wrap-up"):
        answer = supervisor.ask(f"/desk/calls/{call_id}/{deed}", disposition="said", note="x")
        assert answer.status_code == 404
