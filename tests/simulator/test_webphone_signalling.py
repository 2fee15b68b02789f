"""Browsers at the switchboard: who may register, what rings, and what becomes of lost sockets."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.simulator.network import Mood
from tests.simulator.webphones import ANSWER, Bench, Browser, a_bench, token_of


@pytest.fixture
def bench() -> Iterator[Bench]:
    with a_bench() as bench:
        yield bench


def test_a_good_token_registers(bench: Bench) -> None:
    alice = Browser(bench).registers()
    assert alice.last("connected")["token"] == {"identity": "alice", "ttl": 600}
    assert alice.got("ready") == [{}]


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        ({"secret": "somebody-elses-secret"}, 31204),
        ({"sub": "AC" + "9" * 32}, 31201),
        ({"iss": "SK" + "9" * 32}, 31201),
        ({"exp": 1}, 31205),
        ({"exp": 2**32}, 31207),
        ({"nbf": 2**32}, 31204),
        ({"grants": {}}, 31204),
        ({"grants": {"identity": "x" * 257}}, 31204),
    ],
)
def test_a_spoiled_token_is_refused_with_its_code(
    bench: Bench, spoiled: dict[str, Any], code: int
) -> None:
    alice = Browser(bench).sends("listen", token=token_of(bench.sim, **spoiled))
    assert alice.code() == code
    assert alice.sends("register", media={"audio": True}).got("ready") == []


@given(token=st.one_of(st.none(), st.integers(), st.text(), st.text(alphabet="eyJ.aA0-_=")))
def test_no_nonsense_is_a_token(token: object) -> None:
    with a_bench() as bench:
        assert Browser(bench).sends("listen", token=token).code() == 31204


@given(text=st.one_of(st.text(), st.from_regex(r'\{"type":"[a-z]+","payload":(\[\]|\{\}|1)\}')))
def test_no_frame_of_a_stranger_does_anything(text: str) -> None:
    with a_bench() as bench:
        stranger = Browser(bench)
        bench.board.receive(stranger.tab, text)
        assert {frame["type"] for frame in stranger.frames} <= {"error"}


def test_a_connection_keeps_its_identity(bench: Bench) -> None:
    alice = Browser(bench).registers()
    assert alice.sends("listen", token=token_of(bench.sim, "mallory")).code() == 31202


def test_a_token_that_may_not_be_called_does_not_register(bench: Bench) -> None:
    grants = {"identity": "alice", "voice": {}}
    alice = Browser(bench).sends("listen", token=token_of(bench.sim, grants=grants))
    alice.sends("register", media={"audio": True})
    assert (alice.got("ready"), len(alice.got("error"))) == ([], 1)


def test_a_token_that_expires_ends_the_registration_and_a_new_one_begins_it(bench: Bench) -> None:
    alice = Browser(bench).registers()
    bench.sim.advance(601)
    assert (alice.code(), alice.got("offline")) == (31205, [{}])
    assert bench.status(bench.rings()) == "failed"
    alice.registers()
    assert bench.status(bench.rings()) == "ringing"


def test_a_phone_that_nobody_registered_does_not_exist(bench: Bench) -> None:
    Browser(bench).registers().sends("register", media={"audio": False})
    assert bench.status(bench.rings()) == "failed"


def test_one_tab_answers_and_the_others_stop_ringing(bench: Bench) -> None:
    first, second = Browser(bench).registers(), Browser(bench).registers()
    sid = bench.rings()
    second.answers()
    bench.sim.advance(1)
    assert first.got("cancel") == [{"callsid": sid}]
    assert (second.got("cancel"), bench.status(sid)) == ([], "in-progress")
    assert first.answers().last("hangup") == {"callsid": sid}


def test_a_refusal_at_one_tab_is_the_phones(bench: Bench) -> None:
    first, second = Browser(bench).registers(), Browser(bench).registers()
    sid = bench.rings()
    first.sends("reject", callsid=sid)
    assert (bench.status(sid), second.got("cancel")) == ("busy", [{"callsid": sid}])


def test_a_call_that_nobody_takes_is_cancelled(bench: Bench) -> None:
    alice = Browser(bench).registers()
    sid = bench.rings(timeout=20)
    bench.sim.advance(30)
    assert (bench.status(sid), alice.got("cancel")) == ("no-answer", [{"callsid": sid}])


def test_each_side_may_hang_up(bench: Bench) -> None:
    alice = Browser(bench).registers()
    ours, theirs = bench.rings(), ""
    alice.answers()
    bench.sim.client().calls(ours).update(status="completed")
    assert alice.last("hangup") == {"callsid": ours}
    theirs = bench.rings()
    alice.answers().sends("hangup", callsid=theirs)
    assert (bench.status(theirs), len(alice.got("hangup"))) == ("completed", 1)


def test_keys_sent_as_frames_arrive(bench: Bench) -> None:
    alice = Browser(bench).registers()
    sid = bench.rings()
    alice.answers().sends("dtmf", callsid=sid, dtmf="12#")
    bench.sim.advance(2)
    assert bench.sim.keys("client:alice") == "12#"


def test_a_browser_comes_back_to_its_call(bench: Bench) -> None:
    alice = Browser(bench).registers()
    sid = bench.rings()
    alice.answers().breaks_off()
    bench.sim.advance(5)
    again = Browser(bench).sends("listen", token=token_of(bench.sim))
    token = alice.last("invite")["reconnect"]
    for _ in range(2):
        again.sends("invite", callsid=sid, sdp="", reconnect=token, twilio={})
    assert again.got("answer") == [{"callsid": sid, "reconnect": token}] * 2
    bench.sim.advance(60)
    assert bench.status(sid) == "in-progress"


@pytest.mark.parametrize(("identity", "token"), [("mallory", None), ("alice", "guessed")])
def test_nobody_else_comes_back_to_it(bench: Bench, identity: str, token: str | None) -> None:
    alice = Browser(bench).registers()
    sid = bench.rings()
    alice.answers().breaks_off()
    thief = Browser(bench).sends("listen", token=token_of(bench.sim, identity))
    given = token or alice.last("invite")["reconnect"]
    thief.sends("invite", callsid=sid, sdp="", reconnect=given, twilio={})
    assert (thief.last("hangup")["error"]["code"], thief.got("answer")) == (31404, [])


def test_a_browser_that_does_not_come_back_loses_its_call(bench: Bench) -> None:
    alice = Browser(bench).registers()
    sid = bench.rings()
    alice.answers().breaks_off()
    bench.sim.advance(14)
    assert bench.status(sid) == "in-progress"
    bench.sim.advance(2)
    assert bench.status(sid) == "completed"


def test_a_browser_that_also_fell_silent_loses_it_within_seconds(bench: Bench) -> None:
    alice = Browser(bench).registers()
    sid = bench.rings()
    alice.answers()
    bench.sim.advance(1)
    alice.breaks_off()
    bench.sounds(4)
    bench.sim.advance(4)
    assert bench.status(sid) == "completed"


def test_the_line_shows_that_it_lives(bench: Bench) -> None:
    alice = Browser(bench).registers()
    bench.sim.advance(60)
    assert alice.beats >= 60 / 15


def test_a_stranger_is_let_go(bench: Bench) -> None:
    stranger = Browser(bench)
    bench.sim.advance(11)
    assert not stranger.is_open


def test_a_call_from_a_browser_asks_the_application(bench: Bench) -> None:
    alice = Browser(bench).registers()
    alice.sends("invite", callsid="TJS1", sdp=ANSWER, twilio={"params": "To=%2B86&why=a%20b"})
    bench.sim.advance(1)
    sid = alice.last("ringing")["callsid"]
    call = bench.sim.calls[sid]
    assert (call.from_, call.fields) == ("client:alice", {"To": "+86", "why": "a b"})
    assert alice.last("answer")["callsid"] == sid


def test_a_call_that_offers_no_telephone_sound_is_refused(bench: Bench) -> None:
    alice = Browser(bench).registers()
    alice.sends("invite", callsid="TJS1", sdp="v=0", twilio={})
    assert alice.last("hangup")["callsid"] == "TJS1"


@pytest.mark.parametrize("mood", ["drop_signal", "mute_signal"])
def test_the_network_may_break_a_line(bench: Bench, mood: str) -> None:
    alice, bob = Browser(bench).registers(), Browser(bench).registers("bob")
    bench.sim.network.add(Mood(effect=mood, kind="client:alice"))
    beats = alice.beats
    bench.sim.advance(12)
    assert alice.beats == beats
    assert bob.beats > 0
