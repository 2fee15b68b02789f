"""Whatever the network does to the callbacks, the call is placed once and logged rightly."""

import pytest

from dialer.domain.words import AttemptState, CallStatus, Outcome
from tests.make import REP_PHONE, ZHANG_WEI
from tests.world import World

MINUTES = 60


def talk_for_a_minute(world: World) -> int:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(5).hangs_up_after(60)
    return world.click()


def let_minutes_pass(world: World, minutes: int) -> None:
    for _ in range(minutes):
        world.skip(MINUTES)


def assert_one_talk(world: World, call_id: int) -> None:
    call, legs = world.call(call_id), world.legs(call_id)
    assert (call.status, call.outcome) == (CallStatus.ENDED, Outcome.TALKED)
    assert abs(legs["customer"].talk_seconds - 60) <= 1
    assert {a.state for a in world.attempts(call_id).values()} == {AttemptState.DONE}
    assert len(world.sim.rings(REP_PHONE)) == len(world.sim.rings(ZHANG_WEI)) == 1


@pytest.mark.parametrize("kind", ["status", "conference", "amd", "recording"])
def test_every_callback_of_a_kind_is_lost(world: World, kind: str) -> None:
    world.sim.network.lose(kind=kind)
    call_id = talk_for_a_minute(world)
    world.advance(3 * MINUTES)
    assert_one_talk(world, call_id)


@pytest.mark.parametrize("kind", ["status", "conference", "voice"])
def test_every_callback_of_a_kind_comes_twice(world: World, kind: str) -> None:
    world.sim.network.duplicate(kind=kind, seconds=3)
    call_id = talk_for_a_minute(world)
    world.advance(3 * MINUTES)
    assert_one_talk(world, call_id)


@pytest.mark.parametrize("seconds", [4, 30])
def test_callbacks_overtake_each_other(world: World, seconds: float) -> None:
    world.sim.network.shuffle(kind="status", seconds=seconds)
    world.sim.network.shuffle(kind="conference", seconds=seconds)
    call_id = talk_for_a_minute(world)
    world.advance(3 * MINUTES)
    assert_one_talk(world, call_id)


def test_forged_callbacks_change_nothing(world: World) -> None:
    world.sim.network.forge(kind="status")
    world.sim.network.forge(kind="conference")
    call_id = talk_for_a_minute(world)
    world.advance(3 * MINUTES)
    assert_one_talk(world, call_id)
    assert {event.source for event in world.events(call_id)} <= {"product", "voice", "poll", "amd"}


@pytest.mark.parametrize("path", ["Calls.json", "Participants.json"])
@pytest.mark.parametrize("effect", ["fail_after", "drop_after", "break_body"])
def test_an_accepted_call_whose_answer_was_lost_is_found_and_never_sent_again(
    world: World, effect: str, path: str
) -> None:
    getattr(world.sim.network, effect)(kind=path, times=1)
    call_id = talk_for_a_minute(world)
    world.advance(3 * MINUTES)
    assert_one_talk(world, call_id)


@pytest.mark.parametrize("path", ["Calls.json", "Participants.json"])
@pytest.mark.parametrize("effect", ["throttle", "refuse"])
def test_a_request_that_provably_never_arrived_is_sent_again(
    world: World, effect: str, path: str
) -> None:
    getattr(world.sim.network, effect)(kind=f"POST {path}", times=2)
    getattr(world.sim.network, effect)(kind=path, times=2)
    call_id = talk_for_a_minute(world)
    world.advance(3 * MINUTES)
    assert_one_talk(world, call_id)


@pytest.mark.parametrize("effect", ["fail_before", "drop_before"])
def test_a_doubtful_call_to_the_customer_is_never_sent_again(world: World, effect: str) -> None:
    getattr(world.sim.network, effect)(kind="Participants.json", times=1)
    call_id = talk_for_a_minute(world)
    world.advance(30)
    assert world.call(call_id).status is CallStatus.UNCERTAIN
    let_minutes_pass(world, 20)
    assert world.sim.rings(ZHANG_WEI) == []
    assert world.call(call_id).outcome is Outcome.UNKNOWN
    assert world.attempts(call_id)["customer"].state is AttemptState.CLOSED_UNKNOWN


def test_a_call_accepted_late_is_still_one_call(world: World) -> None:
    world.sim.network.accept_late(kind="Participants.json", times=1, seconds=40)
    call_id = talk_for_a_minute(world)
    world.advance(2 * MINUTES)
    let_minutes_pass(world, 20)
    assert len(world.sim.rings(ZHANG_WEI)) <= 1
    assert world.call(call_id).status is CallStatus.ENDED
