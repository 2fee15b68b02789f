"""Troubles between the client and the carrier: what the client sees, and what really happened."""

from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from dialer.simulator.network import Mood
from tests.simulator.listening import CUSTOMER, ring, stage
from tests.wire import Simulation


def place(sim: Simulation) -> Any:
    return sim.client(timeout=10).calls.create(
        to=CUSTOMER, from_=sim.caller_id, twiml="<Response/>"
    )


@pytest.mark.parametrize(
    ("mood", "status", "rings"),
    [("throttle", 429, 0), ("suspend", 401, 0), ("fail_before", 500, 0), ("fail_after", 500, 1)],
)
def test_an_error_says_nothing_certain_about_the_call(mood: str, status: int, rings: int) -> None:
    sim = Simulation()
    getattr(sim.network, mood)(times=1)
    with pytest.raises(TwilioRestException) as caught:
        place(sim)
    sim.advance(60)
    assert caught.value.status == status
    assert len(sim.rings(CUSTOMER)) == rings


@pytest.mark.parametrize(("mood", "rings"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_is_a_broken_protocol(mood: str, rings: int) -> None:
    sim = Simulation()
    getattr(sim.network, mood)(times=1)
    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        place(sim)
    sim.advance(60)
    assert isinstance(caught.value.args[0], ProtocolError)
    assert len(sim.rings(CUSTOMER)) == rings


def test_a_refused_connection_is_provably_not_sent() -> None:
    sim = Simulation()
    sim.network.refuse(times=1)
    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        place(sim)
    cause = caught.value.args[0]
    assert isinstance(cause, MaxRetryError)
    assert isinstance(cause.reason, NewConnectionError)
    assert sim.accepted() == []


def test_a_request_that_is_done_twice_is_told_of_once() -> None:
    sim = Simulation(calls_per_second=5)
    sim.network.double(times=1)
    told = place(sim).sid
    sim.advance(60)
    assert {ring.call_sid for ring in sim.rings()} - {told} <= sim.witness.doubled
    assert len(sim.calls) == 2


def test_a_call_may_be_accepted_long_after_its_connection_was_dropped() -> None:
    sim = Simulation()
    sim.network.accept_late(times=1, seconds=90)
    with pytest.raises(requests.exceptions.ConnectionError):
        place(sim)
    sim.advance(60)
    assert sim.rings(CUSTOMER) == []
    sim.advance(60)
    assert len(sim.rings(CUSTOMER)) == 1


def test_a_broken_body_hides_a_call_that_was_placed() -> None:
    sim = Simulation()
    sim.network.break_body(times=1)
    with pytest.raises((TwilioException, ValueError)):
        place(sim)
    assert len(sim.accepted("Calls")) == 1


def test_callbacks_may_come_before_a_slow_answer() -> None:
    sim, app, client = stage(voice="<Hangup/>")
    sim.network.slow(times=1, seconds=5)
    call = ring(sim, client)
    assert [told["CallSid"] for told in sim.told()][:2] == [call.sid, call.sid]
    assert app.asked_at("/status")


def test_whoever_waits_too_long_learns_nothing() -> None:
    sim = Simulation()
    sim.network.slow(times=1, seconds=30)
    before = sim.now()
    with pytest.raises(requests.exceptions.ReadTimeout):
        place(sim)
    assert (sim.now() - before).total_seconds() == 10
    assert len(sim.rings(CUSTOMER)) == 1


def test_listings_lag_behind() -> None:
    sim, _, client = stage(voice="<Pause length='600'/>")
    sim.network.lag(seconds=20)
    ring(sim, client)
    assert client.calls.list() == []
    sim.advance(21)
    assert len(client.calls.list()) == 1


def test_moods_strike_where_and_as_often_as_told() -> None:
    sim = Simulation()
    sim.network.throttle(kind="Participants")
    place(sim)
    sim.network.throttle(kind="POST", times=1)
    with pytest.raises(TwilioRestException):
        place(sim)
    place(sim)
    sim.network.throttle()
    sim.network.calm()
    place(sim)
    assert len(sim.accepted("Calls")) == 3


def test_one_mood_ends_and_the_others_go_on() -> None:
    sim = Simulation()
    busy, broken = Mood(effect="throttle", kind="GET"), Mood(effect="throttle", kind="POST")
    sim.network.add(busy)
    sim.network.add(broken)
    sim.network.end(broken)
    place(sim)
    with pytest.raises(TwilioException):
        sim.client().calls.list()
    assert sim.network.met == {busy: 1}
