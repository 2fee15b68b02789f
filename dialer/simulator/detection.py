"""Answering-machine detection: who or what picked up, and when that is known.

Times follow the reference: a result about four seconds after the answer on average; with
`DetectMessageEnd` a machine is reported when its greeting has ended.
"""

from collections.abc import Callable

from dialer.simulator import lines
from dialer.simulator.calls import Call
from dialer.simulator.exchange import Exchange
from dialer.simulator.manners import Manner
from dialer.simulator.terms import Detection

HUMAN_SECONDS = 1.2
MACHINE_SECONDS = 3.6
FAX_SECONDS = 2.5
BEEP_SECONDS = 0.4
SILENCE_AFTER_GREETING = 1.2


def verdict(manner: Manner, terms: Detection) -> tuple[str, float]:
    """`AnsweredBy` and the seconds from the answer until it is known."""
    match manner.voice:
        case "silence":
            return "unknown", terms.silence_seconds
        case "fax":
            return "fax", FAX_SECONDS
        case "human":
            return "human", manner.greeting_seconds + HUMAN_SECONDS
    if terms.mode == "Enable":
        return "machine_start", MACHINE_SECONDS
    name = "machine_end_beep" if manner.beep else "machine_end_silence"
    wait = manner.greeting_seconds + (BEEP_SECONDS if manner.beep else SILENCE_AFTER_GREETING)
    if wait > terms.timeout_seconds:
        return "machine_end_other", terms.timeout_seconds
    return name, wait


def detect(
    x: Exchange, call: Call, terms: Detection, known: Callable[[dict[str, str]], None]
) -> None:
    """Find out who answered; `known` gets the parameters, unless the call is over before."""
    answered_by, seconds = verdict(x.manner_at(call), terms)

    def tell() -> None:
        call.answered_by, call.detection_ms = answered_by, round(seconds * 1000)
        known({"AnsweredBy": answered_by, "MachineDetectionDuration": str(call.detection_ms)})

    lines.later(x, call, seconds * x.pace(call), tell)


def report(x: Exchange, call: Call, terms: Detection, found: dict[str, str]) -> None:
    """The asynchronous callback."""
    pairs = {"CallSid": call.sid, "AccountSid": call.account_sid, **found}
    if terms.listener.url:
        x.tell(call, "amd", terms.listener, tuple(pairs.items()))
