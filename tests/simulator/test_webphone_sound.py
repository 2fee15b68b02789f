"""Who hears whom, as sound: tones are put into mouths and looked for in ears."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.simulator.manners import Manner
from dialer.simulator.webphone import pcmu
from dialer.simulator.webphone.pcmu import LOUDEST, RATE
from tests.simulator.webphones import Bench, Browser, a_bench

CUSTOMER, OTHER = "+8613800138000", "+8613900139000"
SAMPLES = st.lists(st.integers(-LOUDEST, LOUDEST), min_size=20, max_size=20)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with a_bench() as bench:
        yield bench


def talks_like(bench: Bench, number: str, sound: str) -> None:
    bench.sim.phone(number).behaves(Manner(after=1, sound=sound))


def in_the_room(bench: Bench) -> str:
    """A browser sits in a room; its call's SID."""
    alice = Browser(bench).registers()
    sid = bench.rings()
    alice.answers()
    bench.sim.advance(1)
    return sid


def ear(bench: Bench, address: str, hertz: float) -> float:
    call = bench.sim.call_at(address)
    return pcmu.tone_in(bench.mixer.ear_of(call), hertz) if call else -1.0


@given(samples=SAMPLES)
def test_telephone_sound_is_nearly_what_went_in(samples: list[int]) -> None:
    heard = pcmu.decode(pcmu.encode(samples))
    assert all(abs(a - b) <= max(16, abs(a) // 16) for a, b in zip(samples, heard, strict=True))


@given(one=SAMPLES, other=SAMPLES)
def test_a_mix_never_overflows(one: list[int], other: list[int]) -> None:
    assert max(map(abs, pcmu.mix([one, other]))) <= LOUDEST


def test_a_tone_is_found_where_it_is_and_nowhere_else() -> None:
    samples = [round(LOUDEST / 2 * (n % 20 < 10) * 2 - LOUDEST / 2) for n in range(RATE // 2)]
    assert pcmu.tone_in(samples, 400) > 0.5
    assert pcmu.tone_in(samples, 660) < 0.05


def test_a_browser_hears_the_customer(bench: Bench) -> None:
    in_the_room(bench)
    talks_like(bench, CUSTOMER, "tone:600")
    bench.joins(CUSTOMER)
    bench.sounds(1)
    assert ear(bench, "client:alice", 600) > 0.2
    assert ear(bench, CUSTOMER, 600) < 0.01


def test_a_browser_hears_that_the_customer_is_rung(bench: Bench) -> None:
    in_the_room(bench)
    bench.sim.phone(CUSTOMER).is_person()
    bench.joins(CUSTOMER, early_media=True)
    bench.sounds(0.8)
    assert ear(bench, "client:alice", 450) > 0.2


def test_nobody_hears_one_who_is_on_hold_or_muted(bench: Bench) -> None:
    in_the_room(bench)
    for number, sound in ((CUSTOMER, "tone:600"), (OTHER, "tone:900")):
        talks_like(bench, number, sound)
    held = bench.joins(CUSTOMER)
    bench.joins(OTHER, muted=True)
    bench.sim.client().conferences("room").participants(held).update(hold=True)
    bench.sounds(1)
    assert ear(bench, "client:alice", 600) < 0.01
    assert ear(bench, "client:alice", 900) < 0.01


@pytest.mark.parametrize(("coaches", "customer_hears"), [(True, False), (False, True)])
def test_a_whisper_is_for_one_ear(bench: Bench, coaches: bool, customer_hears: bool) -> None:
    sid = in_the_room(bench)
    talks_like(bench, CUSTOMER, "silence")
    talks_like(bench, OTHER, "tone:900")
    bench.joins(CUSTOMER)
    wishes = {"coaching": True, "call_sid_to_coach": sid} if coaches else {}
    bench.joins(OTHER, **wishes)
    bench.sounds(1)
    assert ear(bench, "client:alice", 900) > 0.2
    assert (ear(bench, CUSTOMER, 900) > 0.2) is customer_hears


def test_an_echo_says_what_it_heard(bench: Bench) -> None:
    in_the_room(bench)
    talks_like(bench, CUSTOMER, "echo")
    talks_like(bench, OTHER, "tone:900")
    bench.joins(CUSTOMER)
    muted = bench.joins(OTHER, muted=True)
    bench.sounds(1)
    assert ear(bench, "client:alice", 900) < 0.01
    bench.sim.client().conferences("room").participants(muted).update(muted=False)
    bench.sounds(2)
    assert ear(bench, "client:alice", 900) > 0.3


def test_people_speak_in_sentences_with_pauses(bench: Bench) -> None:
    in_the_room(bench)
    talks_like(bench, CUSTOMER, "speech")
    bench.joins(CUSTOMER)
    loud = []
    for _ in range(20):
        bench.sounds(0.5)
        call = bench.sim.call_at("client:alice")
        assert call
        loud.append(pcmu.loudness(bench.mixer.ear_of(call)) > 0.01)
    assert 3 <= sum(loud) <= 18


def test_a_prompt_is_heard_and_a_key_stops_it(bench: Bench) -> None:
    alice = Browser(bench).registers()
    sid = bench.rings()
    alice.answers()
    call = bench.sim.calls[sid]
    bench.mixer.play(call, "say", "您好，这里是一个很长的提示", 8)
    bench.sounds(1)
    assert pcmu.loudness(bench.mixer.ear_of(call)) > 0.01
    alice.sends("dtmf", callsid=sid, dtmf="1")
    bench.sounds(1)
    assert pcmu.loudness(bench.mixer.ear_of(call)) == 0
