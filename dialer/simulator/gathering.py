"""Gather and Record: verbs that wait for what a caller gives."""

from collections.abc import Generator
from typing import Any
from xml.etree.ElementTree import Element

from dialer.simulator import tapes
from dialer.simulator.lines import Input
from dialer.simulator.process import Promise, Wait
from dialer.simulator.scripts import Pages, Script
from dialer.simulator.terms import Taping
from dialer.simulator.twiml import Page, flag, listener_of, whole

PROMPTS = {"Say", "Play", "Pause"}
CONFIDENCE = "0.93"


def gather(script: Script, verb: Element, page: Page) -> Pages:
    """Keys or speech to the action; without either, on to the next verb."""
    given = yield from _collect(script, verb, page)
    if not given and not flag(verb, "actionOnEmptyResult"):
        return None
    if "SpeechResult" not in given:
        given.setdefault("Digits", "")
    action = page.resolve(verb.get("action", ""))
    return (yield from script.ask(action, verb.get("method", "POST"), given))


def _collect(script: Script, verb: Element, page: Page) -> Generator[Wait, Any, dict[str, str]]:
    first = yield from _prompt(script, verb, page)
    limit = whole(verb, "numDigits", 1000)
    stop = verb.get("finishOnKey", "#")
    keys = ""
    given: Input | None = first or (yield from _listen(script, verb))
    while given is not None:
        if given.kind == "speech":
            return {"SpeechResult": given.text, "Confidence": CONFIDENCE}
        if stop and given.text in stop:
            break
        keys += given.text
        if len(keys) >= limit:
            break
        given = yield from _listen(script, verb)
    script.call.keys = script.call.speech = None
    return {"Digits": keys} if keys else {}


def _prompt(script: Script, verb: Element, page: Page) -> Generator[Wait, Any, Input | None]:
    """Speak the nested prompts; the first input stops them."""
    for prompt in (child for child in verb if child.tag in PROMPTS):
        interrupt = _open_ear(script, verb)
        given: Input | None = yield from script.utter(prompt, page, interrupt)
        if given is not None:
            return given
    return None


def _listen(script: Script, verb: Element) -> Generator[Wait, Any, Input | None]:
    seconds = whole(verb, "timeout", 5) * script.x.pace(script.call)
    given: Input | None = yield Wait(_open_ear(script, verb), seconds)
    return given


def _open_ear(script: Script, verb: Element) -> Promise:
    """A promise of the next input of the kinds that the verb takes."""
    kinds = verb.get("input", "dtmf").split()
    promise = Promise()
    script.call.keys = promise if "dtmf" in kinds else None
    script.call.speech = promise if "speech" in kinds else None
    return promise


def record(script: Script, verb: Element, page: Page) -> Pages:
    """Beep, then record until a key, silence, the longest length or the end of the call."""
    x, call = script.x, script.call
    if flag(verb, "playBeep", True):
        yield from script.sound("beep", "", 0.5)
    listener = listener_of(verb, page, "recordingStatusCallback")
    tape = tapes.start(x, Taping(listener=listener), "RecordVerb", call=call)
    key = yield from _until_quiet(script, verb)
    tapes.stop(x, tape)
    given = {
        "RecordingUrl": x.url_of(tape),
        "RecordingSid": tape.sid,
        "RecordingDuration": str(tape.seconds),
        "Digits": key,
    }
    action = page.resolve(verb.get("action", ""))
    return (yield from script.ask(action, verb.get("method", "POST"), given))


def _until_quiet(script: Script, verb: Element) -> Generator[Wait, Any, str]:
    """The key that ended the recording, or empty."""
    pace = script.x.pace(script.call)
    stop = verb.get("finishOnKey", "1234567890*#")
    left = whole(verb, "maxLength", 3600) * pace
    quiet = whole(verb, "timeout", 5) * pace
    while left > 0:
        promise = Promise()
        script.call.keys = script.call.speech = promise
        wait = min(left, quiet)
        given: Input | None = yield Wait(promise, wait)
        if given is None:
            break
        if given.kind == "key" and given.text in stop:
            return given.text
        left -= wait
    script.call.keys = script.call.speech = None
    return ""
