"""Callbacks: what they say, how they are signed and tried again, and what weather does to them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.listening import ALL_EVENTS, BASE, CUSTOMER, ring, stage, statuses


def test_the_whole_life_is_told_in_order_with_counted_events() -> None:
    sim, _, client = stage(voice="<Hangup/>")
    sim.phone(CUSTOMER).answers_after(3)
    call = ring(sim, client)
    sim.advance(60)
    assert statuses(sim, call.sid) == ["initiated", "ringing", "in-progress", "completed"]
    assert [told["SequenceNumber"] for told in sim.told()] == ["0", "1", "2", "3"]


def test_an_initiated_callback_has_the_captured_keys() -> None:
    sim, _, client = stage(voice="<Hangup/>")
    ring(sim, client)
    sim.advance(0.3)
    captured = """
        Called ToState CallerCountry Direction Timestamp CallbackSource CallerState ToZip
        SequenceNumber CallSid To CallerZip ToCountry CalledZip ApiVersion CalledCity CallStatus
        From AccountSid CalledCountry CallerCity ToCity FromCountry Caller FromCity CalledState
        FromZip FromState
    """
    assert set(sim.told()[0]) == set(captured.split())
    assert sim.told()[0]["ToCountry"] == "CN"


@pytest.mark.parametrize(
    ("manner", "status", "sip_code", "rang"),
    [
        ("busy", "busy", "486", 0),
        ("no-answer", "no-answer", "487", 1),
        ("declines", "no-answer", "603", 1),
        ("unknown-number", "failed", "404", 0),
        ("hangs-up-early", "completed", "200", 1),
    ],
)
def test_each_end_has_its_word_and_its_sip_code(
    manner: str, status: str, sip_code: str, rang: int
) -> None:
    sim, _, client = stage(voice="<Pause length='60'/>")
    sim.phone(CUSTOMER).behaves(manner)
    ring(sim, client, timeout=25)
    sim.advance(60)
    last = sim.told()[-1]
    assert (last["CallStatus"], last["SipResponseCode"]) == (status, sip_code)
    assert last["CallDuration"] == ("1" if status == "completed" else "0")
    assert len(sim.rings(CUSTOMER)) == rang


def test_a_phone_in_use_is_busy_for_others() -> None:
    sim, _, client = stage(voice="<Pause length='60'/>")
    sim.phone(CUSTOMER).answers_after(1)
    ring(sim, client)
    sim.advance(5)
    second = ring(sim, client)
    sim.advance(5)
    assert statuses(sim, second.sid) == ["initiated", "busy"]
    assert len(sim.rings(CUSTOMER)) == 1


def test_only_subscribed_events_are_told_but_all_are_counted() -> None:
    sim, _, client = stage(voice="<Hangup/>")
    ring(sim, client, status_callback_event=["ringing", "completed"])
    sim.advance(60)
    assert [told["SequenceNumber"] for told in sim.told()] == ["1", "3"]


def test_events_in_one_spaced_value_are_understood_as_the_first_alone() -> None:
    sim, _, client = stage(voice="<Hangup/>")
    ring(sim, client, status_callback_event=[" ".join(ALL_EVENTS)])
    sim.advance(60)
    assert [told["CallStatus"] for told in sim.told()] == ["initiated"]


def test_callbacks_are_genuine_and_dressed_like_twilios() -> None:
    sim, app, client = stage(voice="<Hangup/>")
    ring(sim, client, status_callback=f"{BASE}/status?token=a%2Fb#rc=3&rp=5xx")
    sim.advance(60)
    assert all(asked.genuine for asked in app.asked)
    headers = app.asked_at("/status")[0].headers
    assert headers["User-Agent"] == "TwilioProxy/1.1"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded; charset=UTF-8"
    assert app.asked_at("/status")[0].form["token"] == "a/b"


def test_a_get_callback_is_signed_over_its_query() -> None:
    sim, app, client = stage(voice="<Hangup/>")
    ring(sim, client, status_callback_method="GET")
    sim.advance(60)
    assert all(asked.genuine for asked in app.asked_at("/status"))
    assert app.asked_at("/status")[0].form["CallStatus"] == "initiated"


@pytest.mark.parametrize(
    ("fragment", "tries"), [("", 1), ("#rc=3&rp=5xx,ct,rt", 4), ("#rc=2&rp=all", 3)]
)
def test_a_failing_application_is_asked_again_as_the_fragment_says(
    fragment: str, tries: int
) -> None:
    sim, app, client = stage(voice="<Hangup/>", status=503)
    call = ring(
        sim, client, status_callback=f"{BASE}/status{fragment}", status_callback_event=["completed"]
    )
    sim.advance(60)
    asked = app.asked_at("/status")
    assert len(asked) == tries
    assert len({each.headers["I-Twilio-Idempotency-Token"] for each in asked}) == 1
    assert call.status == "queued"


def test_a_lost_connection_is_tried_once_more_without_being_asked_to() -> None:
    sim, app, client = stage(voice="<Hangup/>")
    sim.network.unreachable(kind="status", times=1)
    ring(sim, client, status_callback_event=["completed"])
    sim.advance(60)
    assert len(app.asked_at("/status")) == 1


def test_a_lost_answer_brings_the_same_callback_again() -> None:
    sim, app, client = stage(voice="<Hangup/>")
    sim.network.lose_answer(kind="status", times=1)
    ring(
        sim,
        client,
        status_callback=f"{BASE}/status#rc=1&rp=rt",
        status_callback_event=["completed"],
    )
    sim.advance(60)
    first, second = app.asked_at("/status")
    token = "I-Twilio-Idempotency-Token"
    assert first.headers[token] == second.headers[token]
    assert first.form == second.form


def test_moods_lose_repeat_forge_and_delay_callbacks() -> None:
    sim, app, client = stage(voice="<Hangup/>")
    sim.network.lose(kind="status", times=1)
    sim.network.duplicate(kind="status", times=1, seconds=20)
    sim.network.forge(kind="status", times=1)
    call = ring(sim, client)
    sim.advance(60)
    words = statuses(sim, call.sid)
    assert words == ["ringing", "in-progress", "completed", "ringing"]
    assert [asked.genuine for asked in app.asked_at("/status")].count(False) >= 1


def test_a_shuffled_network_overtakes_itself() -> None:
    sim, _, client = stage(voice="<Hangup/>")
    sim.network.shuffle(kind="status", seconds=60)
    for n in range(10, 20):
        ring(sim, client, f"+86138001380{n}")
    sim.advance(300)
    orders = {tuple(statuses(sim, call.sid)) for call in client.calls.list()}
    assert len(orders) > 1
    assert all(sorted(o) == ["completed", "in-progress", "initiated", "ringing"] for o in orders)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(0, 0.6))
def test_in_any_weather_the_sequence_grows_and_ends_once(seed: int, share: float) -> None:
    sim, _, client = stage(voice="<Gather><Say>press 1</Say></Gather>")
    sim.network.storm(share, effects=("duplicate", "shuffle", "lose_answer", "lose"))
    calls = [ring(sim, client, f"+861380{seed:05}{n + 10}") for n in range(3)]
    sim.advance(900)
    for call in calls:
        told = [t for t in sim.told() if t["CallSid"] == call.sid]
        numbers = {t["SequenceNumber"]: t["CallStatus"] for t in told}
        final = [w for w in numbers.values() if w not in {"initiated", "ringing", "in-progress"}]
        assert len(final) <= 1
        assert client.calls(call.sid).fetch().status in {
            "completed", "busy", "no-answer", "failed",
        }  # fmt: skip


def test_an_application_that_is_down_is_told_nothing() -> None:
    sim, app, client = stage(voice="<Hangup/>")
    sim.unplugs()
    ring(sim, client)
    sim.advance(60)
    assert app.asked == []
    assert {d.answer.failure for d in sim.deliveries("status")} == {"ct"}
