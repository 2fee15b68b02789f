"""An independent witness: what really happened at the phones, whatever anybody was told.

Tests compare the product's log with this one. Nothing here is read by the exchange itself.
`doubled` are the SIDs of what the carrier did a second time by a fault of its own.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dialer.simulator.calls import Call
from dialer.simulator.phones import Heard

LINES = 100_000
SOUNDS_PER_PHONE = 1000


def _memory() -> deque[Any]:
    """A long one, but not an endless one: a demo may run for weeks."""
    return deque(maxlen=LINES)


@dataclass(kw_only=True)
class Ring:
    """One phone rang; and what came of it."""

    number: str
    at: datetime
    call_sid: str
    from_: str
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    ended_as: str = ""


@dataclass(frozen=True, kw_only=True)
class Post:
    """A REST request that changed something and was accepted."""

    at: datetime
    path: str
    form: dict[str, str]
    sid: str


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What Twilio would write into its debugger."""

    at: datetime
    call_sid: str
    code: int
    url: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Given:
    """A key pressed or a sentence spoken at a phone."""

    at: datetime
    number: str
    call_sid: str
    kind: str
    text: str


@dataclass
class Witness:
    now: Callable[[], datetime]
    rings: deque[Ring] = field(default_factory=_memory)
    posts: deque[Post] = field(default_factory=_memory)
    faults: deque[Fault] = field(default_factory=_memory)
    given: deque[Given] = field(default_factory=_memory)
    doubled: set[str] = field(default_factory=set)
    heard: dict[str, deque[Heard]] = field(default_factory=dict)
    _ringing: dict[str, Ring] = field(default_factory=dict)

    def rang(self, call: Call) -> None:
        ring = Ring(number=call.to, at=self.now(), call_sid=call.sid, from_=call.from_)
        self.rings.append(ring)
        self._ringing[call.sid] = ring

    def answered(self, call: Call) -> None:
        if ring := self._ringing.get(call.sid):
            ring.answered_at = self.now()

    def ended(self, call: Call) -> None:
        if ring := self._ringing.pop(call.sid, None):
            ring.ended_at, ring.ended_as = self.now(), call.status

    def accepted(self, path: str, form: dict[str, str], sid: str) -> None:
        self.posts.append(Post(at=self.now(), path=path, form=form, sid=sid))

    def fault(self, call: Call, code: int, url: str, reason: str) -> None:
        self.faults.append(
            Fault(at=self.now(), call_sid=call.sid, code=code, url=url, reason=reason)
        )

    def gave(self, call: Call, kind: str, text: str) -> None:
        self.given.append(
            Given(at=self.now(), number=call.phone_address, call_sid=call.sid, kind=kind, text=text)
        )

    def sounded(self, call: Call, heard: Heard) -> None:
        ear = self.heard.setdefault(call.phone_address, deque(maxlen=SOUNDS_PER_PHONE))
        ear.append(heard)
