"""What stops all new calls by itself, in all processes, and how they go on again."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from dialer.calling.budget import ask_carrier
from dialer.calling.control import set_hold
from dialer.calling.dial_task import dial_due_tasks, expire_tasks, take_up
from dialer.calling.each import for_each
from dialer.calling.errors import OnHold
from dialer.calling.place import place_leg
from dialer.calling.pulse import beat
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.domain.words import AttemptState, TaskState
from dialer.models import Attempt, Pulse
from dialer.runtime import Runtime
from tests.make import make_contact, make_task
from tests.safety.scenes import (
    after,
    change,
    dial,
    off_by,
    refusing,
    remind,
    rings,
    run,
    stopped_by,
    switch,
    task,
    the_attempt,
    with_other_clock,
)
from tests.world import World


def refused(code: int, **marks: bool) -> CarrierRefused:
    return CarrierRefused(code, permanent=True, **marks)


def test_a_refused_account_stops_everything_and_burns_no_task(world: World) -> None:
    task_id = remind(world)
    dial_due_tasks(refusing(world, refused(20003, trips_breaker=True)))
    assert stopped_by(world) == ["account"]
    run(world, "settle_tasks")
    assert task(world, task_id).state is TaskState.WAITING
    with pytest.raises(OnHold):
        world.click()
    set_hold(world.rt, False, "mended", None)
    after(world, 1, "dial_due_tasks")
    after(world, 5)
    assert rings(world) == 1


def test_a_refused_number_stops_nothing(world: World) -> None:
    remind(world)
    dial_due_tasks(refusing(world, refused(21211)))
    assert (stopped_by(world), the_attempt(world).state) == ([], AttemptState.REJECTED)


def test_a_closed_country_stops_at_the_third_destination(world: World) -> None:
    rt = refusing(world, refused(21215, closes_place=True))
    for number in range(3):
        assert stopped_by(world) == []
        with world.sessions.write() as session:
            contact = make_contact(session, world.rt.now(), None, number=f"+861370000000{number}")
            make_task(
                session, world.rt.now(), contact, purpose="reminder", mode="machine",
                ready_at=world.rt.now(), number_id=contact.numbers[0].id,
            )  # fmt: skip
        dial_due_tasks(rt)
    assert stopped_by(world) == ["account"]


def test_more_doubts_than_bad_luck_explains_stop_everything(world: World) -> None:
    attempt = dial(world)
    now = world.rt.now()
    with world.sessions.write() as session:
        session.add_all(
            Attempt(
                call_id=attempt.call_id, occurrence=f"doubt:{n}", role="rep", state="unknown",
                token=f"{n:032x}", from_number=attempt.from_number, created_at=now,
                not_before_at=now, intent_at=now,
            )
            for n in range(20)
        )  # fmt: skip
    assert stopped_by(world) == []
    with world.sessions.write() as session:
        session.execute(
            sa.update(Attempt)
            .where(Attempt.id == attempt.id)
            .values(state=AttemptState.DIALING, intent_at=now - timedelta(seconds=61))
        )
    run(world, "abandon_intents")
    assert stopped_by(world) == ["doubts"]
    assert "21 calls" in switch(world, "doubts").reason


@pytest.mark.parametrize("seconds", [-31, 31, 3600])
def test_a_clock_that_differs_from_the_carriers_stops_until_two_sane_looks(
    world: World, seconds: float
) -> None:
    beat(with_other_clock(world, off_by(world, seconds)))
    assert stopped_by(world) == ["clock"]
    beat(world.rt)
    assert stopped_by(world) == ["clock"]
    beat(world.rt)
    assert stopped_by(world) == []


@pytest.mark.parametrize("seconds", [-29, 0, 29])
def test_a_small_difference_is_nothing(world: World, seconds: float) -> None:
    beat(with_other_clock(world, off_by(world, seconds)))
    assert stopped_by(world) == []


def test_a_clock_that_cannot_be_asked_says_nothing(world: World) -> None:
    def away() -> None:
        raise CarrierUncertain("no answer")

    beat(with_other_clock(world, away))
    assert stopped_by(world) == []


def test_a_clock_that_goes_back_sends_nothing_even_before_anybody_looks(world: World) -> None:
    beat(world.rt)
    back = replace(world.rt, now=lambda: world.sim.now() - timedelta(seconds=6))
    attempt_id = take_up(world.rt, remind(world))
    assert attempt_id is not None
    change(world, not_before_at=world.rt.now() - timedelta(minutes=1))
    assert not place_leg(back, attempt_id, "clock")
    assert the_attempt(world).state is AttemptState.PLANNED
    beat(back)
    assert stopped_by(world) == ["clock"]


def test_a_sane_clock_does_not_end_a_hold_of_peoples(world: World) -> None:
    set_hold(world.rt, True, "fire drill", None)
    beat(with_other_clock(world, off_by(world, 99)))
    beat(world.rt)
    beat(world.rt)
    assert stopped_by(world) == ["hold"]


def test_what_stops_calls_is_shown_to_operators(world: World) -> None:
    beat(with_other_clock(world, off_by(world, 99)))
    browser = world.app.test_client()
    assert browser.get("/readyz").text == "ready\nheld: clock\n"
    metrics = browser.get("/metrics").text
    assert 'dialer_switch_on{switch="clock"} 1.0' in metrics
    assert 'dialer_incidents_unseen{kind="stopped"} 1.0' in metrics


def test_a_breaker_is_thrown_once_however_many_throw_it(world: World) -> None:
    beat(with_other_clock(world, off_by(world, 99)))
    first = switch(world, "clock").changed_at
    after(world, 5)
    beat(with_other_clock(world, off_by(world, 98)))
    assert switch(world, "clock").changed_at == first


def test_each_beat_counts(world: World) -> None:
    beat(world.rt)
    beat(world.rt)
    with world.sessions.read() as session:
        assert session.get_one(Pulse, 1).beats == 2


def test_one_of_many_that_fails_keeps_nobody_back_and_is_shown(world: World) -> None:
    done: list[int] = []

    def do(item: int) -> int:
        if item == 1:
            raise ZeroDivisionError
        done.append(item)
        return 1

    with pytest.raises(ZeroDivisionError):
        for_each([1, 2, 3], do)
    assert done == [2, 3]


def ahead(world: World) -> Runtime:
    """A machine whose clock is a day ahead of the database's and everybody's."""
    day = timedelta(days=1)
    clocks = {"the database": world.sim.now}
    return replace(world.rt, now=lambda: world.sim.now() + day, other_clocks=clocks)


def test_a_machine_a_day_ahead_places_nothing_and_poisons_nobody(world: World) -> None:
    wrong = ahead(world)
    remind(world)
    beat(world.rt)
    assert dial_due_tasks(wrong) == 0
    beat(wrong)
    assert stopped_by(world) == ["clock"]
    assert ask_carrier(wrong, lambda: "an answer") == "an answer"
    beat(world.rt)
    beat(world.rt)
    assert stopped_by(world) == []
    assert ask_carrier(world.rt, lambda: "an answer") == "an answer"
    assert dial_due_tasks(world.rt) == 1


def test_instants_that_a_wrong_clock_left_behind_hold_nothing_up(world: World) -> None:
    world.sim.network.drop_before(kind="POST", times=1)
    dial(world)
    change(world, check_at=world.rt.now() + timedelta(days=1))
    run(world, "resolve_doubts")
    assert the_attempt(world).misses == 1
    change(world, state=AttemptState.DIALING, intent_at=world.rt.now() + timedelta(days=1))
    run(world, "abandon_intents")
    assert the_attempt(world).state is AttemptState.UNKNOWN


def test_a_machine_whose_clock_is_wrong_lets_no_task_expire(world: World) -> None:
    task_id = remind(world, not_after_at=world.rt.now() + timedelta(hours=2))
    beat(world.rt)
    expire_tasks(ahead(world))
    assert task(world, task_id).state is TaskState.WAITING
