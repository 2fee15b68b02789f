"""TwiML: what callers hear, what their keys do, and what happens to bad documents."""

import pytest

from dialer.simulator.phones import seconds_to_say
from tests.simulator.listening import CUSTOMER, REP, ring, stage

MENU = "<Gather numDigits='1' action='/key'><Say>For yes press 1</Say></Gather><Say>Nothing</Say>"
APOLOGY = "We are sorry. An application error has occurred. Goodbye."


def test_a_key_during_the_prompt_goes_to_the_action() -> None:
    sim, app, client = stage(voice=MENU, key="<Say>Thanks</Say>")
    sim.phone(CUSTOMER).answers_after(1).presses("1", on_hearing="press 1")
    ring(sim, client)
    sim.advance(30)
    assert app.asked_at("/key")[0].form["Digits"] == "1"
    assert sim.heard(CUSTOMER) == ["For yes press 1", "Thanks"]


def test_a_key_cuts_the_prompt_short() -> None:
    sim, app, client = stage(voice=MENU.replace("press 1", "press 1" + " or wait" * 40), key="")
    sim.phone(CUSTOMER).answers_after(1).presses("1", on_hearing="press 1")
    ring(sim, client)
    sim.advance(6)
    assert app.asked_at("/key")[0].form["Digits"] == "1"


def test_no_more_digits_are_taken_than_wanted() -> None:
    sim, app, client = stage(voice=MENU, key="<Hangup/>")
    sim.phone(CUSTOMER).answers_after(1).presses("123", after=1)
    ring(sim, client)
    sim.advance(30)
    assert app.asked_at("/key")[0].form["Digits"] == "1"


def test_people_answer_one_menu_after_the_other() -> None:
    sim, app, client = stage(voice=MENU, key=MENU.replace("/key", "/next"), next="<Hangup/>")
    sim.phone(CUSTOMER).behaves("disputes")
    ring(sim, client)
    sim.advance(60)
    keys = [asked.form["Digits"] for path in ("/key", "/next") for asked in app.asked_at(path)]
    assert keys == ["1", "4"]


def test_people_react_to_one_thing_at_a_time() -> None:
    sim, _, client = stage(voice="<Say>press 1</Say><Say>press 1</Say><Pause length='9'/>")
    sim.phone(CUSTOMER).behaves("disputes")
    ring(sim, client)
    sim.advance(15)
    assert sim.keys(CUSTOMER) == "1"


def test_silence_falls_through_to_the_next_verb() -> None:
    sim, app, client = stage(voice=MENU)
    sim.phone(CUSTOMER).answers_after(1)
    ring(sim, client)
    sim.advance(30)
    assert app.asked_at("/key") == []
    assert sim.heard(CUSTOMER) == ["For yes press 1", "Nothing"]


def test_an_empty_result_is_told_if_that_was_asked_for() -> None:
    sim, app, client = stage(voice="<Gather action='/key' actionOnEmptyResult='true'/>", key="")
    ring(sim, client)
    sim.advance(60)
    assert app.asked_at("/key")[0].form["Digits"] == ""


def test_the_finish_key_ends_the_digits_and_is_not_among_them() -> None:
    sim, app, client = stage(voice="<Gather action='/key'/>", key="<Hangup/>")
    sim.phone(CUSTOMER).answers_after(1).presses("42#7", after=1)
    ring(sim, client)
    sim.advance(30)
    assert app.asked_at("/key")[0].form["Digits"] == "42"


def test_speech_comes_with_its_confidence_where_it_is_listened_for() -> None:
    sim, app, client = stage(voice="<Gather input='dtmf speech' action='/key'/>", key="<Hangup/>")
    sim.phone(CUSTOMER).answers_after(1).says("好的", after=1)
    ring(sim, client)
    sim.advance(30)
    form = app.asked_at("/key")[0].form
    assert form["SpeechResult"] == "好的"
    assert "Digits" not in form


def test_gather_without_action_asks_the_current_page_again() -> None:
    sim, app, client = stage(voice="<Gather numDigits='1'><Say>press 1</Say></Gather>")
    sim.phone(CUSTOMER).answers_after(1).presses("1", on_hearing="press 1")
    ring(sim, client)
    sim.advance(60)
    assert [asked.form.get("Digits") for asked in app.asked_at("/voice")] == [None, "1"]


@pytest.mark.parametrize(
    ("page", "code"),
    [("<Response><Say>", 12100), ("<Reply/>", 12102), ("", 11770), (500, 11200), (404, 11200)],
)
def test_a_bad_page_leads_to_the_fallback_or_to_an_apology(page: str | int, code: int) -> None:
    sim, app, client = stage(fallback="<Say>Fallback</Say>")
    app.pages["/voice"] = page
    ring(sim, client, "+8613800138025", fallback_url="https://dialer.test/fallback")
    ring(sim, client, "+8613800138125")
    sim.advance(60)
    assert app.asked_at("/fallback")[0].form["ErrorCode"] == str(code)
    assert (sim.heard("+8613800138025"), sim.heard("+8613800138125")) == (["Fallback"], [APOLOGY])
    assert [fault.code for fault in sim.faults] == [code, code]
    assert {call.status for call in client.calls.list()} == {"completed"}


def test_redirect_pause_and_hangup() -> None:
    sim, _, client = stage(
        voice="<Pause length='4'/><Redirect>/next</Redirect><Say>never</Say>",
        next="<Say>next</Say><Hangup/><Say>never</Say>",
    )
    sim.phone(CUSTOMER).answers_after(1)
    call = ring(sim, client)
    sim.advance(30)
    assert sim.heard(CUSTOMER) == ["next"]
    assert client.calls(call.sid).fetch().duration in {"4", "5"}


