"""What strangers, and whoever holds a genuine request, try at the carrier's doors.

Numbered as in the list of attacks that the product is held against.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dialer.carrier.signature import parse_form
from dialer.domain.words import AttemptState, LegStatus
from dialer.settings import SettingsError
from tests.carrier.forms import ASKED, ENDED, LEG, RECORDED, changed, form, without
from tests.carrier.wires import KEY, settings
from tests.webhooks.doors import CUSTOMER, NOBODY, REP, REP_SID, Doors, refusals

STATUS = f"/webhooks/status/{CUSTOMER}"
VOICE = f"/webhooks/voice/{REP}"
QUESTION = changed(ASKED, CallSid=REP_SID)
STRONG = "0123456789abcdefghijklmnopqrstuvwxyz"
OTHER_METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def paths(doors: Doors) -> Iterator[str]:
    """A path for every route that the carrier has."""
    for rule in doors.app.url_map.iter_rules():
        if rule.rule.startswith("/webhooks/"):
            yield rule.rule.replace("<token>", CUSTOMER).replace("<step>", "key")


def test_there_is_a_door_for_everything_the_carrier_says(doors: Doors) -> None:
    doors_known = {path.split("/")[2] for path in paths(doors)}
    assert doors_known == {"voice", "status", "conference", "recording", "amd"}


def test_1_unsigned_is_turned_away_everywhere(doors: Doors) -> None:
    with doors.nothing_changes():
        for path in paths(doors):
            before = refusals("signature")
            answer = doors.app.test_client().post(path, data=ENDED)
            assert (path, answer.status_code) == (path, 403)
            assert refusals("signature") == before + 1


@pytest.mark.parametrize("signature", ["", "x", "ü", "A" * 28, "=" * 10_000])
def test_2_a_wrong_signature_is_turned_away_everywhere(doors: Doors, signature: str) -> None:
    header = {"X-Twilio-Signature": signature.encode().decode("latin-1")}
    with doors.nothing_changes():
        for path in paths(doors):
            assert doors.knock(path, ENDED, headers=header).status_code == 403


@pytest.mark.parametrize("key", ["", "another-auth-token"])
def test_2_another_key_is_turned_away(doors: Doors, key: str) -> None:
    with doors.nothing_changes():
        assert doors.knock(STATUS, ENDED, key=key).status_code == 403


def test_3_one_letter_changed_is_turned_away(doors: Doors) -> None:
    with doors.nothing_changes():
        for name in ENDED:
            tampered = urlencode(changed(ENDED, **{name: ENDED[name] + "1"}))
            assert doors.knock(STATUS, ENDED, data=tampered).status_code == 403


def test_4_a_border_that_moved_is_refused(doors: Doors) -> None:
    status = ENDED["CallStatus"]
    moved = {**without(ENDED, "CallStatus"), f"CallStatus{status[0]}": status[1:]}
    swallowed = without(ENDED, "CallStatus")
    swallowed["CallSid"] += f"CallStatus{status}"
    with doors.nothing_changes():
        for params in (moved, swallowed):
            assert doors.knock(STATUS, params).status_code == 400


def test_5_a_body_folded_into_the_url_is_refused(doors: Doors) -> None:
    folded = "".join(name + value for name, value in sorted(form(ENDED)))
    with doors.nothing_changes():
        assert doors.knock(STATUS + folded.replace("+", ""), ()).status_code == 404
        assert doors.knock(f"{STATUS}?{urlencode(ENDED)}", ()).status_code == 400
        assert doors.knock(f"{STATUS}?x=1", ENDED).status_code == 400


def test_6_a_parameter_twice_is_refused(doors: Doors) -> None:
    with doors.nothing_changes():
        for value in ("busy", "completed"):
            twice = (*form(ENDED), ("CallStatus", value))
            assert doors.knock(STATUS, twice).status_code == 400


def test_7_blanks_are_genuine(doors: Doors) -> None:
    assert doors.tell({**LEG, "FromCity": "", "CallerName": ""}) == "204 NO CONTENT"


def test_8_only_forms_are_read(doors: Doors) -> None:
    with doors.nothing_changes():
        for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain", ""):
            answer = doors.knock(STATUS, ENDED, content_type=kind)
            assert (kind, answer.status_code) == (kind, 415)
        assert doors.knock(f"{STATUS}?bodySHA256=00", ()).status_code == 400


@pytest.mark.parametrize(
    "spoofed",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"},
        {"X-Original-URL": "/webhooks/amd/0", "X-Rewrite-URL": "/"},
        {"Forwarded": "host=evil.example;proto=http"},
    ],
)
def test_9_headers_do_not_move_our_address(doors: Doors, spoofed: dict[str, str]) -> None:
    assert doors.knock(STATUS, LEG, headers=spoofed).status_code == 204
    answer = doors.app.test_client().post(STATUS, data=LEG, headers=spoofed)
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["x:99999", "[::1", "a b", "x:port", ""])
def test_10_a_broken_host_breaks_nothing(doors: Doors, host: str) -> None:
    assert doors.knock(STATUS, LEG, headers={"Host": host}).status_code in (204, 400)


@pytest.mark.parametrize("token", ["", "short", "with a space in it"])
def test_11_without_a_key_nothing_starts(token: str) -> None:
    with pytest.raises(SettingsError, match="TWILIO_AUTH_TOKEN"):
        settings(TWILIO_AUTH_TOKEN=token, DIALER_MODE="production", SECRET_KEY=STRONG)


def test_12_another_account_is_turned_away(doors: Doors) -> None:
    with doors.nothing_changes():
        foreign = changed(ENDED, AccountSid="AC" + "b" * 32)
        assert doors.knock(STATUS, foreign).status_code == 403


def test_12_another_paths_signature_is_turned_away(doors: Doors) -> None:
    with doors.nothing_changes():
        for path in paths(doors):
            if path != STATUS:
                assert doors.knock(path, ENDED, signed_path=STATUS).status_code == 403


@pytest.mark.parametrize("later", [timedelta(seconds=1), timedelta(1), timedelta(365)])
def test_13_a_replay_changes_nothing(doors: Doors, later: timedelta) -> None:
    doors.tell(ENDED)
    doors.now += later
    with doors.nothing_changes():
        token = {"I-Twilio-Idempotency-Token": "made-up"}
        assert doors.knock(STATUS, ENDED, headers=token).status_code == 204


def test_14_a_question_asked_again_after_the_end_is_hung_up(doors: Doors) -> None:
    doors.ask(QUESTION)
    doors.tell(ENDED)
    doors.tell(changed(ENDED, CallSid=REP_SID), token=REP)
    for step in ("", "/key"):
        assert "<Hangup" in doors.ask(changed(QUESTION, Digits="1"), step=step)


def test_14_another_legs_question_is_hung_up(doors: Doors) -> None:
    for step in ("", "/key"):
        document = doors.ask(changed(ASKED, CallSid="CA" + "8" * 32, Digits="1"), step=step)
        assert "<Hangup" in document


def test_15_a_foreign_token_touches_no_attempt(doors: Doors) -> None:
    doors.tell(ENDED, token=NOBODY)
    assert [event.call_id for event in doors.events()] == [None]
    assert doors.attempt().state is AttemptState.LIVE


@pytest.mark.parametrize("size", [64 * 1024 + 1, 10_000_000])
def test_16_a_body_too_long_is_not_read(doors: Doors, size: int) -> None:
    with doors.nothing_changes():
        assert doors.knock(STATUS, LEG, data=b"A=" + b"a" * (size - 2)).status_code == 413


def test_16_a_body_too_long_without_a_length_is_not_read(doors: Doors) -> None:
    endless = BytesIO(b"A=" + b"a" * 200_000)
    answer = doors.knock(
        STATUS, LEG, data=None, input_stream=endless,
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )  # fmt: skip
    assert answer.status_code == 413
    assert endless.tell() < 100_000


def test_16_a_body_without_a_length_may_be_genuine(doors: Doors) -> None:
    answer = doors.knock(
        STATUS, LEG, data=None, input_stream=BytesIO(urlencode(LEG).encode()),
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )  # fmt: skip
    assert answer.status_code == 204


@pytest.mark.parametrize("body", ["a=&" * 20_000, "&" * 60_000, "a&" * 30_000, "%" * 60_000])
def test_16_many_parameters_are_no_form(doors: Doors, body: str) -> None:
    with doors.nothing_changes():
        assert doors.knock(STATUS, LEG, data=body).status_code == 403


def test_16_many_signed_parameters_are_no_form_either(doors: Doors) -> None:
    many = tuple((f"A{index}", "") for index in range(2_000))
    assert doors.knock(STATUS, many).status_code == 403


@pytest.mark.parametrize("method", OTHER_METHODS)
def test_17_there_is_only_post(doors: Doors, method: str) -> None:
    for path in paths(doors):
        answer = doors.app.test_client().open(path, method=method)
        assert (path, answer.status_code) == (path, 405)


@given(text=st.text(st.characters(), max_size=40), name=st.sampled_from(sorted(ENDED)))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_19_any_text_is_stored_or_refused(doors: Doors, text: str, name: str) -> None:
    path = f"/webhooks/status/{NOBODY}"
    params = changed(ENDED, **{name: text}, Note=text)
    params = {n: v.encode("utf-8", "replace").decode() for n, v in params.items()}
    assert doors.knock(path, params).status_code in (204, 400, 403)


@pytest.mark.parametrize("escaped", ["%00", "%ED%A0%80", "%FF%FE", "%E2%80%AE", "%F0%9F%99%82"])
def test_19_odd_bytes_are_stored_or_refused(doors: Doors, escaped: str) -> None:
    given_form = parse_form(f"{urlencode(LEG)}&Note={escaped}".encode())
    assert given_form is not None
    stored = escaped in ("%E2%80%AE", "%F0%9F%99%82")
    assert doors.knock(STATUS, given_form).status_code == (204 if stored else 400)


def test_20_many_at_once_are_one(doors: Doors) -> None:
    facts = [LEG, ENDED] * 15
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(doors.tell, facts))
    assert set(answers) == {"204 NO CONTENT"}
    assert len(doors.events()) == 2
    assert doors.call().legs[0].status is LegStatus.BUSY


@pytest.mark.parametrize(
    "wrong",
    [
        {"CallDuration": "-1"},
        {"CallDuration": "9e99"},
        {"CallDuration": "abc"},
        {"SequenceNumber": "9" * 30},
        {"SipResponseCode": "4 86"},
        {"Timestamp": "yesterday"},
    ],
)
def test_21_numbers_out_of_range_are_refused(doors: Doors, wrong: dict[str, str]) -> None:
    before = refusals("shape")
    with doors.nothing_changes():
        assert doors.knock(STATUS, {**ENDED, **wrong}).status_code == 400
    assert refusals("shape") == before + 1


@pytest.mark.parametrize("year", ["1970", "2100"])
def test_21_a_year_out_of_range_is_marked_and_not_used(doors: Doors, year: str) -> None:
    doors.tell(changed(LEG, Timestamp=f"Thu, 01 Jan {year} 00:00:00 +0000"))
    [event] = doors.events()
    assert (event.at, event.data["clock"]) == (doors.now, "unbelievable")


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/", "file:///etc/passwd", "https://api.twilio.com.evil.example/RE"],
)
def test_22_a_recordings_url_is_never_used(doors: Doors, url: str) -> None:
    doors.tell(changed(RECORDED, RecordingUrl=url), "recording", REP)
    [event] = doors.events()
    assert url not in str(event.data)
    assert doors.call().recording_sid == RECORDED["RecordingSid"]


@pytest.mark.parametrize("said", ["</Say><Dial>+900</Dial>", "1</Response>", "&#x0;", "1" * 5_000])
def test_24_what_comes_over_the_line_is_only_data(doors: Doors, said: str) -> None:
    document = doors.ask(changed(QUESTION, Digits=said, SpeechResult=said), step="/key")
    assert [verb.tag for verb in ET.fromstring(document)] == ["Hangup"]  # noqa: S314 - our own


@pytest.mark.parametrize("token", ["1", "2" * 31, "2" * 33, "A" * 32, "..", "%00", "0x" + "1" * 30])
def test_25_a_token_is_32_digits(doors: Doors, token: str) -> None:
    assert doors.knock(f"/webhooks/status/{token}", ENDED).status_code == 404


def test_25_a_guess_cannot_be_told_from_a_hit(doors: Doors) -> None:
    hit, miss = (doors.app.test_client().post(f"/webhooks/status/{t}", data=ENDED)
                 for t in (CUSTOMER, NOBODY))  # fmt: skip
    assert (hit.status, hit.data) == (miss.status, miss.data)
    assert doors.tell(ENDED) == doors.tell(ENDED, token=NOBODY)


def test_no_log_line_has_a_number_a_key_or_a_token(
    doors: Doors, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    doors.tell(ENDED)
    doors.tell(changed(ENDED, CallDuration="-1"))
    doors.lose_database()
    doors.tell(ENDED)
    doors.ask(QUESTION)
    shown = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert caplog.records
    for secret in (ENDED["To"], ENDED["From"], KEY, CUSTOMER, REP):
        assert secret.lstrip("+") not in shown
