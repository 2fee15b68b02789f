"""Callbacks on their way: signed, retried as the URL's fragment asks, through the network's moods.

The courier does no I/O. It hands a `Webhook` to a port, `deliver(webhook, done)`, which calls
`done(answer)` now (in tests) or later (from a worker thread, under the server's lock).
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from urllib.parse import urljoin

from dialer.simulator.agenda import Agenda
from dialer.simulator.network import Network
from dialer.simulator.wire import Overrides, Pairs, sign, split_fragment, with_query

MAX_REDIRECTS = 10
EDGE_SECONDS = 0.02
MEMORY = 100_000


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """One HTTP request to the application. `url` is as requested and as signed."""

    kind: str
    method: str
    url: str
    fields: Pairs
    headers: Mapping[str, str]
    call_sid: str = ""
    connect_seconds: float = 5.0
    read_seconds: float = 15.0

    @property
    def form(self) -> Pairs:
        """The body's fields; those of a GET are in its URL already."""
        return self.fields if self.method == "POST" else ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; `failure` is `ct` or `rt` when nothing did."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    failure: str = ""

    @property
    def trouble(self) -> str:
        """`ct`, `rt`, `4xx`, `5xx`, or empty if all is well."""
        return self.failure or (f"{self.status // 100}xx" if self.status >= 400 else "")

    def header(self, name: str) -> str:
        return next((v for k, v in self.headers.items() if k.lower() == name.lower()), "")


Done = Callable[[Answer], None]
Deliver = Callable[[Webhook, Done], None]


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One line of the log of callbacks: a try and what came of it."""

    at: datetime
    webhook: Webhook
    answer: Answer

    @property
    def params(self) -> dict[str, str]:
        return dict(self.webhook.fields)


@dataclass(kw_only=True)
class _Errand:
    """A callback with all its tries."""

    webhook: Webhook
    overrides: Overrides
    done: Done
    started_at: datetime
    tries: int = 0
    hops: int = 0


def unplugged(_webhook: Webhook, done: Done) -> None:
    """The port of a simulation that serves no application yet."""
    done(Answer(failure="ct"))


def ignore(_answer: Answer) -> None:
    """For callbacks whose answer means nothing."""


class Courier:
    def __init__(self, agenda: Agenda, network: Network, random: Random, token: str) -> None:
        self.deliver: Deliver = unplugged
        self.delivered: deque[Delivered] = deque(maxlen=MEMORY)
        self._agenda = agenda
        self._network = network
        self._random = random
        self._token = token

    def send(
        self, kind: str, method: str, url: str, params: Pairs, done: Done = ignore, *, sid: str = ""
    ) -> None:
        """Have the application called at `url` with `params`; `done` gets the last answer."""
        address, overrides = split_fragment(url)
        webhook = self._compose(kind, method.upper(), address, params, sid, overrides)
        errand = _Errand(
            webhook=webhook, overrides=overrides, done=done, started_at=self._agenda.now()
        )
        self._agenda.after(EDGE_SECONDS + self._lateness(kind), lambda: self._set_out(errand))

    def _compose(
        self, kind: str, method: str, url: str, params: Pairs, sid: str, overrides: Overrides
    ) -> Webhook:
        address = url if method == "POST" else with_query(url, params)
        signed = params if method == "POST" else ()
        return Webhook(
            kind=kind, method=method, url=address, fields=params, call_sid=sid,
            connect_seconds=overrides.connect_seconds, read_seconds=overrides.read_seconds,
            headers={
                "User-Agent": "TwilioProxy/1.1",
                "Accept": "*/*",
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                "I-Twilio-Idempotency-Token": f"{self._random.getrandbits(128):032x}",
                "X-Home-Region": "us1",
                "X-Twilio-Signature": sign(self._token, address, signed),
            },
        )  # fmt: skip

    def _lateness(self, kind: str) -> float:
        delay = self._network.strikes("delay", kind)
        shuffle = self._network.strikes("shuffle", kind)
        late = delay.seconds if delay else 0.0
        return late + (self._network.dice(shuffle.seconds) if shuffle else 0.0)

    def _set_out(self, errand: _Errand) -> None:
        kind = errand.webhook.kind
        if kind != "voice" and self._network.strikes("lose", kind):
            return
        if again := self._network.strikes("duplicate", kind):
            twin = replace(errand, done=ignore)
            self._agenda.after(again.seconds, lambda: self._try(twin))
        if self._network.strikes("forge", kind):
            headers = {**errand.webhook.headers, "X-Twilio-Signature": sign("forged", "")}
            errand.webhook = replace(errand.webhook, headers=headers)
        self._try(errand)

    def _try(self, errand: _Errand) -> None:
        errand.tries += 1
        webhook = errand.webhook
        if self._network.strikes("unreachable", webhook.kind):
            self._settle(errand, Answer(failure="ct"))
        elif self._network.strikes("lose_answer", webhook.kind):
            self.deliver(webhook, lambda _: self._settle(errand, Answer(failure="rt")))
        else:
            self.deliver(webhook, lambda answer: self._settle(errand, answer))

    def _settle(self, errand: _Errand, answer: Answer) -> None:
        self.delivered.append(
            Delivered(at=self._agenda.now(), webhook=errand.webhook, answer=answer)
        )
        if self._goes_again(errand, answer):
            self._agenda.after(EDGE_SECONDS, lambda: self._try(errand))
        elif answer.status in {301, 302, 303, 307, 308} and errand.hops < MAX_REDIRECTS:
            self._follow(errand, answer)
        else:
            errand.done(answer)

    def _goes_again(self, errand: _Errand, answer: Answer) -> bool:
        spent = (self._agenda.now() - errand.started_at).total_seconds()
        return (
            bool(answer.trouble)
            and errand.overrides.repeat(answer.trouble)
            and errand.tries <= errand.overrides.retries
            and spent < errand.overrides.total_seconds
        )

    def _follow(self, errand: _Errand, answer: Answer) -> None:
        """Go where the application sends us; as browsers do, 301-303 turn a POST into a GET."""
        old = errand.webhook
        keeps = answer.status in {307, 308}
        target = urljoin(old.url, answer.header("Location"))
        method, fields = (old.method, old.form) if keeps else ("GET", ())
        errand.webhook = self._compose(
            old.kind, method, target, fields, old.call_sid, errand.overrides
        )
        errand.hops += 1
        self._try(errand)
