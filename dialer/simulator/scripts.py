"""Executing TwiML on a call, verb by verb, as a process on the virtual clock.

The verbs that a script knows are handed to it: music and announcements know only `SPOKEN`.
"""

from collections.abc import Callable, Generator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from dialer.simulator import lines
from dialer.simulator.calls import Call
from dialer.simulator.courier import Answer
from dialer.simulator.exchange import Exchange
from dialer.simulator.params import call_params
from dialer.simulator.phones import Kind, seconds_to_say
from dialer.simulator.process import Promise, Wait
from dialer.simulator.terms import Source
from dialer.simulator.twiml import (
    Page,
    TwimlError,
    read_answer,
    read_document,
    rounds,
    text_of,
    whole,
)

TOTAL_SECONDS = 15.0
PLAY_SECONDS = 5.0
FOREVER = 86_400.0
APPLICATION_ERROR = "We are sorry. An application error has occurred. Goodbye."

Pages = Generator[Wait, Any, Page | None]
Verbs = Mapping[str, Callable[["Script", Element, Page], Pages]]
NOWHERE = Page(url="")
HOLD_MUSIC = "http://com.twilio.music.classical.s3.amazonaws.com/BusyStrings.mp3"


class Script:
    """One run of TwiML on one call."""

    def __init__(self, x: Exchange, call: Call, source: Source, verbs: Verbs | None = None) -> None:
        self.x, self.call, self.source = x, call, source
        self._verbs = SPOKEN if verbs is None else verbs
        self._fell_back = False

    def steps(self, extra: dict[str, str]) -> Pages:
        page = yield from self._guarded(self._opening(extra))
        while page is not None:
            page = yield from self._guarded(self.perform(page))
        lines.hang_up(self.x, self.call)
        return None

    def whisper(self, accepted: Callable[[], None]) -> Pages:
        """Be heard by the dialled party alone; reaching the end accepts the call."""
        page = yield from self._guarded(self._opening({}))
        while page is not None and page is not NOWHERE:
            page = yield from self._guarded(self.perform(page))
        self.call.script = self.call.keys = self.call.speech = None
        if page is NOWHERE:
            lines.hang_up(self.x, self.call)
        else:
            accepted()
        return None

    def music(self) -> Pages:
        """What a waiting or held participant hears: the source's document, again and again."""
        while self.source.url and self.source.url != HOLD_MUSIC:
            page: Page | None = yield from self.ask(self.source.url, self.source.method, {})
            while page is not None:
                page = yield from self.perform(page)
            yield Wait(seconds=1)
        if self.source.url:
            yield from self.sound("music", self.source.url, FOREVER)
        return None

    def announcement(self) -> Pages:
        """Speak the source's document once, beside whatever else the call is doing."""
        page: Page | None = yield from self.ask(self.source.url, self.source.method, {})
        while page is not None:
            page = yield from self.perform(page)
        return None

    def _opening(self, extra: dict[str, str]) -> Pages:
        if self.source.url:
            return (yield from self.ask(self.source.url, self.source.method, extra))
        return read_document(self.source.twiml)

    def _guarded(self, pages: Pages) -> Pages:
        """What comes next; a fault leads to the fallback once, then to an apology."""
        try:
            return (yield from pages)
        except TwimlError as fault:
            self.x.witness.fault(self.call, fault.code, fault.url, fault.reason)
            return (yield from self._fall_back(fault))

    def _fall_back(self, fault: TwimlError) -> Pages:
        if not self.source.fallback_url or self._fell_back:
            yield from self.sound("say", APPLICATION_ERROR)
            return None
        self._fell_back = True
        told = {"ErrorCode": str(fault.code), "ErrorUrl": fault.url}
        yield Wait(seconds=0)
        return (
            yield from self._guarded(
                self.ask(self.source.fallback_url, self.source.fallback_method, told)
            )
        )

    def ask(self, url: str, method: str, extra: dict[str, str]) -> Generator[Wait, Any, Page]:
        """Ask the application what to do next. Raises `TwimlError`."""
        promise = Promise()
        params = (*call_params(self.call), *extra.items())
        self.x.courier.send("voice", method, url, params, promise.keep, sid=self.call.sid)
        answer: Answer = (yield Wait(promise, TOTAL_SECONDS)) or Answer(failure="rt")
        self.x.note(self.call, method, url, params, answer)
        return read_answer(answer, url, method.upper())

    def perform(self, page: Page) -> Pages:
        """Do the page's verbs; the next page if control went elsewhere, None if all is done."""
        for verb in page.verbs:
            if self.call.direction == "inbound" and verb.tag != "Reject":
                lines.answer(self.x, self.call)
            perform = self._verbs.get(verb.tag)
            if perform is None:
                raise TwimlError(12200, page.url, f"unknown verb {verb.tag}")
            following = yield from perform(self, verb, page)
            if following is not None:
                return following
        return None

    def sound(
        self, kind: Kind, text: str, seconds: float | None = None, interrupt: Promise | None = None
    ) -> Generator[Wait, Any, Any]:
        """Let the callee hear something; what interrupted it, or None."""
        length = seconds_to_say(text) if seconds is None else seconds
        length *= self.x.pace(self.call)
        lines.hear(self.x, self.call, kind, text, length)
        return (yield Wait(interrupt, length))

    def utter(
        self, verb: Element, page: Page, interrupt: Promise | None = None
    ) -> Generator[Wait, Any, Any]:
        """Say, Play or Pause; what interrupted it, or None."""
        if verb.tag == "Pause":
            return (
                yield Wait(interrupt, max(1, whole(verb, "length", 1)) * self.x.pace(self.call))
            )
        kind: Kind = "say" if verb.tag == "Say" else "play"
        named = kind == "play" and not verb.get("digits")
        text = page.resolve(text_of(verb)) if named else text_of(verb)
        for _ in rounds(verb):
            given = yield from self.sound(kind, text, _length(verb), interrupt)
            if given is not None:
                return given
        return None


def _length(verb: Element) -> float | None:
    if verb.tag == "Say":
        return None
    digits = verb.get("digits")
    return PLAY_SECONDS if digits is None else 0.5 * len(digits)


def _utter(script: Script, verb: Element, page: Page) -> Pages:
    yield from script.utter(verb, page)
    return None


def _redirect(script: Script, verb: Element, page: Page) -> Pages:
    return (yield from script.ask(page.resolve(text_of(verb)), verb.get("method", "POST"), {}))


def _reject(script: Script, verb: Element, page: Page) -> Pages:
    yield Wait(seconds=0)
    if script.call.status == "ringing":
        busy = verb.get("reason") == "busy"
        lines.end(script.x, script.call, "busy" if busy else "no-answer", 486 if busy else 603)
    return NOWHERE


def _hang_up(script: Script, verb: Element, page: Page) -> Pages:
    yield Wait(seconds=0)
    return NOWHERE


SPOKEN: Verbs = {
    "Say": _utter,
    "Play": _utter,
    "Pause": _utter,
    "Redirect": _redirect,
    "Reject": _reject,
    "Hangup": _hang_up,
}
