"""The things of an exchange: calls, recordings, conferences and the seats in them."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dialer.simulator.agenda import Appointment
from dialer.simulator.courier import Answer
from dialer.simulator.process import Process, Promise
from dialer.simulator.terms import Listener, Source, Taping, Terms
from dialer.simulator.wire import Pairs

FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
EVENTS = ("initiated", "ringing", "answered", "completed")
PRICE_PER_MINUTE = 0.0140


@dataclass(frozen=True, kw_only=True)
class CallEvent:
    """A request made to the application about a call, and its answer."""

    at: datetime
    method: str
    url: str
    params: Pairs
    answer: Answer


@dataclass(kw_only=True, eq=False)
class Call:
    """One leg. `status` holds Twilio's REST words; `over` is kept when it is final."""

    sid: str
    account_sid: str
    to: str
    from_: str
    direction: str
    created_at: datetime
    terms: Terms
    number: int
    parent: "Call | None" = None
    status: str = "queued"
    queue_seconds: float = 0.0
    updated_at: datetime
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    sip_code: int = 200
    answered_by: str | None = None
    detection_ms: int = 0
    sequence: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    tape_sid: str = ""
    seat: "Seat | None" = None
    bridge: "Call | None" = None
    script: Process | None = None
    keys: Promise | None = None
    speech: Promise | None = None
    star: Promise | None = None
    timers: list[Appointment] = field(default_factory=list)
    picked_up: Promise = field(default_factory=Promise)
    over: Promise = field(default_factory=Promise)
    left_bridge: Promise = field(default_factory=Promise)
    exchanges: list[CallEvent] = field(default_factory=list)
    on_answer: Callable[["Call"], None] | None = None

    @property
    def final(self) -> bool:
        return self.status in FINAL

    @property
    def live(self) -> bool:
        return self.status == "in-progress"

    @property
    def phone_address(self) -> str:
        """The simulated phone's end: whom we rang, or who rang us."""
        return self.from_ if self.direction == "inbound" else self.to

    @property
    def seconds(self) -> int:
        """Length of the talk in whole seconds; 0 if nobody answered."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return round((self.ended_at - self.answered_at).total_seconds())

    @property
    def minutes(self) -> int:
        return math.ceil(self.seconds / 60)

    @property
    def price(self) -> str | None:
        return (
            f"{-self.minutes * PRICE_PER_MINUTE:.5f}" if self.answered_at and self.final else None
        )


@dataclass(kw_only=True, eq=False)
class Tape:
    sid: str
    account_sid: str
    call_sid: str
    conference_sid: str
    source: str
    taping: Taping
    started_at: datetime
    number: int
    updated_at: datetime
    status: str = "in-progress"
    seconds: int = 0


@dataclass(kw_only=True, eq=False)
class Seat:
    """A participant. `state` holds Twilio's words; `left` is kept when it is out of the room.

    Leaving the room ends the leg of one who was added over REST, unless it `stays_on_line`.
    """

    call: Call
    conference: "Conference"
    created_at: datetime
    label: str = ""
    muted: bool = False
    hold: bool = False
    coaching: bool = False
    coached_sid: str = ""
    start_on_enter: bool = True
    end_on_exit: bool = False
    beep: str = "true"
    wait: Source | None = None
    stays_on_line: bool = False
    music: Process | None = None
    joined_at: datetime | None = None
    left: Promise = field(default_factory=Promise)
    updated_at: datetime

    @property
    def number(self) -> int:
        return self.call.number

    @property
    def seated(self) -> bool:
        return self.joined_at is not None and not self.left.kept

    def hearers(self) -> Iterator[Call]:
        """Who hears this participant: all, one (when coaching), nobody (muted, held, waiting)."""
        room = self.conference
        if self.muted or self.hold or not self.seated or room.status != "in-progress":
            return
        for other in room.seated:
            reaches = not self.coaching or other.call.sid == self.coached_sid
            if other is not self and not other.hold and reaches:
                yield other.call

    @property
    def state(self) -> str:
        if self.left.kept:
            return "failed" if self.joined_at is None else "complete"
        if self.joined_at is not None:
            return "connected"
        if self.call.status == "ringing":
            return "ringing"
        return "connecting" if self.call.started_at else "queued"


@dataclass(kw_only=True, eq=False)
class Conference:
    sid: str
    account_sid: str
    name: str
    created_at: datetime
    updated_at: datetime
    number: int
    listener: Listener | None = None
    taping: Taping | None = None
    tape: Tape | None = None
    status: str = "init"
    sequence: int = 0
    seats: list[Seat] = field(default_factory=list)
    reason: str | None = None
    ending_sid: str | None = None

    @property
    def active(self) -> bool:
        return self.status != "completed"

    @property
    def present(self) -> list[Seat]:
        """Those in the room and those being rung for it."""
        return [seat for seat in self.seats if not seat.left.kept]

    @property
    def seated(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.seated]

    def seat_of(self, key: str) -> Seat | None:
        """The present participant with this call SID or label."""
        return next((s for s in self.present if key in {s.call.sid, s.label} and key), None)
