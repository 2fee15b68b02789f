"""Others in the room: a supervisor listens, whispers, joins; a colleague takes over."""

import pytest

from dialer.calling.control import hang_up
from dialer.calling.errors import NoPhone, NotLive, NotYours, Refused, RepBusy
from dialer.calling.join_in import supervise, transfer, transfer_to_number
from dialer.calling.suppress import suppress
from dialer.domain.words import (
    CallStatus,
    EndedBy,
    Help,
    LegRole,
    SuppressionReason,
    UserRole,
)
from dialer.models import User
from dialer.models.numbers import ensure_number
from tests.make import LI_NA, OTHER_REP_PHONE, REP_PHONE, ZHANG_WEI, make_user
from tests.world import World

BOSS_PHONE = "+862155550192"


def boss(world: World) -> int:
    world.sim.phone(BOSS_PHONE).answers_after(2)
    with world.sessions.write() as session:
        user = make_user(
            session, world.sim.now(), "chen.jie", role=UserRole.SUPERVISOR, phone=BOSS_PHONE
        )
        return user.id


def talk(world: World) -> int:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(3)
    call_id = world.click()
    world.advance(15)
    assert world.call(call_id).status is CallStatus.TALKING
    return call_id


def test_a_supervisor_who_listens_is_heard_by_nobody(world: World) -> None:
    call_id, boss_id = talk(world), boss(world)
    supervise(world.rt, call_id, boss_id, Help.LISTEN)
    world.advance(8)
    assert world.sim.hearers(BOSS_PHONE) == set()
    assert BOSS_PHONE in world.sim.hearers(ZHANG_WEI)


def test_a_whisper_is_heard_by_the_rep_alone(world: World) -> None:
    call_id, boss_id = talk(world), boss(world)
    supervise(world.rt, call_id, boss_id, Help.LISTEN)
    world.advance(8)
    supervise(world.rt, call_id, boss_id, Help.WHISPER)
    assert world.sim.hearers(BOSS_PHONE) == {REP_PHONE}


def test_a_supervisor_who_joins_is_heard_by_both(world: World) -> None:
    call_id, boss_id = talk(world), boss(world)
    supervise(world.rt, call_id, boss_id, Help.LISTEN)
    world.advance(8)
    supervise(world.rt, call_id, boss_id, Help.BARGE)
    assert world.sim.hearers(BOSS_PHONE) == {REP_PHONE, ZHANG_WEI}


def test_a_supervisor_who_leaves_ends_nothing(world: World) -> None:
    call_id, boss_id = talk(world), boss(world)
    supervise(world.rt, call_id, boss_id, Help.LISTEN)
    world.advance(8)
    supervise(world.rt, call_id, boss_id, Help.LEAVE)
    world.advance(5)
    assert world.sim.hearers(ZHANG_WEI) == {REP_PHONE}
    assert world.call(call_id).status is CallStatus.TALKING


def test_a_supervisor_is_rung_once_however_often_it_is_asked(world: World) -> None:
    call_id, boss_id = talk(world), boss(world)
    supervise(world.rt, call_id, boss_id, Help.LISTEN)
    world.advance(8)
    supervise(world.rt, call_id, boss_id, Help.LISTEN)
    world.advance(5)
    assert len(world.sim.rings(BOSS_PHONE)) == 1


def test_a_supervisor_does_not_stay_behind_when_the_call_ends(world: World) -> None:
    call_id, boss_id = talk(world), boss(world)
    supervise(world.rt, call_id, boss_id, Help.LISTEN)
    world.advance(8)
    world.hangs_up(ZHANG_WEI)
    world.advance(15)
    assert world.sim.talking() == set()


def test_a_call_that_is_over_cannot_be_listened_to(world: World) -> None:
    call_id, boss_id = talk(world), boss(world)
    hang_up(world.rt, call_id, EndedBy.REP, world.here.rep_id)
    world.advance(10)
    with pytest.raises(NotLive):
        supervise(world.rt, call_id, boss_id, Help.LISTEN)


def test_a_colleague_takes_over_when_the_rep_leaves(world: World) -> None:
    call_id = talk(world)
    world.sim.phone(OTHER_REP_PHONE).answers_after(2)
    transfer(world.rt, call_id, world.here.rep_id, world.here.other_rep_id)
    world.advance(8)
    hang_up(world.rt, call_id, EndedBy.REP, world.here.rep_id)
    world.advance(20)
    assert world.sim.hearers(ZHANG_WEI) == {OTHER_REP_PHONE}
    assert world.call(call_id).status is CallStatus.TALKING
    assert world.legs(call_id)["colleague"].role is LegRole.COLLEAGUE


def test_a_handed_on_call_ends_with_the_customer(world: World) -> None:
    call_id = talk(world)
    world.sim.phone(OTHER_REP_PHONE).answers_after(2)
    transfer(world.rt, call_id, world.here.rep_id, world.here.other_rep_id)
    world.advance(8)
    world.hangs_up(REP_PHONE)
    world.advance(10)
    world.hangs_up(ZHANG_WEI)
    world.advance(15)
    assert world.call(call_id).status is CallStatus.ENDED
    assert world.sim.talking() == set()


def test_a_customer_is_not_left_alone_with_a_colleague_who_does_not_come(world: World) -> None:
    call_id = talk(world)
    world.sim.phone(OTHER_REP_PHONE).never_answers()
    transfer(world.rt, call_id, world.here.rep_id, world.here.other_rep_id)
    world.advance(5)
    world.hangs_up(REP_PHONE)
    world.advance(60)
    assert world.sim.talking() == set()
    assert world.call(call_id).status is CallStatus.ENDED


def test_a_call_is_handed_on_by_its_rep_to_somebody_free(world: World) -> None:
    call_id = talk(world)
    with pytest.raises(NotYours):
        transfer(world.rt, call_id, world.here.other_rep_id, world.here.rep_id)
    with pytest.raises(NoPhone):
        transfer(world.rt, call_id, world.here.rep_id, world.here.rep_id)
    with world.sessions.write() as session:
        session.get_one(User, world.here.other_rep_id).paused_at = world.sim.now()
    with pytest.raises(RepBusy):
        transfer(world.rt, call_id, world.here.rep_id, world.here.other_rep_id)


def test_a_supervisor_may_come_in_whispering_at_once(world: World) -> None:
    call_id, boss_id = talk(world), boss(world)
    supervise(world.rt, call_id, boss_id, Help.WHISPER)
    world.advance(8)
    assert world.sim.hearers(BOSS_PHONE) == {REP_PHONE}


def test_a_call_is_handed_on_to_a_telephone_outside(world: World) -> None:
    call_id = talk(world)
    world.sim.phone(LI_NA).answers_after(2)
    transfer_to_number(world.rt, call_id, world.here.rep_id, "139 0013 9000")
    world.advance(8)
    hang_up(world.rt, call_id, EndedBy.REP, world.here.rep_id)
    world.advance(20)
    assert world.sim.hearers(ZHANG_WEI) == {LI_NA}


def test_a_telephone_outside_is_rung_only_if_the_gate_says_so(world: World) -> None:
    call_id = talk(world)
    with world.sessions.write() as session:
        number_id = ensure_number(session, LI_NA, world.sim.now()).id
    suppress(world.rt, number_id, SuppressionReason.OPT_OUT, "test")
    with pytest.raises(Refused):
        transfer_to_number(world.rt, call_id, world.here.rep_id, LI_NA)
    world.advance(8)
    assert world.sim.rings(LI_NA) == []
