"""Dial: to numbers and registered phones, or into a conference."""

from collections.abc import Generator
from typing import Any
from xml.etree.ElementTree import Element

from dialer.simulator import conferences, detection, lines, tapes
from dialer.simulator.calls import Call, Conference, Seat, Tape
from dialer.simulator.exchange import Exchange
from dialer.simulator.gathering import gather, record
from dialer.simulator.process import Process, Promise, Wait
from dialer.simulator.scripts import SPOKEN, Pages, Script, Verbs
from dialer.simulator.terms import Detection, Source, Taping, Terms
from dialer.simulator.twiml import Page, TwimlError, flag, listener_of, text_of, whole

RING_BUFFER_SECONDS = 5
WHISPERED: Verbs = {**SPOKEN, "Gather": gather, "Record": record}


def dial(script: Script, verb: Element, page: Page) -> Pages:
    """Connect the call; afterwards to the action, or on to the next verb."""
    room = verb.find("Conference")
    if room is not None:
        result = yield from _sit_in(script, verb, room, page)
    else:
        result = yield from _ring_all(script, verb, page)
    script.call.star = None
    if action := verb.get("action"):
        method = verb.get("method", "POST")
        return (yield from script.ask(page.resolve(action), method, result))
    return None


def _sit_in(
    script: Script, verb: Element, noun: Element, page: Page
) -> Generator[Wait, Any, dict[str, str]]:
    x, call = script.x, script.call
    label = noun.get("participantLabel", "")
    room = conferences.open_room(x, text_of(noun))
    if label and room.seat_of(label):
        x.witness.fault(call, 16025, page.url, f"participant label {label} is in use")
        return {"DialCallStatus": "failed"}
    if not room.seats:
        room.listener = listener_of(noun, page, "statusCallback", "start end")
        room.taping = _conference_taping(noun, page)
    seat = _seat_from(x, call, room, noun, page)
    conferences.take_seat(x, seat)
    conferences.enter(x, seat)
    if flag(verb, "hangupOnStar"):
        call.star = Promise()
        call.star.then(lambda _: conferences.leave(x, seat, "participant_hung_up"))
    try:
        yield Wait(seat.left, whole(verb, "timeLimit", 14_400))
    finally:
        conferences.leave(x, seat, "participant_hung_up")
    return {"DialCallStatus": "answered"}


def _seat_from(x: Exchange, call: Call, room: Conference, noun: Element, page: Page) -> Seat:
    coached = noun.get("coach", "")
    if coached and not room.seat_of(coached):
        raise TwimlError(13240, page.url, "Dial->Conference: Invalid Whisper SID")
    wait_url = noun.get("waitUrl")
    wait = None if wait_url is None else Source(
        url=page.resolve(wait_url) if wait_url else "", method=noun.get("waitMethod", "POST")
    )  # fmt: skip
    return Seat(
        call=call, conference=room, created_at=x.now(), updated_at=x.now(),
        label=noun.get("participantLabel", ""),
        muted=flag(noun, "muted"), coaching=bool(coached), coached_sid=coached,
        start_on_enter=flag(noun, "startConferenceOnEnter", True),
        end_on_exit=flag(noun, "endConferenceOnExit"),
        beep=noun.get("beep", "true"), wait=wait,
    )  # fmt: skip


def _conference_taping(noun: Element, page: Page) -> Taping | None:
    if noun.get("record", "do-not-record") not in {"record-from-start", "true"}:
        return None
    return Taping(listener=listener_of(noun, page, "recordingStatusCallback"))


def _ring_all(script: Script, verb: Element, page: Page) -> Generator[Wait, Any, dict[str, str]]:
    """Ring all nouns at once, or one after the other; the first who accepts gets the call."""
    nouns = [n for n in verb if n.tag in {"Number", "Client"}] or [verb]
    rounds = [[noun] for noun in nouns] if flag(verb, "sequential") else [nouns]
    legs: list[Call] = []
    for together in rounds:
        legs = [_leg(script, verb, noun, page) for noun in together]
        winner = yield from _first_to_accept(script, legs, together, page)
        if winner is not None:
            return (yield from _talk(script, verb, winner, page))
    last = legs[-1]
    status = "no-answer" if last.status == "completed" else last.status
    return {"DialCallStatus": status, "DialCallSid": last.sid, "DialBridged": "false"}


