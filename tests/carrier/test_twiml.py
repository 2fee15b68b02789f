"""Instructions as documents that Twilio can run."""

from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.carrier.callbacks import Callbacks
from dialer.carrier.twiml import render
from dialer.domain.instruction import Ask, HangUp, Instruction, JoinRoom, Say
from dialer.domain.words import Language
from tests.carrier.wires import BASE, TOKEN

TOLD = f"{TOKEN}#ct=2000&rt=4000&rc=3&rp=5xx,ct,rt"


def document(instruction: Instruction) -> Element:
    return ET.fromstring(render(instruction, Callbacks(BASE)))  # noqa: S314 - our own


def join(*, ends_room: bool = True, records: bool = False) -> Element:
    wish = JoinRoom(room="r1", label="rep", token=TOKEN, ends_room=ends_room, records=records)
    room = document(wish).find("Dial/Conference")
    assert room is not None
    return room


def test_hanging_up() -> None:
    assert [verb.tag for verb in document(HangUp())] == ["Hangup"]


@pytest.mark.parametrize(
    ("language", "voice", "code"),
    [
        (Language.ZH_CN, "Polly.Zhiyu-Neural", "cmn-CN"),
        (Language.ZH_TW, "Google.cmn-TW-Wavenet-A", "cmn-TW"),
        (Language.EN, "Polly.Joanna-Neural", "en-US"),
    ],
)
def test_each_language_has_its_voice(language: Language, voice: str, code: str) -> None:
    said = document(Say(language=language, lines=("a", "b")))
    assert [(verb.tag, verb.text) for verb in said] == [
        ("Say", "a"),
        ("Say", "b"),
        ("Hangup", None),
    ]
    assert said[0].attrib == {"voice": voice, "language": code}


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")))
def test_whatever_a_line_holds_it_is_only_said(line: str) -> None:
    said = document(Say(language=Language.EN, lines=(line,)))
    assert [verb.tag for verb in said] == ["Say", "Hangup"]
    assert (said[0].text or "") == line


@given(st.text())
def test_no_character_breaks_the_document(line: str) -> None:
    said = document(Ask(language=Language.EN, lines=(line,), token=TOKEN, step="key"))
    assert [verb.tag for verb in said.iter()] == ["Response", "Gather", "Say"]


def test_markup_in_a_name_is_read_aloud() -> None:
    line = "</Say><Dial>+900123</Dial><Say>]]>"
    said = document(Say(language=Language.EN, lines=(line,)))
    assert said[0].text == line
    assert said.find(".//Dial") is None


def test_a_question_waits_for_one_key_and_asks_again_without() -> None:
    ask = Ask(language=Language.EN, lines=("Press 1",), token=TOKEN, step="key", wait_seconds=4)
    [gather] = document(ask)
    assert gather.attrib == {
        "action": f"{BASE}/webhooks/voice/{TOKEN}/key",
        "actionOnEmptyResult": "true",
        "input": "dtmf",
        "numDigits": "1",
        "timeout": "4",
    }


def test_a_question_that_hears_speech_says_in_which_language() -> None:
    ask = Ask(language=Language.ZH_TW, lines=(), token=TOKEN, step="key", hears_speech=True)
    [gather] = document(ask)
    assert (gather.get("input"), gather.get("language")) == ("dtmf speech", "cmn-Hant-TW")


def test_a_room_is_silent_and_tells_what_happens_in_it() -> None:
    room = join()
    assert room.text == "r1"
    assert room.attrib == {
        "beep": "false",
        "endConferenceOnExit": "true",
        "participantLabel": "rep",
        "startConferenceOnEnter": "true",
        "statusCallback": f"{BASE}/webhooks/conference/{TOLD}",
        "statusCallbackEvent": "start end join leave hold",
        "waitUrl": "",
    }


def test_a_room_may_outlive_who_joins_it() -> None:
    assert join(ends_room=False).get("endConferenceOnExit") == "false"


def test_a_recorded_room_tells_of_its_recording() -> None:
    room = join(records=True)
    assert room.get("record") == "record-from-start"
    assert room.get("recordingStatusCallback") == f"{BASE}/webhooks/recording/{TOLD}"
