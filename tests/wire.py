"""The simulator under the real twilio client, within one process and on a virtual clock.

    sim = Simulation(seed=7, start=datetime(2026, 3, 2, 9, tzinfo=UTC))
    sim.serves(flask_app)                         # callbacks go straight into this WSGI app
    client = sim.client()                         # a real twilio.rest.Client
    sim.phone("+8613800138000").answers_after(3).presses("1", after=2).hangs_up_after(60)
    client.calls.create(to=…, from_=sim.caller_id, url="https://dialer.test/voice")
    sim.advance(30)                               # or advance(30, tick=0.25, each_tick=duties)
    sim.rings("+8613800138000")                   # what really happened: [Ring(at=…, …)]

Everything else of the simulation:
`sim.now()` the only clock · `sim.each_step(duties)` after every event · `sim.advance_until(true)` ·
`sim.network.lose(kind="status", times=1)` and its other moods (dialer/simulator/network.py) ·
`sim.line("+86…")` what a person at that phone can do now (answer, decline, press, speak, hang_up) ·
`sim.incoming("+86…", our_number, url)` somebody calls us ·
`sim.accepted()` REST changes that were accepted · `sim.heard("+86…")` texts spoken into that ear ·
`sim.keys("+86…")` · `sim.told("status")` callbacks delivered, in order, as their parameters ·
`sim.faults` what Twilio would write into its debugger · `sim.hearers("+86…")` who hears it now ·
`sim.talking()` numbers now in a call.

Manners: `answers_after`, `presses`, `says`, `hangs_up_after`, `hangs_up_on_hearing`, `is_busy`,
`never_answers`, `declines_after`, `fails(sip_code)`, `is_voicemail`, `is_fax`, `is_person`,
`behaves("busy", "talker")` for one call after the other. A number that nobody set behaves by its
last two digits (dialer/simulator/manners.py).
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.client import RemoteDisconnected
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from twilio.http import HttpClient
from twilio.http.response import Response as TwilioResponse
from twilio.rest import Client
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import (
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)
from werkzeug.test import Client as WsgiClient

from dialer.simulator import orders, rest
from dialer.simulator.courier import Answer, Delivered, Done, Webhook
from dialer.simulator.exchange import Exchange, Settings
from dialer.simulator.lines import PhoneLine, line_of
from dialer.simulator.replies import Request
from dialer.simulator.wire import Pairs
from dialer.simulator.witness import Fault, Post, Ring

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DEFAULT_TIMEOUT_SECONDS = 10.0


class Simulation(Exchange):
    """An exchange with what stories need around it. One account, one clock, one seed."""

    def __init__(self, *, seed: int = 1, start: datetime = START, **settings: Any) -> None:
        super().__init__(Settings(seed=seed, start=start, **settings))

    @property
    def caller_id(self) -> str:
        return self.settings.caller_ids[0]

    def client(self, *, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> Client:
        """A real twilio client whose requests are answered by this simulation."""
        settings = self.settings
        return Client(settings.account_sid, settings.auth_token, http_client=Wire(self, timeout))

    def serves(self, app: Any) -> None:
        """Deliver callbacks into a WSGI application."""
        self.deliver = WsgiPort(app)

    def unplugs(self) -> None:
        """The application is down: nothing can connect to it."""
        self.deliver = lambda _webhook, done: done(Answer(failure="ct"))

    def advance_until(self, true: Callable[[], bool], *, within: float = 3600) -> None:
        """Live on, event by event, until something is true; an error if it never is."""
        left = within
        while not true():
            step = min(left, self.agenda.seconds_to_next() or left)
            if left <= 0:
                raise AssertionError(f"still not true after {within} simulated seconds")
            self.advance(max(step, 0.000_001))
            left -= max(step, 0.000_001)

    def line(self, number: str) -> PhoneLine | None:
        """What a person at that phone can do now; None if it neither rings nor talks."""
        return line_of(self, number)

    def incoming(self, from_: str, to: str, url: str = "") -> str:
        """Somebody calls one of our numbers; the call's SID."""
        return orders.incoming(self, from_, to, url).sid

    def rings(self, number: str | None = None) -> list[Ring]:
        return [ring for ring in self.witness.rings if number in {None, ring.number}]

    def accepted(self, path: str = "") -> list[Post]:
        """REST changes that were done, whatever the client was told; `path` is a part of it."""
        return [post for post in self.witness.posts if path in post.path]

    def heard(self, number: str, kind: str = "say") -> list[str]:
        sounds = self.witness.heard.get(number, ())
        return [sound.text for sound in sounds if sound.kind == kind]

    def keys(self, number: str) -> str:
        """All keys that were pressed at a phone."""
        given = [g for g in self.witness.given if g.number == number and g.kind == "key"]
        return "".join(g.text for g in given)

    def deliveries(self, kind: str = "") -> list[Delivered]:
        return [d for d in self.courier.delivered if kind in {"", d.webhook.kind}]

    def told(self, kind: str = "status") -> list[dict[str, str]]:
        """The parameters of all callbacks of a kind, in the order of delivery."""
        return [delivery.params for delivery in self.deliveries(kind)]

    @property
    def faults(self) -> list[Fault]:
        return list(self.witness.faults)

    def hearers(self, number: str) -> set[str]:
        """The phones that hear what is said at `number` now."""
        call = self.call_at(number)
        return {other.phone_address for other in self.audience(call)} if call else set()

    def talking(self) -> set[str]:
        return {call.phone_address for call in self.open_calls() if call.live}


