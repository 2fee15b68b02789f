"""The floor at one instant."""

from datetime import timedelta

import pytest

from dialer.calling.control import hold_call, set_hold
from dialer.calling.join_in import supervise
from dialer.calling.pause import pause
from dialer.calling.wrap_up import WrapUp, wrap_up
from dialer.domain.stats import Need
from dialer.domain.words import (
    Disposition,
    Help,
    PauseReason,
    Purpose,
    TaskState,
    UserRole,
)
from dialer.models import Call, Contact, User
from dialer.models.board import Scope
from tests.floor.looking import look, tile_of
from tests.make import REP_PHONE, ZHANG_WEI, make_task, make_team, make_user
from tests.web.logged import log_call
from tests.world import World

BOSS_PHONE = "+862155550192"


def talk(world: World, seconds: int = 20) -> int:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(5)
    call_id = world.click()
    world.advance(seconds)
    return call_id


def state(world: World) -> str:
    return tile_of(world, world.here.rep_id).state


def test_a_tile_goes_through_the_life_of_a_call(world: World) -> None:
    world.sim.phone(REP_PHONE).answers_after(3).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(6).hangs_up_after(10)
    seen = [state(world)]
    call_id = world.click()
    for _ in range(60):
        world.advance(0.5)
        seen += [state(world)] if state(world) != seen[-1] else []
    assert [one for one in seen if one != "placing"] == [
        "free", "rep_ringing", "customer_ringing", "talking", "wrap_up",
    ]  # fmt: skip
    wrap_up(world.rt, call_id, WrapUp(user_id=world.here.rep_id, disposition=Disposition.SAID))
    assert state(world) == "free"


def test_a_tile_says_with_whom_why_and_since_when(world: World) -> None:
    call_id = talk(world)
    tile = tile_of(world, world.here.rep_id)
    assert tile.call is not None
    assert (tile.call.who, tile.call.account, tile.call.purpose) == (
        "张伟", "华东机械", Purpose.FOLLOW_UP,
    )  # fmt: skip
    assert tile.call.point == "三年保修，今晚签约送安装"
    assert tile.since == world.call(call_id).answered_at


def test_a_number_without_a_name_is_masked(world: World) -> None:
    world.sim.phone(REP_PHONE).answers_after(2)
    world.click(contact_id=None, to=ZHANG_WEI)
    call = tile_of(world, world.here.rep_id).call
    assert call is not None
    assert call.who == "+86*******8000"


def test_a_customer_on_hold_is_shown_so(world: World) -> None:
    call_id = talk(world)
    hold_call(world.rt, call_id, True, world.here.rep_id)
    world.advance(1)
    assert state(world) == "held"


def test_whoever_talks_too_long_stands_first(world: World) -> None:
    talk(world)
    world.skip(6 * 60)
    first = look(world).tiles[0]
    assert (first.rep_id, first.need) == (world.here.rep_id, Need.OVER)


def test_a_pause_is_shown_and_stands_last(world: World) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).paused_at = world.rt.now()
    last = look(world).tiles[-1]
    assert (last.rep_id, last.state) == (world.here.rep_id, "paused")


def test_a_team_sees_its_own_floor_alone(world: World) -> None:
    talk(world)
    with world.sessions.write() as session:
        west = make_team(session, "West").id
    assert look(world, Scope(team_id=west)).tiles == []
    assert look(world, Scope(team_id=west)).today.all.placed == 0
    assert len(look(world, Scope(team_id=None)).tiles) == 2


def test_counters_begin_anew_at_the_companys_midnight(world: World) -> None:
    log_call(world)
    assert look(world).today.all.placed == 1
    world.skip(14 * 3600 - 1)
    assert look(world).today.all.placed == 1
    world.skip(1)
    assert (look(world).today.all.placed, str(look(world).today.on)) == (0, "2026-03-03")


