"""A colleague takes over, a supervisor listens in: by program."""

from dialer.domain.words import UserRole
from tests.api.caller import Caller, caller, problem
from tests.make import OTHER_REP_PHONE, REP_PHONE, ZHANG_WEI, make_user
from tests.world import World

BOSS_PHONE = "+862155550192"


def talk(world: World, rep: Caller) -> int:
    world.sim.phone(REP_PHONE).answers_after(1).presses("1", after=1)
    world.sim.phone(ZHANG_WEI).answers_after(1)
    call_id = rep.click().json["id"]
    world.advance(10)
    return int(call_id)


def boss(world: World) -> Caller:
    world.sim.phone(BOSS_PHONE).answers_after(1)
    with world.sessions.write() as session:
        make_user(session, world.sim.now(), "chen", role=UserRole.SUPERVISOR, phone=BOSS_PHONE)
    return caller(world, "chen")


def test_a_supervisor_listens_to_a_call_of_the_team(world: World) -> None:
    call_id = talk(world, caller(world))
    answer = boss(world).post(f"/calls/{call_id}/supervise", {"how": "listen"})
    world.advance(5)
    assert answer.status_code == 200
    assert BOSS_PHONE in world.sim.hearers(ZHANG_WEI)


def test_a_rep_does_not_listen_in(world: World) -> None:
    rep = caller(world)
    answer = rep.post(f"/calls/{talk(world, rep)}/supervise", {"how": "listen"})
    assert answer.status_code == 403


def test_a_call_that_is_not_live_is_a_conflict(world: World) -> None:
    call_id = caller(world).click().json["id"]
    answer = boss(world).post(f"/calls/{call_id}/supervise", {"how": "listen"})
    assert answer.status_code == 409


def test_an_unknown_way_to_help_is_refused(world: World) -> None:
    call_id = talk(world, caller(world))
    answer = boss(world).post(f"/calls/{call_id}/supervise", {"how": "shout"})
    assert answer.status_code == 422


def test_a_call_is_handed_on_to_a_colleague(world: World) -> None:
    rep = caller(world)
    call_id = talk(world, rep)
    world.sim.phone(OTHER_REP_PHONE).answers_after(1)
    answer = rep.post(f"/calls/{call_id}/transfer", {"to_user_id": world.here.other_rep_id})
    world.advance(5)
    assert answer.status_code == 200
    assert OTHER_REP_PHONE in world.sim.hearers(ZHANG_WEI)


def test_a_call_is_not_handed_on_to_nobody(world: World) -> None:
    rep = caller(world)
    answer = rep.post(f"/calls/{talk(world, rep)}/transfer", {"to_user_id": 99_999})
    assert problem(answer) == "no_phone"