class WsgiPort:
    """Delivers callbacks into a WSGI app, at once. An exception in the app is the test's."""

    def __init__(self, app: Any) -> None:
        self._client = WsgiClient(app)

    def __call__(self, webhook: Webhook, done: Done) -> None:
        parts = urlsplit(webhook.url)
        headers = {k: v for k, v in webhook.headers.items() if k != "Content-Type"}
        response = self._client.open(
            parts.path or "/",
            method=webhook.method,
            base_url=f"{parts.scheme}://{parts.netloc}",
            query_string=parts.query,
            data=urlencode(webhook.form),
            content_type=webhook.headers["Content-Type"],
            headers=headers,
        )
        done(
            Answer(
                status=response.status_code,
                headers=dict(response.headers),
                body=response.get_data(as_text=True),
            )
        )


class Wire(HttpClient):  # type: ignore[misc]
    """The twilio client's transport, with the errors that requests and urllib3 really raise."""

    def __init__(self, sim: Simulation, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        super().__init__(logging.getLogger(__name__), False, timeout)
        self.sim = sim

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> TwilioResponse:
        prepared = requests.Request(
            method, uri, params=dict(params or {}), data=dict(data or {}), auth=auth
        ).prepare()
        handled = rest.handle(self.sim, _as_request(prepared, auth))
        patience = timeout or self.timeout or DEFAULT_TIMEOUT_SECONDS
        if handled.lost:
            raise _lost(handled.lost, uri)
        # The caller waits while the world goes on: a callback may come before the answer.
        if handled.seconds:
            self.let_pass(min(handled.seconds, patience))
        if handled.seconds > patience:
            raise _timed_out(uri, patience)
        reply = handled.reply
        return TwilioResponse(reply.status, reply.body.decode(), reply.headers)

    def let_pass(self, seconds: float) -> None:
        """Wait for a slow answer, while the world goes on."""
        self.sim.agenda.wait(seconds)


def _as_request(prepared: requests.PreparedRequest, auth: tuple[str, str] | None) -> Request:
    parts = urlsplit(prepared.url or "")
    username, password = auth or ("", "")
    return Request(
        method=prepared.method or "GET",
        path=parts.path,
        query=_pairs(parts.query),
        form=_pairs(prepared.body or ""),
        username=username,
        password=password,
    )


def _pairs(text: Any) -> Pairs:
    encoded = text.decode() if isinstance(text, bytes) else str(text)
    return tuple(parse_qsl(encoded, keep_blank_values=True))


def _pool(uri: str) -> HTTPSConnectionPool:
    return HTTPSConnectionPool(urlsplit(uri).hostname or "api.twilio.com")


def _lost(how: str, uri: str) -> requests.exceptions.ConnectionError:
    """`refused`: provably never sent. `dropped`: sent, and nobody knows what came of it."""
    if how == "dropped":
        gone = RemoteDisconnected("Remote end closed connection without response")
        return requests.exceptions.ConnectionError(ProtocolError("Connection aborted.", gone))
    pool = _pool(uri)
    cause = NewConnectionError(
        HTTPConnection(pool.host), "Failed to establish a new connection: [Errno 111]"
    )
    return requests.exceptions.ConnectionError(MaxRetryError(pool, uri, cause))


def _timed_out(uri: str, seconds: float) -> requests.exceptions.ReadTimeout:
    return requests.exceptions.ReadTimeout(
        ReadTimeoutError(_pool(uri), uri, f"Read timed out. (read timeout={seconds})")
    )
