"""What an answered call was ordered to do: record, detect, execute TwiML; and calls to us."""

from dialer.simulator import detection, tapes
from dialer.simulator.calls import Call
from dialer.simulator.dialing import WHISPERED, dial
from dialer.simulator.exchange import Exchange
from dialer.simulator.process import Process
from dialer.simulator.scripts import Script, Verbs
from dialer.simulator.terms import Source, Terms

VERBS: Verbs = {**WHISPERED, "Dial": dial}


def execute(x: Exchange, call: Call, source: Source, extra: dict[str, str] | None = None) -> None:
    """Have the call do what `source` says, instead of whatever it was doing."""
    if call.script:
        call.script.cancel()
    call.keys = call.speech = call.star = None
    call.script = Process(x.agenda, Script(x, call, source, VERBS).steps(extra or {}))
    call.left_bridge.keep()


def begin(x: Exchange, call: Call) -> None:
    """Do what a call that was ordered over REST does when somebody answers."""
    terms = call.terms.detection
    tape(x, call)
    if terms is None:
        execute(x, call, call.terms.source)
    elif terms.background:
        execute(x, call, call.terms.source)
        detection.detect(x, call, terms, lambda found: detection.report(x, call, terms, found))
    else:
        detection.detect(x, call, terms, lambda found: execute(x, call, call.terms.source, found))


def tape(x: Exchange, call: Call) -> None:
    """Record the leg, if that was ordered."""
    if call.terms.taping:
        call.tape_sid = tapes.start(x, call.terms.taping, "OutboundAPI", call=call).sid


def incoming(
    x: Exchange, from_: str, to: str, url: str = "", fields: dict[str, str] | None = None
) -> Call:
    """Let a phone (or `client:NAME`) call one of our numbers; `url` says what happens then.

    `fields` go along with every request about the call, as a browser phone's parameters do.
    """
    source = Source(url=url or x.settings.voice_url)
    call = x.new_call(to=to, from_=from_, direction="inbound", terms=Terms(source=source))
    call.status, call.started_at, call.fields = "ringing", x.now(), dict(fields or {})
    execute(x, call, source)
    return call
