"""The house's processes as things that can die: each with its own database connections.

A process that dies loses its connections, its stack and its runtime; the next use of it starts
it anew. Only the compiled statements of its engine outlive it, for they hold no facts.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from twilio.http.response import Response

from dialer.calling.pulse import wake_up
from dialer.calling.spool import replay_spool
from dialer.carrier.twilio import TwilioCarrier
from dialer.models.database import Sessions
from dialer.runtime import Runtime
from dialer.webhooks import make_webhooks
from tests.wire import Simulation, Wire, WsgiPort

# What is written all the time, and moves nothing.
HOUSEKEEPING = ("pace", "pulse", "duty_runs", "carrier_audits", "process_leases", "verdicts")


class Dies(BaseException):
    """The process is gone: nothing of it may catch this and go on."""


class Gone(Exception):
    """Whoever wanted something of a process finds that it is not there (any more)."""


class Trouble(Exception):
    """What a broken database says, under SQLAlchemy's own exception."""


def database_error(words: str) -> sa.exc.OperationalError:
    return sa.exc.OperationalError(words, None, Trouble(words))


class Fate(Protocol):
    """Who decides what happens to a process at each of its steps."""

    sim: Simulation

    def meet(self, process: "Process", point: str, step: str) -> None:
        """May raise Dies or a database error, and may let time pass."""

    def live(self, seconds: float) -> None:
        """Let time pass, for everybody else."""


@dataclass(frozen=True, kw_only=True)
class FatefulSessions(Sessions):
    """Sessions whose every step may be the last."""

    process: "Process"

    @contextmanager
    def write(self) -> Iterator[Session]:
        step = sys._getframe(2).f_code.co_name  # noqa: SLF001 - which verb it is, for the record
        self.process.meet("begin", step)
        self.process.has_written = False
        with super().write() as session:
            self.process.in_transaction = True
            try:
                yield session
                self.process.meet("commit", step)
            finally:
                self.process.in_transaction = False
        self.process.meet("committed", step)

    @contextmanager
    def read(self) -> Iterator[Session]:
        self.process.meet("begin", "read")
        with super().read() as session:
            self.process.in_transaction = True
            try:
                yield session
            finally:
                self.process.in_transaction = False


class FatefulWire(Wire):
    """The wire of one process: it may die before a request leaves, or before its answer comes."""

    def __init__(self, process: "Process") -> None:
        super().__init__(process.fate.sim)
        self.process = process

    def request(self, method: str, uri: str, *args: Any, **named: Any) -> Response:
        assert not self.process.in_transaction, f"{method} {uri} within a transaction"
        step = f"{method} {uri.rsplit('/', 1)[1].partition('?')[0]}"
        self.process.meet("send", step)
        self.process.asks(method, uri, named.get("data") or {})
        answer = super().request(method, uri, *args, **named)
        self.process.meet("sent", step)
        return answer

    def let_pass(self, seconds: float) -> None:
        self.process.fate.live(seconds)


@dataclass(frozen=True)
class Sent:
    """A request that left: what it asks for, and the true instants of it and its last commit."""

    process: str
    path: str
    form: Mapping[str, Any]
    intended_at: datetime
    at: datetime


class Process:
    """A web or a clock. `skew` is how wrong its wall clock is."""

    def __init__(self, name: str, fate: Fate, engine: sa.Engine, base: Runtime, box: Path) -> None:
        self.name, self.fate, self.engine = name, fate, engine
        self.base, self.box = base, box
        self.skew = timedelta()
        self.back_at = fate.sim.now()
        self.tokens = 0
        self.lives = 0
        self.in_transaction = False
        self.has_written = False
        self.is_quiet = False
        self.rt: Runtime | None = None
        self.port: WsgiPort | None = None
        self.committed_at = fate.sim.now()
        self.sent: list[Sent] = []
        sa.event.listen(engine, "after_cursor_execute", self.look_at_statement)

    @property
    def is_web(self) -> bool:
        return self.name.startswith("web")

    def start(self) -> Runtime:
        """The runtime of the process, made anew if it has none."""
        if self.rt is None:
            self.lives += 1
            try:
                self.rt = self.begin(self.make_runtime())
            except sa.exc.OperationalError:
                raise Dies from None  # it says so and ends; its supervisor tries again
        return self.rt

    def begin(self, rt: Runtime) -> Runtime:
        """What a web or a clock does before anything else."""
        if self.is_web:
            app = Flask("dialer")
            app.register_blueprint(make_webhooks(rt))
            self.port = WsgiPort(app)
        else:
            wake_up(rt)
        replay_spool(rt)
        return rt

    def make_runtime(self) -> Runtime:
        """As `make_runtime` of the house does, with fateful hands."""
        settings = replace(self.base.settings, spool_dir=self.box)
        return replace(
            self.base,
            settings=settings,
            sessions=FatefulSessions(engine=self.engine, process=self),
            carrier=TwilioCarrier(settings, http=FatefulWire(self)),
            now=self.now,
            monotonic=lambda: self.fate.sim.now().timestamp(),
            wait=self.fate.live,
            token=self.token,
            other_clocks={"database": self.fate.sim.now},
        )

    def now(self) -> datetime:
        return self.fate.sim.now() + self.skew

    def token(self) -> str:
        """128 bits that no other process makes."""
        self.tokens += 1
        mark = int.from_bytes(self.name.encode(), "big")
        return f"{mark:016x}{self.tokens:016x}"

    def look_at_statement(self, _connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        """Whether a transaction changes anything that somebody would have to react to."""
        verb, *words = statement.split(maxsplit=3)[:3]
        if verb == "WITH" and any(word in statement for word in ("INSERT", "UPDATE")):
            self.has_written |= not self.is_quiet  # many rows at once, of what moves things
        if verb in ("UPDATE", "INSERT", "DELETE") and cursor.rowcount > 0:
            table = words[0] if verb == "UPDATE" else words[1]
            self.has_written |= table not in HOUSEKEEPING and not self.is_quiet

    def leave(self) -> None:
        sa.event.remove(self.engine, "after_cursor_execute", self.look_at_statement)

    def die(self, back_after: float) -> None:
        self.engine.dispose()
        self.rt = self.port = None
        self.in_transaction = False
        self.back_at = self.fate.sim.now() + timedelta(seconds=back_after)

    def meet(self, point: str, step: str) -> None:
        if point == "committed":
            self.committed_at = self.fate.sim.now()
        self.fate.meet(self, point, step)

    def asks(self, method: str, uri: str, form: Mapping[str, Any]) -> None:
        if method == "POST":
            self.sent.append(Sent(self.name, uri, form, self.committed_at, self.fate.sim.now()))
