"""The carrier's room and the simulated Twilio understand each other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.carrier.port import CarrierRefused, CarrierUncertain, RoomDial
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.words import LegStatus
from tests.carrier.wires import ACCOUNT, BASE, DIAL, KEY, settings
from tests.wire import Simulation, Wire

ROOM = (
    f'<Response><Dial><Conference statusCallback="{BASE}/c" waitUrl="">room-1</Conference>'
    "</Dial></Response>"
)


def simulation() -> tuple[Simulation, TwilioCarrier]:
    sim = Simulation(
        account_sid=ACCOUNT, auth_token=KEY, caller_ids=(DIAL.from_number,), calls_per_second=5.0
    )
    return sim, TwilioCarrier(settings(), http=Wire(sim))


def rep_in_room(sim: Simulation) -> None:
    sim.phone("+862155550190").answers_after(1)
    sim.client().calls.create(to="+862155550190", from_=DIAL.from_number, twiml=ROOM)
    sim.advance(5)


def test_a_call_is_placed_and_found_alive_and_hung_up() -> None:
    sim, carrier = simulation()
    sim.phone(DIAL.address).never_answers()
    sid = carrier.place(DIAL).carrier_sid
    sim.advance(3)
    assert [call.carrier_sid for call in carrier.list_calls(live_only=True)] == [sid]
    carrier.hang_up(sid)
    assert carrier.fetch(sid).status.is_final
    carrier.hang_up(sid)
    assert carrier.list_calls(live_only=True) == []


def test_a_queued_call_is_listed_and_hung_up() -> None:
    sim, carrier = simulation()
    placed = [carrier.place(replace(DIAL, address=f"+861380013800{n}")) for n in range(9)]
    queued = placed[-1]
    assert queued.queue_ms > 0
    assert carrier.fetch(queued.carrier_sid).status is LegStatus.QUEUED
    listed = carrier.list_calls(to="+8613800138008", since=sim.now() - timedelta(minutes=1))
    assert [call.carrier_sid for call in listed] == [queued.carrier_sid]
    carrier.hang_up(queued.carrier_sid)
    assert carrier.fetch(queued.carrier_sid).status is LegStatus.CANCELED


def test_a_customer_is_added_to_the_room_and_held() -> None:
    sim, carrier = simulation()
    rep_in_room(sim)
    room_sid = carrier.find_room("room-1")
    assert room_sid
    sim.phone(DIAL.address).answers_after(2)
    wish = RoomDial(dial=DIAL, room_sid=room_sid, label="customer", room_token="f" * 32)
    sid = carrier.add_to_room(wish).carrier_sid
    sim.advance(5)
    assert sim.talking() == {"+862155550190", DIAL.address}
    assert len(sim.hearers(DIAL.address)) == 1
    carrier.hold(room_sid, sid, on=True)
    assert sim.hearers(DIAL.address) == set()
    carrier.hold(room_sid, sid, on=False)
    assert len(sim.hearers(DIAL.address)) == 1


def test_a_room_that_is_gone_is_no_room() -> None:
    sim, carrier = simulation()
    wish = RoomDial(dial=DIAL, room_sid="CF" + "0" * 32, label="customer", room_token="f" * 32)
    with pytest.raises(CarrierRefused) as caught:
        carrier.add_to_room(wish)
    assert caught.value.permanent
    assert carrier.find_room("room-1") is None
    assert sim.rings(DIAL.address) == []


@pytest.mark.parametrize("mood", ["fail_before", "fail_after", "drop_before", "drop_after"])
def test_an_answer_that_is_lost_is_uncertain(mood: str) -> None:
    sim, carrier = simulation()
    getattr(sim.network, mood)(times=1)
    with pytest.raises(CarrierUncertain):
        carrier.place(DIAL)
    assert len(sim.accepted("Calls")) == mood.endswith("after")


@pytest.mark.parametrize("mood", ["throttle", "refuse"])
def test_what_was_surely_not_taken_may_go_again(mood: str) -> None:
    sim, carrier = simulation()
    getattr(sim.network, mood)(times=1)
    with pytest.raises(CarrierRefused) as caught:
        carrier.place(DIAL)
    assert not caught.value.permanent
    assert sim.accepted("Calls") == []
    assert carrier.place(DIAL).carrier_sid