def test_figures_stand_by_rep_purpose_and_hour(world: World) -> None:
    log_call(world, talk_seconds=380, purpose=Purpose.CLOSING)
    log_call(world, talk_seconds=120, rep_id=world.here.other_rep_id)
    today = look(world).today
    by_rep = {row.rep_id: row.figures.over_six for row in today.reps}
    assert by_rep == {world.here.rep_id: 1, world.here.other_rep_id: 0}
    assert {row.purpose: row.figures.placed for row in today.purposes} == {
        Purpose.CLOSING: 1, Purpose.FOLLOW_UP: 1,
    }  # fmt: skip
    assert [hour for hour, figures in enumerate(today.hours) if figures.placed] == [10]


def test_the_closing_hour_counts_its_calls(world: World) -> None:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        for task_state, held_by in (
            (TaskState.DONE, None), (TaskState.WAITING, "law_hours:cn"),
            (TaskState.WAITING, None), (TaskState.CANCELLED, None),
        ):  # fmt: skip
            make_task(session, world.rt.now(), contact, owner_id=world.here.rep_id,
                      purpose=Purpose.CLOSING, state=task_state, held_by=held_by,
                      due_at=world.rt.now() + timedelta(hours=10))  # fmt: skip
    closing = look(world).closing
    assert closing is not None
    assert (closing.planned, closing.done, closing.held_back) == (3, 1, 1)
    assert closing.opens_at - world.rt.now() == timedelta(hours=10)
    assert closing.closes_at - closing.opens_at == timedelta(hours=1)


@pytest.mark.parametrize("on", [True, False])
def test_the_kill_switch_is_shown_with_its_reason(world: World, on: bool) -> None:
    set_hold(world.rt, on, "fire drill", world.here.rep_id)
    hold = look(world).hold
    assert (hold.on, hold.reason) == (on, "fire drill" if on else "")


def test_a_call_that_may_have_rung_waits_for_a_person(world: World) -> None:
    world.sim.network.drop_before(kind="Participants.json", times=1)
    call_id = talk(world, 60)
    (doubt,) = look(world).doubts
    assert (doubt.call.call_id, doubt.is_open) == (call_id, True)
    world.advance(20 * 60)
    assert [one.is_open for one in look(world).doubts] == [False]


def test_a_call_of_yesterday_that_still_lives_is_on_the_floor(world: World) -> None:
    call_id = talk(world)
    with world.sessions.write() as session:
        session.get_one(Call, call_id).created_at = world.rt.now() - timedelta(days=1)
    assert state(world) == "talking"
    assert look(world).today.all.placed == 0


def test_a_pause_says_why_and_ends_with_the_next_call(world: World) -> None:
    pause(world.rt, world.here.rep_id, PauseReason.MEAL)
    tile = tile_of(world, world.here.rep_id)
    assert (tile.state, tile.pause_reason) == ("paused", PauseReason.MEAL)
    world.click()
    assert (state(world), world.user(world.here.rep_id).paused_at) == ("placing", None)


def test_a_pause_that_is_asked_for_during_a_call_begins_after_it(world: World) -> None:
    talk(world)
    pause(world.rt, world.here.rep_id, PauseReason.BREAK)
    tile = tile_of(world, world.here.rep_id)
    assert (tile.state, tile.pause_reason) == ("talking", PauseReason.BREAK)


def test_a_tile_names_the_supervisor_who_listens_and_how(world: World) -> None:
    call_id = talk(world)
    world.sim.phone(BOSS_PHONE).answers_after(3)
    with world.sessions.write() as session:
        boss = make_user(session, world.rt.now(), "chen.jie", full_name="Chen Jie",
                         role=UserRole.SUPERVISOR, phone=BOSS_PHONE)  # fmt: skip
        boss_id = boss.id
    supervise(world.rt, call_id, boss_id, Help.LISTEN)
    (helper,) = tile_of(world, world.here.rep_id).helpers
    assert (helper.name, helper.is_in) == ("Chen Jie", False)
    world.advance(8)
    supervise(world.rt, call_id, boss_id, Help.WHISPER)
    (helper,) = tile_of(world, world.here.rep_id).helpers
    assert (helper.how, helper.is_in) == (Help.WHISPER, True)
    supervise(world.rt, call_id, boss_id, Help.LEAVE)
    world.advance(3)
    assert tile_of(world, world.here.rep_id).helpers == []
