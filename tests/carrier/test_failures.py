"""What a failed POST means, over real sockets: surely not taken, or nobody can say."""

import gzip
import json
import logging
import socket
import ssl

import pytest
from requests.exceptions import ConnectionError as ConnectionFault
from requests.exceptions import SSLError as RequestsSslError
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import (
    MaxRetryError,
    NameResolutionError,
    ProtocolError,
    ProxyError,
    SSLError,
)

from dialer.carrier.failures import classify
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from tests.carrier.wires import DIAL, SID, carrier, closed, full, reply, serving, silent

PLACED = json.dumps({"sid": SID, "queue_time": "0"})


def twilio_error(status: int, code: int) -> bytes:
    return reply(status, json.dumps({"code": code, "message": "no", "status": status}))


def refusal(url: str) -> CarrierRefused:
    with pytest.raises(CarrierRefused) as caught:
        carrier(url, timeout=(0.3, 2)).place(DIAL)
    return caught.value


def test_a_placed_call_is_not_a_failure() -> None:
    with serving(reply(201, PLACED)) as server:
        assert carrier(server.url).place(DIAL).carrier_sid == SID


def test_a_refused_connection_took_nothing() -> None:
    told = refusal(closed())
    assert (told.code, told.permanent, told.trips_breaker) == (0, False, False)


def test_a_name_that_is_not_found_took_nothing() -> None:
    pool = HTTPSConnectionPool("carrier")
    cause = NameResolutionError("carrier", pool, socket.gaierror())  # type: ignore[arg-type]
    assert isinstance(classify(ConnectionFault(MaxRetryError(pool, "/", cause))), CarrierRefused)


def test_a_connection_that_does_not_come_about_took_nothing() -> None:
    with full() as url:
        assert refusal(url).permanent is False


def test_an_untrusted_certificate_took_nothing() -> None:
    cause = ssl.SSLCertVerificationError(1, "self-signed")
    pool = HTTPSConnectionPool("carrier")
    wrapped = RequestsSslError(MaxRetryError(pool, "/", SSLError(cause)))
    assert isinstance(classify(wrapped), CarrierRefused)


@pytest.mark.parametrize(
    "cause",
    [
        ssl.SSLError(1, "bad record mac"),
        ProxyError("gone", ProtocolError("closed after the request")),
        RuntimeError("a bug"),
    ],
)
def test_what_may_have_come_after_the_request_is_uncertain(cause: Exception) -> None:
    assert isinstance(classify(cause), CarrierUncertain)


def test_an_earlier_failure_that_was_mended_says_nothing_about_this_one() -> None:
    error = ProtocolError("connection lost")
    error.__context__ = ssl.SSLCertVerificationError(1, "another address")
    assert isinstance(classify(error), CarrierUncertain)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(None, id="reset after the request"),
        pytest.param(b"", id="closed without a word"),
        pytest.param(reply(201, PLACED[:20], length=len(PLACED)), id="half a body"),
        pytest.param(
            b"HTTP/1.1 201 Told\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{", id="half a chunk"
        ),
        pytest.param(b"HTTP/1.1 201", id="half a head"),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
        pytest.param(reply(200, "<html>login</html>"), id="HTML"),
        pytest.param(reply(201, ""), id="no body"),
        pytest.param(reply(201, "[]"), id="another JSON"),
        pytest.param(reply(201, b'{"sid": "\xff"}'), id="no UTF-8"),
        pytest.param(reply(201, "{}"), id="no SID"),
        pytest.param(reply(201, '{"sid": "SM' + "1" * 32 + '"}'), id="another SID"),
        pytest.param(reply(201, f'{{"sid": "{SID}\\n"}}'), id="a SID and more"),
        pytest.param(reply(204), id="no content"),
        pytest.param(reply(201, PLACED + " " * 10_000_000), id="10 MB"),
        pytest.param(
            reply(
                201, gzip.compress(PLACED.encode() + b" " * 50_000_000), "Content-Encoding: gzip"
            ),
            id="a bomb",
        ),
        pytest.param(twilio_error(500, 20500), id="500"),
        pytest.param(twilio_error(503, 20503), id="503"),
        pytest.param(twilio_error(503, 20429), id="503 with a code of 429"),
        pytest.param(reply(502, "<html>"), id="502"),
        pytest.param(twilio_error(408, 20408), id="408"),
        pytest.param(twilio_error(409, 16026), id="409"),
        pytest.param(reply(400, "bad request"), id="400 without a code"),
        pytest.param(reply(400, '{"code": "21211"}'), id="400 with another's code"),
        pytest.param(reply(401, "<html>proxy</html>"), id="401 without a code"),
        pytest.param(reply(403, '{"message": "no"}'), id="403 without a code"),
    ],
)
def test_everything_else_is_uncertain_and_sent_once(answer: bytes | None) -> None:
    with serving(answer) as server:
        with pytest.raises(CarrierUncertain):
            carrier(server.url).place(DIAL)
        assert len(server.requests) == 1


def test_an_answer_that_does_not_come_is_uncertain() -> None:
    with silent() as url, pytest.raises(CarrierUncertain):
        carrier(url, timeout=(1, 0.2)).place(DIAL)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with serving(reply(201, PLACED)) as other:
        moved = reply(status, PLACED, f"Location: {other.url}/elsewhere")
        with serving(moved) as server, pytest.raises(CarrierUncertain):
            carrier(server.url).place(DIAL)
        assert other.requests == []


def test_a_fetch_does_not_take_a_redirect_for_a_record() -> None:
    with serving(reply(302, PLACED)) as server, pytest.raises(CarrierUncertain):
        carrier(server.url).fetch(SID)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (twilio_error(429, 20429), 20429),
        (reply(429, "slow down"), 20429),
        (twilio_error(429, 22005), 22005),
        (twilio_error(400, 22005), 22005),
        (twilio_error(400, 20429), 20429),
    ],
)
def test_come_later_is_not_for_ever(answer: bytes, code: int) -> None:
    with serving(answer) as server:
        told = refusal(server.url)
    assert (told.code, told.permanent, told.trips_breaker) == (code, False, False)


@pytest.mark.parametrize(
    ("status", "code", "trips"),
    [
        (400, 21211, False),
        (400, 21215, False),
        (404, 20404, False),
        (400, 20003, True),
        (401, 20003, True),
        (403, 20005, True),
        (403, 21215, True),
    ],
)
def test_a_refusal_with_a_code_is_for_ever(status: int, code: int, trips: bool) -> None:
    with serving(twilio_error(status, code)) as server:
        told = refusal(server.url)
    assert (told.code, told.permanent, told.trips_breaker) == (code, True, trips)


def test_a_refusal_in_the_newer_form_is_read_too() -> None:
    problem = {"type": "about:blank", "title": "No", "status": 400, "code": 21211}
    with serving(reply(400, json.dumps(problem))) as server:
        assert refusal(server.url).code == 21211


def test_a_listing_says_why_it_was_refused() -> None:
    with serving(twilio_error(429, 20429)) as server, pytest.raises(CarrierRefused) as caught:
        carrier(server.url).list_calls()
    assert (caught.value.code, caught.value.permanent) == (20429, False)


def test_no_failure_has_a_number_in_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(CarrierRefused) as caught:
        carrier(closed()).list_calls(to=DIAL.address)
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
    assert DIAL.address[1:] not in str(caught.value) + caplog.text


def test_no_request_is_logged_with_its_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(twilio_error(400, 21211)) as server:
        refusal(server.url)
        with pytest.raises(CarrierRefused):
            carrier(server.url).list_calls(to=DIAL.address)
    assert DIAL.address[1:] not in caplog.text
