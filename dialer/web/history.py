"""A call's log as a reader sees it: every event and every verdict in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.script import Effect, Step
from dialer.domain.verdict import Allowed, Never, NotUntil, Verdict
from dialer.domain.words import Disposition
from dialer.models.attempts import StoredVerdict
from dialer.models.calls import CallEvent
from dialer.sentences import explain
from dialer.web.language import page_language
from dialer.web.words import label

EVENTS: Mapping[str, LazyString] = {
    "clicked": _l("Dial was clicked"),
    "scheduled": _l("The clock placed it"),
    "supervise_listen": _l("A supervisor asked to listen"),
    "supervise_whisper": _l("A supervisor asked to whisper to the rep"),
    "supervise_barge": _l("A supervisor asked to join the talk"),
    "supervise_leave": _l("A supervisor left"),
    "redirected_voicemail": _l("A message was left after the beep"),
    "redirected_call_back": _l("The customer was promised a call back"),
    "transfer_asked": _l("The rep asked somebody to take over"),
    "asked": _l("Answered"),
    "joined": _l("Joined the call"),
    "left": _l("Left the call"),
    "held": _l("Put on hold"),
    "unheld": _l("Taken back from hold"),
    "amd": _l("Listened who answered"),
    "uncertain": _l("The carrier did not say whether it took the call"),
    "unknown_closed": _l("Nobody could find out what became of it"),
    "phone_warning": _l("The sound in the browser suffered"),
    "hangup_asked": _l("Hang-up was asked for"),
    "hangup_sent": _l("Hung up by the system"),
    "room_started": _l("The call's room opened"),
    "room_ended": _l("The call's room closed"),
    "recording": _l("Recorded"),
    "cost": _l("The carrier billed it"),
    "no_response": _l("Nobody responded"),
    "disposed": _l("Wrapped up"),
    "verdict": _l("The rules were asked"),
    "second_call": _l("A second call came to light"),
    "second_ended": _l("The second call was hung up"),
    "recovered": _l("Found at the carrier after a backup was restored"),
}
WARNINGS: Mapping[str, LazyString] = {
    "page-left": _l("The page with the phone was closed"),
    "signal-lost": _l("The browser lost the call while it rang"),
    "ice-connectivity-lost": _l("The browser's sound broke off"),
    "high-rtt": _l("Sound in the browser: long delay"),
    "low-mos": _l("Sound in the browser: hard to understand"),
    "high-jitter": _l("Sound in the browser: uneven"),
    "high-packet-loss": _l("Sound in the browser: gaps"),
    "high-packets-lost-fraction": _l("Sound in the browser: gaps"),
    "low-bytes-received": _l("Sound in the browser: nothing arrives"),
    "low-bytes-sent": _l("Sound in the browser: nothing leaves"),
    "constant-audio-input-level": _l("The microphone was silent"),
    "constant-audio-output-level": _l("The other side was silent"),
}
SOURCES: Mapping[str, LazyString] = {
    "product": _l("this system"),
    "poll": _l("carrier, looked up"),
    "voice": _l("carrier, asked"),
    "status": _l("carrier, told"),
    "conference": _l("carrier, told"),
    "recording": _l("carrier, told"),
    "amd": _l("carrier, told"),
}


STEPS: Mapping[str, LazyString] = {
    Step.WHO: _l("Asked who it is"),
    Step.MATTER: _l("Said what it is about"),
    Step.DATE: _l("Asked for a date"),
}
EFFECTS: Mapping[str, LazyString] = {Effect.CONNECT: _l("Rang the owner")}


def event_word(event: CallEvent) -> str:
    """What happened."""
    if event.kind == "turn":
        return turn_word(event.data)
    if event.kind == "leg" and event.leg_status is not None:
        return label(event.leg_status)
    if event.kind == "phone_warning":
        return warning_word(event.data)
    if event.kind == "key":
        return str(_l("Key pressed: %(digits)s", digits=event.data.get("digits") or "–"))
    return str(EVENTS.get(event.kind, event.kind))


def warning_word(data: Mapping[str, Any]) -> str:
    """How a browser phone fared."""
    word = WARNINGS.get(str(data.get("warning")), EVENTS["phone_warning"])
    return str(word if data.get("on") else _l("Sound in the browser: better again"))


def turn_word(data: Mapping[str, str]) -> str:
    """What the script said, or what it understood."""
    if "disposition" in data:
        return label(Disposition(data["disposition"]))
    word = EFFECTS.get(data.get("effect", "")) or STEPS.get(data.get("step", ""))
    return str(word or _l("The script went on"))


def event_source(event: CallEvent) -> str:
    """Who said so."""
    return str(SOURCES.get(event.source, event.source))


def stored_sentence(row: StoredVerdict) -> str:
    """What the gate answered then, in the reader's language."""
    return explain(verdict_of(row), page_language())


def verdict_of(row: StoredVerdict) -> Verdict:
    """The stored answer as the value that it was."""
    zones = tuple(row.zones)
    if row.not_until_at is not None:
        return NotUntil(instant=row.not_until_at, rule=row.rule, zones=zones, params=row.params)
    kind = Allowed if row.verdict == Allowed.word else Never
    return kind(rule=row.rule, zones=zones, params=row.params)
