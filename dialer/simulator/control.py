"""The wall of phones: what everybody hears and does now, and the knobs, as JSON.

GET  /simulator/state                          phones, moods and log, for the page
GET  /simulator/rings                          what really happened at the phones
POST /simulator/phones {number, manner}        a manner's name, a list of names (one call after
                                               the other), or an object of `Manner`'s fields
POST /simulator/phones/<number>/<verb>         answer, decline, hang-up, press {keys},
                                               say {text}, call {to, url?}
POST /simulator/phones/<number>/voice {sdp}     a person's browser becomes that phone: {sdp}
GET  /simulator/phones/<number>/ear?hertz=…     how loud, and how loud each tone, it is there
POST /simulator/moods {effect, kind?, share?, times?, seconds?} · DELETE /simulator/moods
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any

from dialer.simulator import orders
from dialer.simulator.exchange import Exchange
from dialer.simulator.lines import PhoneLine, line_of
from dialer.simulator.manners import MANNERS, Act, Manner
from dialer.simulator.network import CALLBACK_EFFECTS, PHONE_EFFECTS, REST_EFFECTS, Mood
from dialer.simulator.phones import Phone
from dialer.simulator.wire import is_web_address

Json = dict[str, Any]
PHONES_SHOWN = 60
SOUNDS_SHOWN = 6
LINES_SHOWN = 80
KEYS = set("0123456789*#w")


class ControlError(ValueError):
    """What was asked of the control API makes no sense; the message says why."""


def state(x: Exchange) -> Json:
    """All that the page shows."""
    return {
        "now": _iso(x.now()),
        "speed": x.settings.speed,
        "seed": x.settings.seed,
        "phones": phones(x),
        "moods": [asdict(mood) for mood in x.network.moods],
        "manners": sorted(MANNERS),
        "effects": {
            "callback": list(CALLBACK_EFFECTS),
            "rest": list(REST_EFFECTS),
            "phone": list(PHONE_EFFECTS),
        },
        "log": log(x),
    }


def phones(x: Exchange) -> list[Json]:
    """The phones in use first, then those most recently registered."""
    busy = {call.phone_address: call for call in x.open_calls() if call.started_at}
    others = [address for address in reversed(x.handsets) if address not in busy]
    shown = [a for a in [*busy, *others] if isinstance(x.handsets.get(a), Phone)]
    return [_phone(x, x.phone(address)) for address in sorted(shown[:PHONES_SHOWN])]


def _phone(x: Exchange, phone: Phone) -> Json:
    call = x.call_at(phone.address)
    sounds = x.witness.heard.get(phone.address, ())
    return {
        "number": phone.address,
        "manner": phone.manner.name,
        "state": {"ringing": "ringing", "in-progress": "talking"}.get(
            call.status if call else "", "idle"
        ),
        "with": (call.to if call.direction == "inbound" else call.from_) if call else "",
        "since": _iso((call.answered_at or call.started_at) if call else None),
        "room": call.seat.conference.name if call and call.seat else "",
        "held": bool(call and call.seat and call.seat.hold),
        "heard": [
            {"kind": each.kind, "text": each.text, "at": _iso(each.at)}
            for each in list(sounds)[-SOUNDS_SHOWN:]
            if call and each.call_sid == call.sid
        ],
        "keys": _keys(x, call.sid) if call else "",
    }


def _keys(x: Exchange, sid: str) -> str:
    latest = islice(reversed(x.witness.given), LINES_SHOWN)
    return "".join(g.text for g in latest if g.call_sid == sid and g.kind == "key")[::-1]


def log(x: Exchange) -> list[Json]:
    """The latest callbacks, orders, keys and faults, youngest first."""
    lines = [
        *(_told(d) for d in islice(reversed(x.courier.delivered), LINES_SHOWN)),
        *(
            {"at": _iso(p.at), "kind": "order", "what": p.path.split("/", 4)[-1], "who": p.sid}
            for p in islice(reversed(x.witness.posts), LINES_SHOWN)
        ),
        *(
            {"at": _iso(g.at), "kind": g.kind, "what": g.text, "who": g.number}
            for g in islice(reversed(x.witness.given), LINES_SHOWN)
        ),
        *(
            {"at": _iso(f.at), "kind": "fault", "what": f"{f.code} {f.reason}", "who": f.call_sid}
            for f in islice(reversed(x.witness.faults), LINES_SHOWN)
        ),
    ]
    return sorted(lines, key=lambda line: str(line["at"]), reverse=True)[:LINES_SHOWN]


def _told(delivered: Any) -> Json:
    params, webhook = delivered.params, delivered.webhook
    word = params.get("StatusCallbackEvent") or params.get("RecordingStatus")
    word = word or params.get("AnsweredBy") or params.get("CallStatus", "")
    outcome = delivered.answer.failure or str(delivered.answer.status)
    return {
        "at": _iso(delivered.at),
        "kind": webhook.kind,
        "what": f"{word} → {outcome}",
        "who": params.get("To") or params.get("FriendlyName") or params.get("CallSid", ""),
        "bad": bool(delivered.answer.trouble),
    }


def rings(x: Exchange) -> list[Json]:
    return [
        {
            "number": ring.number,
            "from": ring.from_,
            "call_sid": ring.call_sid,
            "at": _iso(ring.at),
            "answered_at": _iso(ring.answered_at),
            "ended_at": _iso(ring.ended_at),
            "ended_as": ring.ended_as,
        }
        for ring in x.witness.rings
    ]


def set_manner(x: Exchange, wish: Json) -> Json:
    number, manner = str(wish.get("number", "")), wish.get("manner")
    if not number.startswith(("+", "client:")) or len(number) > 260:
        raise ControlError("number: must be E.164 or client:NAME")
    chosen = manner if isinstance(manner, list) else [manner]
    if not chosen:
        raise ControlError("manner: must name at least one")
    phone = _scripted(x, number).behaves(*(_manner(each) for each in chosen))
    return _phone(x, phone)


def _manner(wish: Any) -> Manner:
    if isinstance(wish, str) and wish in MANNERS:
        return MANNERS[wish]
    if not isinstance(wish, dict):
        raise ControlError(f"manner: must be one of {', '.join(sorted(MANNERS))}")
    try:
        acts = tuple(Act(**act) for act in wish.get("acts", ()))
        return Manner(**{**wish, "acts": acts})
    except (TypeError, ValueError) as error:
        raise ControlError(f"manner: {error}") from error


def use_phone(x: Exchange, number: str, verb: str, wish: Json) -> Json:
    """What the person at a phone does."""
    if verb == "call":
        _call(x, number, wish)
    else:
        line = line_of(x, number)
        if line is None:
            raise ControlError("this phone neither rings nor talks")
        if verb not in VERBS:
            raise ControlError(f"verb: must be call, {', '.join(VERBS)}")
        VERBS[verb](line, wish)
    return _phone(x, _scripted(x, number))


def _scripted(x: Exchange, number: str) -> Phone:
    try:
        return x.phone(number)
    except ValueError as error:
        raise ControlError(f"number: {error}") from error


def _call(x: Exchange, number: str, wish: Json) -> None:
    url = str(wish.get("url") or x.settings.voice_url)
    if not is_web_address(url):
        raise ControlError("url: must be the voice page to ask (or set VOICE_URL)")
    _scripted(x, number)
    orders.incoming(x, number, str(wish.get("to") or x.settings.caller_ids[0]), url)


def _press(line: PhoneLine, wish: Json) -> None:
    keys = str(wish.get("keys", ""))
    if not keys or not set(keys) <= KEYS or len(keys) > 32:
        raise ControlError("keys: must be 0-9 * # (w waits)")
    line.press(keys)


def _say(line: PhoneLine, wish: Json) -> None:
    line.speak(str(wish.get("text", ""))[:500])


VERBS: dict[str, Callable[[PhoneLine, Json], None]] = {
    "answer": lambda line, _: line.answer(),
    "decline": lambda line, _: line.decline(),
    "hang-up": lambda line, _: line.hang_up(),
    "press": _press,
    "say": _say,
}


def add_mood(x: Exchange, wish: Json) -> list[Json]:
    try:
        x.network.add(Mood(**{**wish, "kind": str(wish.get("kind", ""))}))
    except (TypeError, ValueError) as error:
        raise ControlError(str(error)) from error
    return [asdict(mood) for mood in x.network.moods]


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="milliseconds") if instant else None
