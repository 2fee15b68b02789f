"""The telephone exchange: all calls, rooms, recordings and phones, on one virtual clock.

It does no I/O and starts no thread. Callbacks leave through `exchange.deliver`, REST requests come
in through `rest.handle(exchange, request)`, and time passes only in `exchange.advance(seconds)`.
The same seed and the same requests at the same instants give the same life, SIDs included.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from dialer.simulator.agenda import Agenda, Deed, nothing
from dialer.simulator.calls import Call, CallEvent, Conference, Tape
from dialer.simulator.courier import Answer, Courier, Deliver
from dialer.simulator.manners import MANNERS, Manner, manner_of
from dialer.simulator.network import Network
from dialer.simulator.phones import Handset, Phone
from dialer.simulator.terms import Listener, Terms
from dialer.simulator.wire import Pairs, new_sid
from dialer.simulator.witness import Witness

PERSON = MANNERS["person"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One account and how the exchange runs. `speed` shortens what phones and people do."""

    account_sid: str = "AC" + "5" * 32
    auth_token: str = field(default="simulated-token", repr=False)
    caller_ids: tuple[str, ...] = ("+15005550006",)
    base_url: str = "https://api.twilio.com"
    calls_per_second: float = 1.0
    seed: int = 1
    speed: float = 1.0
    start: datetime = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    voice_url: str = ""
    api_key_sid: str = "SK" + "5" * 32
    api_key_secret: str = field(default="simulated-key-secret-of-32-bytes", repr=False)


class Exchange:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.random, storms, tokens = (Random(settings.seed + n) for n in range(3))  # noqa: S311
        self.agenda = Agenda(settings.start)
        self.network = Network(storms)
        self.courier = Courier(self.agenda, self.network, tokens, settings.auth_token)
        self.witness = Witness(self.agenda.now)
        self.calls: dict[str, Call] = {}
        self._open: dict[str, Call] = {}
        self.conferences: dict[str, Conference] = {}
        self.tapes: dict[str, Tape] = {}
        self.handsets: dict[str, Handset] = {}
        self._next_turn = settings.start

    def now(self) -> datetime:
        return self.agenda.now()

    def advance(
        self, seconds: float, *, tick: float | None = None, each_tick: Deed = nothing
    ) -> None:
        """Live through `seconds`; with `tick`, call `each_tick` every that many seconds."""
        self.agenda.advance(seconds, tick=tick, each_tick=each_tick)

    def each_step(self, watcher: Deed) -> None:
        """Have `watcher` run after every event."""
        self.agenda.each_step(watcher)

    @property
    def deliver(self) -> Deliver:
        return self.courier.deliver

    @deliver.setter
    def deliver(self, port: Deliver) -> None:
        self.courier.deliver = port

    def phone(self, address: str) -> Phone:
        """The scripted phone of that address, registered by asking for it."""
        known = self.handsets.get(address)
        if known is None:
            known = Phone(address=address, manner=manner_of(address, self.settings.seed))
            self.handsets[address] = known
        if not isinstance(known, Phone):
            raise ValueError(f"{address} is not a scripted phone")
        return known

    def handset(self, address: str) -> Handset | None:
        """Whatever rings at that address; a `client:` nobody registered does not exist."""
        if address.startswith("client:"):
            return self.handsets.get(address)
        return self.handsets.get(address) or self.phone(address)

    def is_engaged(self, address: str, besides: Call) -> bool:
        return any(
            call.phone_address == address and call is not besides
            for call in self.open_calls()
            if call.status in {"ringing", "in-progress"}
        )

    def open_calls(self) -> Iterator[Call]:
        return iter(tuple(self._open.values()))

    def call_at(self, address: str) -> Call | None:
        """The call that this phone is now ringing for or talking on."""
        at_phone = (
            call
            for call in self.open_calls()
            if call.phone_address == address and call.status in {"ringing", "in-progress"}
        )
        return next(at_phone, None)

    def manner_at(self, call: Call) -> Manner:
        """How this call is treated at its phone; other handsets are people."""
        handset = self.handsets.get(call.phone_address)
        return handset.attending(call.sid) if isinstance(handset, Phone) else PERSON

    def pace(self, call: Call) -> float:
        """By what the people's times on this call are multiplied; 1 where a person decides."""
        return 1.0 if self.manner_at(call).pick_up == "person" else 1 / self.settings.speed

    def take_turn(self) -> float:
        """Seconds that the next REST call waits in the queue (calls per second)."""
        turn = max(self.now(), self._next_turn)
        seconds = (turn - self.now()).total_seconds()
        self._next_turn = turn + timedelta(seconds=1 / self.settings.calls_per_second)
        return seconds

    def new_call(
        self, *, to: str, from_: str, direction: str, terms: Terms, parent: Call | None = None
    ) -> Call:
        call = Call(
            sid=new_sid("CA", self.random), account_sid=self.settings.account_sid, to=to,
            from_=from_, direction=direction, created_at=self.now(), updated_at=self.now(),
            terms=terms, parent=parent, number=len(self.calls),
        )  # fmt: skip
        self.calls[call.sid] = self._open[call.sid] = call
        return call

    def forget(self, call: Call) -> None:
        """The call is over: it occupies no phone any more."""
        self._open.pop(call.sid, None)
        self.witness.ended(call)

    def tell(self, call: Call | None, kind: str, listener: Listener, params: Pairs) -> None:
        """Send a callback whose answer means nothing."""

        def done(answer: Answer) -> None:
            if call:
                self.note(call, listener.method, listener.url, params, answer)

        sid = call.sid if call else ""
        self.courier.send(kind, listener.method, listener.url, params, done, sid=sid)

    def note(self, call: Call, method: str, url: str, params: Pairs, answer: Answer) -> None:
        """Keep a request for the call's Events."""
        call.exchanges.append(
            CallEvent(method=method, url=url, params=params, answer=answer, at=self.now())
        )

    def url_of(self, tape: Tape) -> str:
        account = f"/2010-04-01/Accounts/{self.settings.account_sid}"
        return f"{self.settings.base_url}{account}/Recordings/{tape.sid}"

    def tape_params(self, call: Call) -> Pairs:
        """What a completed call's callback says about its recording."""
        tape = self.tapes.get(call.tape_sid)
        if tape is None or not call.final:
            return ()
        return (
            ("RecordingUrl", self.url_of(tape)),
            ("RecordingSid", tape.sid),
            ("RecordingDuration", str(tape.seconds)),
        )

    def audience(self, call: Call) -> list[Call]:
        """The calls that hear this one now."""
        if call.seat:
            return list(call.seat.hearers())
        return [call.bridge] if call.bridge else []
