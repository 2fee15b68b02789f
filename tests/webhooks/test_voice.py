"""What the carrier asks is always answered with a document."""

from xml.etree import ElementTree as ET

from tests.carrier.forms import ASKED, ENDED, changed
from tests.webhooks.doors import NOBODY, REP, REP_SID, Doors

QUESTION = changed(ASKED, CallSid=REP_SID)


def verbs(document: str) -> list[str]:
    return [verb.tag for verb in ET.fromstring(document)]  # noqa: S314 - our own


def test_a_reps_telephone_is_asked_for_a_key(doors: Doors) -> None:
    document = doors.ask(QUESTION)
    assert verbs(document) == ["Gather"]
    assert f"https://dialer.example/webhooks/voice/{REP}/key" in document


def test_the_key_opens_the_room(doors: Doors) -> None:
    assert verbs(doors.ask(changed(QUESTION, Digits="1"), step="/key")) == ["Dial"]


def test_no_key_ends_the_leg(doors: Doors) -> None:
    assert verbs(doors.ask(changed(QUESTION, Digits=""), step="/key")) == ["Hangup"]


def test_an_unknown_leg_is_hung_up(doors: Doors) -> None:
    assert verbs(doors.ask(QUESTION, token=NOBODY)) == ["Hangup"]


def test_a_leg_of_another_sid_is_hung_up(doors: Doors) -> None:
    assert verbs(doors.ask(changed(QUESTION, CallSid="CA" + "7" * 32))) == ["Hangup"]


def test_a_leg_of_an_ended_call_is_hung_up(doors: Doors) -> None:
    doors.tell(changed(ENDED, CallSid=REP_SID), token=REP)
    doors.tell(ENDED)
    assert verbs(doors.ask(QUESTION)) == ["Hangup"]


def test_without_a_database_there_is_an_apology(doors: Doors) -> None:
    doors.lose_database()
    document = doors.ask(QUESTION)
    assert verbs(document) == ["Say", "Hangup"]
    assert "cmn-CN" in document


def test_a_step_is_a_word(doors: Doors) -> None:
    path = f"/webhooks/voice/{REP}/KEY1"
    assert doors.knock(path, QUESTION).status_code == 404


def test_a_question_of_another_shape_is_refused(doors: Doors) -> None:
    answer = doors.knock(f"/webhooks/voice/{REP}", changed(QUESTION, CallSid="1"))
    assert answer.status_code == 400
