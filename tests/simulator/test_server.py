"""The simulator as a program: over HTTP on loopback, with real callbacks and real signals."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from werkzeug.serving import make_server

from dialer.simulator.__main__ import parse, settings_from
from dialer.simulator.exchange import Exchange, Settings
from dialer.simulator.manners import MANNERS
from dialer.simulator.network import CALLBACK_EFFECTS, PHONE_EFFECTS, REST_EFFECTS
from dialer.simulator.server import LANGUAGES, STATIC, make
from tests.simulator.listening import ALL_EVENTS, CUSTOMER, App

PATIENCE_SECONDS = 10


@contextmanager
def listening(server: Any) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def simulator() -> Iterator[str]:
    server, runner = make(Exchange(Settings(speed=200, calls_per_second=50)), "127.0.0.1", 0)
    runner.start()
    with listening(server) as url:
        yield url
    runner.stop()


@pytest.fixture
def app() -> Iterator[tuple[App, str]]:
    app = App(Settings().auth_token)
    app.pages["/voice"] = "<Response><Say>您好</Say></Response>"
    with listening(make_server("127.0.0.1", 0, app, threaded=True)) as url:
        yield app, url


def client_of(simulator: str) -> Client:
    client = Client(Settings().account_sid, Settings().auth_token)
    client.api.base_url = simulator
    return client


def until(true: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (seen := true()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert seen
    return seen


def control(simulator: str, path: str, wish: Any = None) -> Any:
    answer = requests.post(f"{simulator}/simulator/{path}", json=wish or {}, timeout=5)
    return answer.json() if answer.ok else answer.status_code


def order(client: Client, url: str, to: str = CUSTOMER) -> Any:
    return client.calls.create(
        to=to, from_="+15005550006", url=f"{url}/voice", status_callback=f"{url}/status#rc=1",
        status_callback_event=ALL_EVENTS,
    )  # fmt: skip


def test_a_call_over_http_from_order_to_signed_end(simulator: str, app: tuple[App, str]) -> None:
    listener, url = app
    control(simulator, "phones", {"number": CUSTOMER, "manner": {"after": 1, "talks_seconds": 60}})
    client = client_of(simulator)
    call = order(client, url)
    until(lambda: client.calls(call.sid).fetch().status == "completed")
    until(lambda: len(listener.asked_at("/status")) == 4)
    told = [asked.form["CallStatus"] for asked in listener.asked_at("/status")]
    assert sorted(told) == ["completed", "in-progress", "initiated", "ringing"]
    assert all(asked.genuine for asked in listener.asked)


def test_a_person_at_the_page_answers_presses_and_hangs_up(
    simulator: str, app: tuple[App, str]
) -> None:
    listener, url = app
    listener.pages["/voice"] = "<Response><Gather action='/key' numDigits='1'/></Response>"
    listener.pages["/key"] = "<Response><Pause length='600'/></Response>"
    control(simulator, "phones", {"number": CUSTOMER, "manner": "person"})
    order(client_of(simulator), url)

    def phone() -> Any:
        state = requests.get(f"{simulator}/simulator/state", timeout=5).json()
        return next(p for p in state["phones"] if p["number"] == CUSTOMER)

    until(lambda: phone()["state"] == "ringing")
    control(simulator, f"phones/{CUSTOMER}/answer")
    until(lambda: listener.asked_at("/voice"))
    until(lambda: control(simulator, f"phones/{CUSTOMER}/press", {"keys": "1"}))
    until(lambda: listener.asked_at("/key"))
    assert phone()["keys"] == "1"
    control(simulator, f"phones/{CUSTOMER}/hang-up")
    assert phone()["state"] == "idle"


def test_a_dropped_connection_is_dropped_for_real(simulator: str, app: tuple[App, str]) -> None:
    control(simulator, "moods", {"effect": "drop_after", "times": 1})
    with pytest.raises(requests.exceptions.ConnectionError):
        order(client_of(simulator), app[1])
    rings = until(lambda: requests.get(f"{simulator}/simulator/rings", timeout=5).json())
    assert [ring["number"] for ring in rings] == [CUSTOMER]


def test_moods_are_added_and_calmed(simulator: str, app: tuple[App, str]) -> None:
    control(simulator, "moods", {"effect": "throttle"})
    with pytest.raises(TwilioRestException) as caught:
        order(client_of(simulator), app[1])
    assert caught.value.status == 429
    requests.delete(f"{simulator}/simulator/moods", timeout=5)
    assert order(client_of(simulator), app[1]).status == "queued"


@pytest.mark.parametrize(
    ("path", "wish"),
    [
        ("phones", {"number": "12", "manner": "busy"}),
        ("phones", {"number": CUSTOMER, "manner": "polite"}),
        ("phones", {"number": CUSTOMER, "manner": {"politeness": 1}}),
        ("phones", {"number": CUSTOMER, "manner": []}),
        ("phones", {"number": CUSTOMER, "manner": {"after": "soon"}}),
        ("phones", {"number": CUSTOMER, "manner": {"pick_up": "perhaps"}}),
        ("phones", {"number": CUSTOMER, "manner": {"acts": [{"on_hearing": "("}]}}),
        ("moods", {"effect": "lose", "times": "3"}),
        (f"phones/{CUSTOMER}/answer", {}),
        ("moods", {"effect": "sunshine"}),
        ("moods", {"effect": "lose", "share": 2}),
    ],
)
def test_nonsense_is_refused_with_a_reason(simulator: str, path: str, wish: Any) -> None:
    assert control(simulator, path, wish) == 400


def test_other_sites_cannot_post_forms_here(simulator: str) -> None:
    answer = requests.post(f"{simulator}/simulator/moods", data={"effect": "lose"}, timeout=5)
    assert answer.status_code == 400


def test_the_page_allows_no_foreign_or_inline_code(simulator: str) -> None:
    page = requests.get(simulator, timeout=5)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert " style=" not in page.text
    assert "<script>" not in page.text


def test_the_page_speaks_the_readers_language(simulator: str) -> None:
    def title(language: str) -> str:
        words = requests.get(
            f"{simulator}/simulator/words", headers={"Accept-Language": language}, timeout=5
        )
        return str(words.json()["title"])

    assert len({title("zh-CN"), title("zh-TW"), title("en-GB,en;q=0.9")}) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_manner_and_mood_has_a_name(language: str) -> None:
    words = json.loads((STATIC / "words" / f"{language}.json").read_text())
    assert set(words["manners"]) == {*MANNERS, "custom"}
    assert set(words["effects"]) == {*CALLBACK_EFFECTS, *REST_EFFECTS, *PHONE_EFFECTS}
    assert all(words.values())


def test_healthz(simulator: str) -> None:
    assert requests.get(f"{simulator}/healthz", timeout=5).json()["status"] == "ok"


def test_the_account_comes_from_the_environment() -> None:
    options = parse(["--port", "9", "--seed", "4", "--speed", "20"])
    environment = {
        "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "secret", "CALLER_IDS": "+1202, +1303",
        "DIALER_CLOCK_START": "2026-03-02T09:00:00+08:00",
    }  # fmt: skip
    settings = settings_from(options, environment)
    assert (settings.account_sid, settings.caller_ids) == ("AC1", ("+1202", "+1303"))
    assert (settings.seed, settings.speed) == (4, 20)
    assert settings.start.isoformat() == "2026-03-02T09:00:00+08:00"
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(["--speed", "0"], {}), ([], {"DIALER_CLOCK_START": "2026-03-02T09:00:00"})],
)
def test_a_wrong_setting_is_named(arguments: list[str], environment: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"--speed|DIALER_CLOCK_START"):
        settings_from(parse(arguments), environment)


def test_the_program_stops_cleanly_when_told_to() -> None:
    command = [sys.executable, "-m", "dialer.simulator", "--port", "0"]
    program = subprocess.Popen(command, stderr=subprocess.PIPE, env=dict(os.environ), text=True)
    assert program.stderr
    assert "simulator on http://127.0.0.1:" in program.stderr.readline()
    program.send_signal(signal.SIGTERM)
    assert program.wait(timeout=PATIENCE_SECONDS) == 0
    program.stderr.close()
