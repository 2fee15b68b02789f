"""What the carrier's room asks of Twilio, byte by byte on a socket."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from dialer.carrier.port import CarrierRefused, CarrierUncertain, RoomDial
from dialer.carrier.signature import sign
from dialer.carrier.transport import Transport
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.words import LegStatus
from tests.carrier.forms import ENDED, ROOM, changed, form
from tests.carrier.wires import (
    ACCOUNT,
    BASE,
    DIAL,
    KEY,
    SID,
    TOKEN,
    carrier,
    reply,
    serving,
    settings,
)

CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls"
AGAIN = "#ct=2000&rt=4000&rc=3&rp=5xx,ct,rt"
ROOM_DIAL = RoomDial(dial=DIAL, room_sid=ROOM, label="customer", room_token="f" * 32)
PATH = f"/webhooks/status/{TOKEN}"


def call(number: int, **more: object) -> dict[str, object]:
    """A record as Twilio writes it; a higher number is older."""
    return {
        "sid": f"CA{number:032x}", "to": DIAL.address, "from": DIAL.from_number,
        "direction": "outbound-api", "status": "completed", "duration": "15",
        "date_created": f"Mon, 02 Mar 2026 01:{59 - number:02}:00 +0000", "price": "-0.03000",
        "price_unit": "USD", "start_time": None, "end_time": None, **more,
    }  # fmt: skip


def page(*calls: dict[str, object], more: str | None = None) -> bytes:
    return reply(200, json.dumps({"calls": calls, "next_page_uri": more}))


def placed(**more: object) -> bytes:
    return reply(201, json.dumps({"sid": SID, "call_sid": SID, **more}))


def test_placing_a_call() -> None:
    with serving(placed(queue_time="2500")) as server:
        receipt = carrier(server.url).place(DIAL)
    assert (receipt.carrier_sid, receipt.queue_ms) == (SID, 2500)
    assert server.lines == [f"POST {CALLS}.json HTTP/1.1"]
    told = f"{BASE}/webhooks/status/{TOKEN}{AGAIN}"
    assert sorted(server.forms[0]) == sorted(
        [
            ("To", DIAL.address), ("From", DIAL.from_number), ("Timeout", "25"),
            ("TimeLimit", "3600"), ("Url", f"{BASE}/webhooks/voice/{TOKEN}"),
            ("StatusCallback", told), ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"), ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
        ]
    )  # fmt: skip


def test_a_machine_is_listened_for_in_the_background() -> None:
    with serving(placed()) as server:
        carrier(server.url).place(replace(DIAL, detects_machine=True))
    sent = dict(server.forms[0])
    assert (sent["MachineDetection"], sent["AsyncAmd"]) == ("DetectMessageEnd", "true")
    assert sent["AsyncAmdStatusCallback"] == f"{BASE}/webhooks/amd/{TOKEN}{AGAIN}"


def test_adding_to_a_room() -> None:
    with serving(placed(queue_time=None)) as server:
        receipt = carrier(server.url).add_to_room(ROOM_DIAL)
    assert (receipt.carrier_sid, receipt.queue_ms) == (SID, 0)
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Conferences/{ROOM}/Participants.json"
    assert server.lines == [f"POST {path} HTTP/1.1"]
    sent = dict(server.forms[0])
    assert (sent["To"], sent["From"], sent["Label"]) == (DIAL.address, DIAL.from_number, "customer")
    assert (sent["EarlyMedia"], sent["Beep"], sent["EndConferenceOnExit"]) == (
        "true", "false", "true",
    )  # fmt: skip
    assert sent["StatusCallback"] == f"{BASE}/webhooks/status/{TOKEN}{AGAIN}"
    assert sent["ConferenceStatusCallback"] == f"{BASE}/webhooks/conference/{'f' * 32}{AGAIN}"
    assert "AsyncAmd" not in sent
    assert "MachineDetection" not in sent
    assert "ConferenceRecord" not in sent


def test_a_participant_may_be_listened_to_and_its_room_recorded() -> None:
    wish = replace(ROOM_DIAL, dial=replace(DIAL, detects_machine=True), record=True)
    with serving(placed()) as server:
        carrier(server.url).add_to_room(wish)
    sent = dict(server.forms[0])
    assert sent["MachineDetection"] == "Enable"
    assert sent["AmdStatusCallback"] == f"{BASE}/webhooks/amd/{TOKEN}{AGAIN}"
    assert sent["ConferenceRecord"] == "record-from-start"
    recording = f"{BASE}/webhooks/recording/{'f' * 32}{AGAIN}"
    assert sent["ConferenceRecordingStatusCallback"] == recording


def test_hanging_up() -> None:
    with serving(placed()) as server:
        carrier(server.url).hang_up(SID)
    assert server.lines == [f"POST {CALLS}/{SID}.json HTTP/1.1"]
    assert server.forms == [[("Status", "completed")]]


@pytest.mark.parametrize(("status", "code"), [(400, 21220), (404, 20404)])
def test_hanging_up_what_is_over_is_fine(status: int, code: int) -> None:
    with serving(reply(status, json.dumps({"code": code}))) as server:
        carrier(server.url).hang_up(SID)


def test_hanging_up_may_be_refused() -> None:
    answer = reply(401, json.dumps({"code": 20003}))
    with serving(answer) as server, pytest.raises(CarrierRefused):
        carrier(server.url).hang_up(SID)


@pytest.mark.parametrize(("on", "word"), [(True, "true"), (False, "false")])
def test_hold(on: bool, word: str) -> None:
    with serving(reply(200, json.dumps({"call_sid": SID}))) as server:
        carrier(server.url).hold(ROOM, SID, on=on)
    assert f"/Conferences/{ROOM}/Participants/{SID}.json" in server.lines[0]
    assert server.forms == [[("Hold", word)]]


def test_an_open_room_is_found_by_its_name() -> None:
    rooms = [{"sid": "CF" + "0" * 32, "status": "completed"}, {"sid": ROOM, "status": "init"}]
    with serving(reply(200, json.dumps({"conferences": rooms, "next_page_uri": None}))) as server:
        assert carrier(server.url).find_room("call-1") == ROOM
    assert "FriendlyName=call-1" in server.lines[0]


def test_a_closed_room_is_not_found() -> None:
    rooms = [{"sid": ROOM, "status": "completed"}]
    with serving(reply(200, json.dumps({"conferences": rooms, "next_page_uri": None}))) as server:
        assert carrier(server.url).find_room("call-1") is None


def test_a_record_in_our_words() -> None:
    with serving(reply(200, json.dumps(call(1, status="no-answer")))) as server:
        found = carrier(server.url).fetch(f"CA{1:032x}")
    assert (found.status, found.to) == (LegStatus.NO_ANSWER, DIAL.address)
    assert (found.duration, found.cost, found.cost_currency) == (15, "-0.03000", "USD")
    assert found.created_at == datetime(2026, 3, 2, 1, 58, tzinfo=UTC)
    assert (found.started_at, found.from_number) == (None, DIAL.from_number)


def test_a_status_that_nobody_knows_is_not_an_end() -> None:
    odd = call(1, status="vanished", duration="", date_created="yesterday", price=None)
    with serving(reply(200, json.dumps(odd))) as server:
        found = carrier(server.url).fetch(f"CA{1:032x}")
    assert not found.status.is_final
    assert (found.duration, found.created_at, found.cost) == (None, None, None)


def test_another_record_than_was_asked_for_is_not_believed() -> None:
    with serving(reply(200, json.dumps(call(2)))) as server, pytest.raises(CarrierUncertain):
        carrier(server.url).fetch(f"CA{1:032x}")


def test_a_listing_is_read_to_its_end_newest_first() -> None:
    more = f"{CALLS}.json?PageSize=100&Page=1&PageToken=x"
    with serving(page(call(2), call(1), more=more), page(call(3))) as server:
        found = carrier(server.url).list_calls(to=DIAL.address)
    assert [int(c.carrier_sid[2:], 16) for c in found] == [1, 2, 3]
    assert "To=%2B8613800138000" in server.lines[0]
    assert "StartTime" not in "".join(server.lines)
    assert server.lines[1] == f"GET {more} HTTP/1.1"


def test_a_link_elsewhere_does_not_take_our_credentials_along() -> None:
    with serving(page()) as other:
        meta = {"key": "calls", "next_page_url": f"{other.url}/stolen"}
        with serving(reply(200, json.dumps({"calls": [], "meta": meta})), page()) as server:
            carrier(server.url).list_calls()
        assert (other.requests, server.lines[1]) == ([], "GET /stolen HTTP/1.1")


def test_a_listing_stops_behind_the_first_page_that_is_older() -> None:
    since = datetime(2026, 3, 2, 1, 56, tzinfo=UTC)
    queued = call(9, date_created=None)
    pages = [page(call(1), call(5), queued, more="/a"), page(call(6), call(7), more="/b")]
    with serving(*pages) as server:
        found = carrier(server.url).list_calls(since=since)
    assert [c.carrier_sid for c in found] == [call(1)["sid"], queued["sid"]]
    assert len(server.requests) == 2


def test_live_calls_are_listed_in_the_order_of_a_life() -> None:
    moving = call(1, status="queued"), call(1, status="ringing")
    with serving(page(moving[0]), page(moving[1]), page(call(2, status="in-progress"))) as server:
        found = carrier(server.url).list_calls(live_only=True)
    assert [c.status for c in found] == [LegStatus.RINGING, LegStatus.IN_PROGRESS]
    words = [line.split("Status=")[1].split(" ")[0].split("&")[0] for line in server.lines]
    assert words == ["queued", "ringing", "in-progress"]


def test_a_listing_without_end_is_no_listing() -> None:
    with serving(page(call(1), more="/again")) as server, pytest.raises(CarrierUncertain):
        carrier(server.url).list_calls()


def test_half_a_listing_is_no_listing() -> None:
    pages = page(call(1), more="/more"), reply(500, "{}")
    with serving(*pages) as server, pytest.raises(CarrierUncertain):
        carrier(server.url).list_calls()


def test_the_environment_does_not_lead_requests_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "TWILIO_REGION": "ie1", "TWILIO_EDGE": "dublin", "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with serving(placed()) as server:
        assert carrier(server.url).place(DIAL).carrier_sid == SID


def test_without_a_base_url_it_is_twilios_own() -> None:
    wire = TwilioCarrier(settings()).client.http_client
    assert wire.rebase("http://elsewhere/2010-04-01/x?y=1") == (
        "https://api.twilio.com/2010-04-01/x?y=1"
    )


def test_a_base_url_may_have_a_path() -> None:
    assert Transport("https://space.example/api/laml/").rebase("https://api.twilio.com/2010/x") == (
        "https://space.example/api/laml/2010/x"
    )


def body(params: dict[str, str]) -> bytes:
    return urlencode(params).encode()


def test_a_callback_that_twilio_signed_is_ours() -> None:
    signature = sign(KEY, BASE + PATH, form(ENDED))
    assert carrier().verify(PATH, body(ENDED), signature) == form(ENDED)


def test_the_previous_token_still_opens_during_rotation() -> None:
    rotating = TwilioCarrier(settings(TWILIO_AUTH_TOKEN_PREVIOUS="the-token-before"))
    for key in (KEY, "the-token-before"):
        assert rotating.verify(PATH, body(ENDED), sign(key, BASE + PATH, form(ENDED)))
    assert not carrier().verify(
        PATH, body(ENDED), sign("the-token-before", BASE + PATH, form(ENDED))
    )


def test_no_previous_token_is_no_empty_key() -> None:
    assert carrier().verify(PATH, body(ENDED), sign("", BASE + PATH, form(ENDED))) is None


def test_another_account_is_not_ours() -> None:
    foreign = changed(ENDED, AccountSid="AC" + "b" * 32)
    assert carrier().verify(PATH, body(foreign), sign(KEY, BASE + PATH, form(foreign))) is None


def test_another_paths_signature_does_not_open_this_one() -> None:
    signature = sign(KEY, BASE + PATH, form(ENDED))
    assert carrier().verify(f"/webhooks/amd/{TOKEN}", body(ENDED), signature) is None