def _leg(script: Script, verb: Element, noun: Element, page: Page) -> Call:
    x, parent = script.x, script.call
    target = text_of(noun)
    mine = parent.from_ if parent.direction == "outbound-api" else parent.to
    leg = x.new_call(
        to=f"client:{target}" if noun.tag == "Client" else target,
        from_=verb.get("callerId") or mine,
        direction="outbound-dial",
        parent=parent,
        terms=Terms(
            source=Source(url=""),
            status=listener_of(noun, page, "statusCallback"),
            ring_seconds=max(5, whole(verb, "timeout", 30)) + RING_BUFFER_SECONDS,
            limit_seconds=whole(verb, "timeLimit", 14_400),
            detection=_detection(noun, page),
        ),
    )
    lines.dial(x, leg)
    return leg


def _detection(noun: Element, page: Page) -> Detection | None:
    mode = noun.get("machineDetection", "")
    if mode not in {"Enable", "DetectMessageEnd"}:
        return None
    listener = listener_of(noun, page, "amdStatusCallback")
    timeout = whole(noun, "machineDetectionTimeout", 30)
    return Detection(mode=mode, timeout_seconds=timeout, background=True, listener=listener)


def _first_to_accept(
    script: Script, legs: list[Call], nouns: list[Element], page: Page
) -> Generator[Wait, Any, Call | None]:
    """The leg that answered and listened to its whisper to the end; the others are let go."""
    result = Promise()
    open_legs = set(legs)

    def gone(leg: Call) -> None:
        open_legs.discard(leg)
        if not open_legs:
            result.keep(False)

    for leg, noun in zip(legs, nouns, strict=True):
        leg.over.then(lambda _, leg=leg: gone(leg))  # type: ignore[misc]
        leg.on_answer = lambda leg, noun=noun: _whisper(script, leg, noun, page, result)
    winner: Call | None = None
    try:
        winner = (yield Wait(result)) or None
    finally:
        for leg in legs:
            if leg is not winner:
                lines.hang_up(script.x, leg)
    return winner


def _whisper(script: Script, leg: Call, noun: Element, page: Page, result: Promise) -> None:
    """Let the callee hear the noun's own TwiML first; the end of it is acceptance."""
    x = script.x
    if leg.terms.detection:
        terms = leg.terms.detection
        detection.detect(x, leg, terms, lambda found: detection.report(x, leg, terms, found))
    if url := noun.get("url"):
        source = Source(url=page.resolve(url), method=noun.get("method", "POST"))
        whisper = Script(x, leg, source, WHISPERED)
        leg.script = Process(x.agenda, whisper.whisper(lambda: result.keep(leg)))
    else:
        result.keep(leg)


def _talk(
    script: Script, verb: Element, leg: Call, page: Page
) -> Generator[Wait, Any, dict[str, str]]:
    """Bridge both until one hangs up, is redirected, presses star or the time is over."""
    x, call = script.x, script.call
    call.bridge, leg.bridge = leg, call
    apart = Promise()
    leg.left_bridge = apart
    leg.over.then(apart.keep)
    if flag(verb, "hangupOnStar"):
        call.star = apart
    tape = _tape(script, verb, page)
    bridged_at = x.now()
    try:
        yield Wait(apart, whole(verb, "timeLimit", 14_400))
    finally:
        call.bridge = leg.bridge = None
        redirected = leg.script is not None
        if not redirected:
            lines.hang_up(x, leg)
    result = {"DialCallStatus": "completed", "DialCallSid": leg.sid, "DialBridged": "true"}
    if tape:
        tapes.stop(x, tape)
        result["RecordingUrl"] = x.url_of(tape)
    if not redirected:
        result["DialCallDuration"] = str(round((x.now() - bridged_at).total_seconds()))
    return result


def _tape(script: Script, verb: Element, page: Page) -> Tape | None:
    wish = verb.get("record", "do-not-record")
    if wish in {"do-not-record", "false"}:
        return None
    taping = Taping(
        channels=2 if wish.endswith("-dual") else 1,
        listener=listener_of(verb, page, "recordingStatusCallback"),
    )
    return tapes.start(script.x, taping, "DialVerb", call=script.call)