def test_relative_actions_need_a_page_with_an_address() -> None:
    sim, _, client = stage()
    ring(
        sim,
        client,
        url=None,
        twiml="<Response><Gather action='/key' actionOnEmptyResult='true'/></Response>",
    )
    sim.advance(60)
    assert [fault.code for fault in sim.faults] == [15004]


def test_chinese_takes_longer_to_speak_than_as_many_letters() -> None:
    assert seconds_to_say("您好您好您好您好您") == pytest.approx(2.0)
    assert seconds_to_say("a" * 30) == pytest.approx(2.0)


def test_dial_bridges_and_tells_how_it_went() -> None:
    noun = f"<Number statusCallback='/leg'>{REP}</Number>"
    sim, app, client = stage(voice=f"<Dial action='/after'>{noun}</Dial>", after="<Hangup/>")
    sim.phone(CUSTOMER).answers_after(1).says("喂", after=10)
    sim.phone(REP).answers_after(2).hangs_up_after(30)
    call = ring(sim, client)
    sim.advance(20)
    assert sim.hearers(CUSTOMER) == {REP}
    sim.advance(60)
    form = app.asked_at("/after")[0].form
    assert (form["DialCallStatus"], form["DialCallDuration"], form["DialBridged"]) == (
        "completed",
        "30",
        "true",
    )
    assert app.asked_at("/leg")[0].form["ParentCallSid"] == call.sid
    assert sim.heard(REP, "speech") == ["喂"]


@pytest.mark.parametrize(
    ("manner", "word"), [("busy", "busy"), ("no-answer", "no-answer"), ("unknown-number", "failed")]
)
def test_dial_says_why_nobody_came(manner: str, word: str) -> None:
    sim, app, client = stage(
        voice=f"<Dial timeout='10' action='/after'>{REP}</Dial>", after="<Hangup/>"
    )
    sim.phone(CUSTOMER).answers_after(1)
    sim.phone(REP).behaves(manner)
    ring(sim, client)
    sim.advance(60)
    assert app.asked_at("/after")[0].form["DialCallStatus"] == word


def test_the_first_to_answer_wins_and_the_others_stop_ringing() -> None:
    nouns = f"<Number>{REP}</Number><Client>anna</Client><Client>nobody</Client>"
    sim, _, client = stage(voice=f"<Dial>{nouns}</Dial>")
    sim.phone(CUSTOMER).answers_after(1)
    sim.phone(REP).answers_after(9)
    sim.phone("client:anna").answers_after(2)
    ring(sim, client)
    sim.advance(10)
    assert sim.talking() == {CUSTOMER, "client:anna"}
    assert [ring.ended_as for ring in sim.rings(REP)] == ["canceled"]
    assert sim.rings("client:nobody") == []


def test_a_whisper_may_decline() -> None:
    sim, app, client = stage(
        voice=f"<Dial action='/after'><Number url='/whisper'>{REP}</Number></Dial>",
        whisper="<Gather numDigits='1' action='/take'><Say>press 1</Say></Gather><Hangup/>",
        take="",
        after="<Hangup/>",
    )
    sim.phone(CUSTOMER).answers_after(1)
    sim.phone(REP).answers_after(1)
    ring(sim, client)
    sim.advance(60)
    assert app.asked_at("/after")[0].form["DialCallStatus"] == "no-answer"
    sim.phone(REP).answers_after(1).presses("1", on_hearing="press 1").hangs_up_after(20)
    ring(sim, client)
    sim.advance(60)
    assert app.asked_at("/after")[1].form["DialCallStatus"] == "completed"


def test_when_the_caller_hangs_up_the_dialled_phone_stops_ringing() -> None:
    sim, _, client = stage(voice=f"<Dial>{REP}</Dial>")
    sim.phone(CUSTOMER).answers_after(1).hangs_up_after(5)
    sim.phone(REP).never_answers()
    ring(sim, client)
    sim.advance(10)
    assert [ring.ended_as for ring in sim.rings(REP)] == ["canceled"]


def test_a_redirected_child_stays_on_the_line_and_the_parent_goes_on() -> None:
    sim, app, client = stage(
        voice=f"<Dial action='/after'>{REP}</Dial>",
        after="<Pause length='60'/>",
        drop="<Say>dropped</Say>",
    )
    sim.phone(CUSTOMER).answers_after(1)
    sim.phone(REP).answers_after(1)
    call = ring(sim, client)
    sim.advance(10)
    child = client.calls.list(parent_call_sid=call.sid)[0]
    client.calls(child.sid).update(url="https://dialer.test/drop")
    sim.advance(5)
    assert "DialCallDuration" not in app.asked_at("/after")[0].form
    assert sim.heard(REP) == ["dropped"]
    assert client.calls(call.sid).fetch().status == "in-progress"


def test_somebody_calls_us() -> None:
    sim, app, client = stage(voice="<Say>Welcome</Say>", closed="<Reject reason='busy'/>")
    welcome = sim.incoming(CUSTOMER, sim.caller_id, "https://dialer.test/voice")
    closed = sim.incoming(REP, sim.caller_id, "https://dialer.test/closed")
    sim.advance(10)
    assert app.asked_at("/voice")[0].form["CallStatus"] == "ringing"
    assert sim.heard(CUSTOMER) == ["Welcome"]
    assert [client.calls(sid).fetch().status for sid in (welcome, closed)] == ["completed", "busy"]
