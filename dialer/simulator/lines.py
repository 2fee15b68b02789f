"""The life of a leg: queued, dialled, ringing, talking, over; and the phone's end of it.

Legs ordered over REST wait for their turn (calls per second); legs of a `<Dial>` start at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dialer.simulator.calls import Call
from dialer.simulator.exchange import Exchange
from dialer.simulator.params import progress_params
from dialer.simulator.phones import Heard, Kind, seconds_to_say
from dialer.simulator.process import Promise

DIAL_SECONDS = 0.05
SETUP_SECONDS = 0.4
KEY_SECONDS = 0.25


def place(x: Exchange, call: Call) -> None:
    """Put the call at the end of the queue; it is dialled when its turn comes."""
    call.queue_seconds = x.take_turn()
    x.agenda.after(call.queue_seconds + DIAL_SECONDS, lambda: dial(x, call))


def dial(x: Exchange, call: Call) -> None:
    if call.final:
        return
    call.started_at = x.now()
    report(x, call, "initiated")
    later(x, call, SETUP_SECONDS, lambda: _reach(x, call))


def _reach(x: Exchange, call: Call) -> None:
    """Ring the phone, unless it is engaged or refuses before it rings."""
    handset = x.handset(call.to)
    if handset is None:
        end(x, call, "failed", 404)
    elif x.is_engaged(call.to, call):
        end(x, call, "busy", 486)
    else:
        handset.rings(PhoneLine(x, call))
        if not call.final:
            _ring(x, call)


def _ring(x: Exchange, call: Call) -> None:
    call.status = "ringing"
    x.witness.rang(call)
    report(x, call, "ringing")
    timeout = call.terms.ring_seconds * x.pace(call)
    x.agenda.after(timeout, lambda: _ring_out(x, call))


def _ring_out(x: Exchange, call: Call) -> None:
    if call.status == "ringing":
        end(x, call, "no-answer", 487)


def answer(x: Exchange, call: Call) -> None:
    if call.status != "ringing":
        return
    call.status, call.answered_at = "in-progress", x.now()
    x.witness.answered(call)
    report(x, call, "answered")
    later(x, call, call.terms.limit_seconds, lambda: hang_up(x, call))
    if handset := x.handset(call.phone_address):
        handset.connects(PhoneLine(x, call))
    call.picked_up.keep("answered")
    if call.on_answer:
        call.on_answer(call)


def hang_up(x: Exchange, call: Call) -> None:
    """End the call from whichever side; one that was never answered is canceled."""
    if call.live:
        end(x, call, "completed", 200)
    else:
        end(x, call, "canceled", 487)


def end(x: Exchange, call: Call, status: str, sip_code: int) -> None:
    if call.final:
        return
    call.status, call.sip_code, call.ended_at = status, sip_code, x.now()
    for timer in call.timers:
        timer.cancel()
    if handset := x.handset(call.phone_address):
        handset.ends(PhoneLine(x, call))
    if call.script:
        call.script.cancel()
    x.forget(call)
    call.picked_up.keep(status)
    call.over.keep(status)
    if call.started_at:
        report(x, call, "completed")


def report(x: Exchange, call: Call, event: str) -> None:
    """Tell the status listener, if it asked for this event; every event is counted."""
    call.updated_at = x.now()
    status = "initiated" if event == "initiated" else call.status
    listener = call.terms.status
    if listener.url and event in listener.events:
        params = (*progress_params(call, status, x.now()), *x.tape_params(call))
        x.tell(call, "status", listener, params)
    call.sequence += 1


def later(x: Exchange, call: Call, seconds: float, deed: Callable[[], None]) -> None:
    """Do something in a while, unless the call is over by then."""
    call.timers.append(x.agenda.after(seconds, deed))


def hear(x: Exchange, call: Call, kind: Kind, text: str, seconds: float = 0.0) -> None:
    """Let the phone hear something that lasts `seconds`."""
    heard = Heard(at=x.now(), call_sid=call.sid, kind=kind, text=text)
    x.witness.sounded(call, heard)
    if handset := x.handset(call.phone_address):
        handset.hears(PhoneLine(x, call), heard, seconds / x.pace(call))


@dataclass(frozen=True)
class Input:
    """What a caller gave a Gather or Record: one key, or a sentence."""

    kind: str
    text: str


@dataclass(frozen=True)
class PhoneLine:
    """The phone's end of a call. Times are the people's own: the simulation's speed applies."""

    x: Exchange
    call: Call

    @property
    def sid(self) -> str:
        return self.call.sid

    def answer(self) -> None:
        answer(self.x, self.call)

    def decline(self, status: str = "no-answer", sip_code: int = 603) -> None:
        if not self.call.live:
            end(self.x, self.call, status, sip_code)

    def hang_up(self) -> None:
        hang_up(self.x, self.call)

    def press(self, keys: str) -> None:
        """Keys 0-9 * #; `w` waits half a second."""
        wait = 0.0
        for key in keys:
            if key != "w":
                later(self.x, self.call, wait, lambda key=key: self._key(key))  # type: ignore[misc]
            wait += 0.5 if key == "w" else KEY_SECONDS

    def _key(self, key: str) -> None:
        self.x.witness.gave(self.call, "key", key)
        if key == "*" and self.call.star:
            self.call.star.keep()
        _give(self.call, "keys", Input("key", key))

    def speak(self, text: str) -> None:
        """Say something to whoever listens: a Gather, a Record, or the people on the line."""
        if self.call.live:
            self.x.witness.gave(self.call, "speech", text)
            for listener in self.x.audience(self.call):
                hear(self.x, listener, "speech", text, seconds_to_say(text))
            _give(self.call, "speech", Input("speech", text))

    def later(self, seconds: float, deed: Callable[[], None]) -> None:
        later(self.x, self.call, seconds * self.x.pace(self.call), deed)


def _give(call: Call, ear: str, given: Input) -> None:
    """Hand an input to the verb that waits for it; without one it is lost, as on the real line."""
    promise: Promise | None = getattr(call, ear)
    if promise:
        promise.keep(given)


def line_of(x: Exchange, address: str) -> PhoneLine | None:
    """What somebody at that phone can do now; None if it neither rings nor talks."""
    call = x.call_at(address)
    return PhoneLine(x, call) if call else None
