"""Answering machines and recordings."""

import io
import wave

import pytest

from dialer.simulator import rest
from dialer.simulator.replies import Request
from tests.simulator.listening import BASE, CUSTOMER, ring, stage


@pytest.mark.parametrize(
    ("manner", "mode", "answered_by"),
    [
        ("listener", "Enable", "human"),
        ("voicemail", "Enable", "machine_start"),
        ("voicemail", "DetectMessageEnd", "machine_end_beep"),
        ("voicemail-no-beep", "DetectMessageEnd", "machine_end_silence"),
        ("fax", "Enable", "fax"),
        ("mute", "Enable", "unknown"),
    ],
)
def test_detection_tells_who_answered(manner: str, mode: str, answered_by: str) -> None:
    sim, _, client = stage(voice="<Pause length='60'/>")
    sim.phone(CUSTOMER).behaves(manner)
    call = ring(
        sim,
        client,
        machine_detection=mode,
        async_amd="true",
        async_amd_status_callback=f"{BASE}/amd",
    )
    sim.advance(40)
    (told,) = sim.told("amd")
    assert told["AnsweredBy"] == answered_by
    assert set(told) == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}
    assert client.calls(call.sid).fetch().answered_by == answered_by


def test_a_long_greeting_outlasts_the_detection() -> None:
    sim, _, client = stage(voice="<Pause length='60'/>")
    sim.phone(CUSTOMER).is_voicemail(greeting_seconds=50)
    ring(
        sim,
        client,
        machine_detection="DetectMessageEnd",
        async_amd="true",
        async_amd_status_callback=f"{BASE}/amd",
    )
    sim.advance(90)
    assert sim.told("amd")[0]["AnsweredBy"] == "machine_end_other"


def test_without_async_the_page_waits_for_the_verdict() -> None:
    sim, app, client = stage(voice="<Say>hello</Say>")
    sim.phone(CUSTOMER).is_voicemail(after=1, greeting_seconds=10)
    ring(sim, client, machine_detection="DetectMessageEnd")
    sim.advance(8)
    assert app.asked_at("/voice") == []
    sim.advance(20)
    form = app.asked_at("/voice")[0].form
    assert (form["AnsweredBy"], form["CallStatus"]) == ("machine_end_beep", "in-progress")
    assert sim.told()[-1]["AnsweredBy"] == "machine_end_beep"


def test_who_hangs_up_first_is_never_judged() -> None:
    sim, _, client = stage(voice="<Pause length='60'/>")
    sim.phone(CUSTOMER).answers_after(1).hangs_up_after(1)
    ring(
        sim,
        client,
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=f"{BASE}/amd",
    )
    sim.advance(60)
    assert sim.told("amd") == []


def test_a_recorded_call_tells_where_its_recording_is() -> None:
    sim, _, client = stage(voice="<Pause length='60'/>")
    sim.phone(CUSTOMER).answers_after(1).hangs_up_after(12)
    call = ring(
        sim, client, record=True, recording_channels="dual",
        recording_status_callback=f"{BASE}/tape",
        recording_status_callback_event=["in-progress", "completed"],
    )  # fmt: skip
    sim.advance(60)
    started, done = sim.told("recording")
    assert (started["RecordingStatus"], done["RecordingStatus"]) == ("in-progress", "completed")
    assert (done["RecordingDuration"], done["RecordingChannels"]) == ("12", "2")
    assert sim.told()[-1]["RecordingSid"] == done["RecordingSid"]
    (recording,) = client.calls(call.sid).recordings.list()
    assert (recording.sid, recording.duration) == (done["RecordingSid"], "12")


def test_the_media_is_a_valid_wav_behind_the_credentials() -> None:
    sim, _, client = stage(voice="<Pause length='60'/>")
    sim.phone(CUSTOMER).answers_after(1).hangs_up_after(4)
    ring(sim, client, record=True)
    sim.advance(60)
    path = client.recordings.list()[0].media_url.removeprefix(sim.settings.base_url)
    account, token = sim.settings.account_sid, sim.settings.auth_token
    request = Request(method="GET", path=path, username=account, password=token)
    with wave.open(io.BytesIO(rest.answer(sim, request).body)) as sound:
        assert sound.getnframes() == 4 * sound.getframerate()
    assert rest.answer(sim, Request(method="GET", path=path)).status == 401
    assert client.recordings.list()[0].delete()
    assert client.recordings.list() == []


def test_record_takes_a_message_until_a_key() -> None:
    sim, app, client = stage(voice="<Record action='/message' timeout='30'/>", message="<Hangup/>")
    sim.phone(CUSTOMER).answers_after(1).presses("#", after=8)
    ring(sim, client)
    sim.advance(60)
    form = app.asked_at("/message")[0].form
    assert (form["Digits"], form["RecordingDuration"]) == ("#", "7")
