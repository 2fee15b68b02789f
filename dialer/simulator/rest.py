"""Twilio's REST door: who asks, which resource, what the network's mood makes of the answer.

`handle(exchange, request)` is pure of I/O; a server or a test's adapter carries it out, including
`Handled.lost` (the request or its answer never came through) and `Handled.seconds` (how long the
answer takes).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dialer.simulator import resources, rest_calls, rest_conferences
from dialer.simulator.exchange import Exchange
from dialer.simulator.forms import Form, RestError
from dialer.simulator.network import Mood
from dialer.simulator.replies import Reply, Request, as_json

Verb = Callable[..., Reply]
TOO_MANY = RestError(429, 20429, "Too Many Requests")
BROKEN = RestError(500, 20500, "Internal Server Error")
CLOSED = RestError(401, 20003, "Authenticate")
NEVER_DONE = ("refuse", "throttle", "suspend", "fail_before", "drop_before", "accept_late")

ROUTES: tuple[tuple[str, str, Verb], ...] = (
    ("POST", r"/Calls\.json", rest_calls.create),
    ("GET", r"/Calls\.json", rest_calls.index),
    ("GET", r"/Calls/(\w+)\.json", rest_calls.fetch),
    ("POST", r"/Calls/(\w+)\.json", rest_calls.update),
    ("DELETE", r"/Calls/(\w+)\.json", rest_calls.delete),
    ("GET", r"/Calls/(\w+)/Events\.json", rest_calls.events),
    ("POST", r"/Calls/(\w+)/Recordings\.json", rest_calls.record),
    ("GET", r"/Calls/(\w+)/Recordings\.json", resources.recordings_of),
    ("GET", r"/Conferences\.json", rest_conferences.index),
    ("GET", r"/Conferences/(\w+)\.json", rest_conferences.fetch),
    ("POST", r"/Conferences/(\w+)\.json", rest_conferences.update),
    ("GET", r"/Conferences/(\w+)/Recordings\.json", resources.recordings_of),
    ("POST", r"/Conferences/([^/]+)/Participants\.json", rest_conferences.add),
    ("GET", r"/Conferences/([^/]+)/Participants\.json", rest_conferences.seats),
    ("GET", r"/Conferences/([^/]+)/Participants/([^/]+)\.json", rest_conferences.fetch_seat),
    ("POST", r"/Conferences/([^/]+)/Participants/([^/]+)\.json", rest_conferences.update_seat),
    ("DELETE", r"/Conferences/([^/]+)/Participants/([^/]+)\.json", rest_conferences.kick),
    ("GET", r"/Recordings\.json", resources.recordings),
    ("GET", r"/Recordings/(\w+)\.json", resources.recording),
    ("DELETE", r"/Recordings/(\w+)\.json", resources.delete_recording),
    ("GET", r"/Recordings/(\w+)(?:\.wav)?", resources.media),
    ("GET", r"/IncomingPhoneNumbers\.json", resources.incoming_numbers),
    ("GET", r"/OutgoingCallerIds\.json", resources.caller_ids),
    ("GET", r"\.json", resources.account),
)


@dataclass(frozen=True, kw_only=True)
class Handled:
    """`lost`: empty, `refused` (never sent) or `dropped` (no answer; done or not)."""

    reply: Reply = field(default_factory=lambda: Reply(status=204))
    lost: str = ""
    seconds: float = 0.0


def handle(x: Exchange, request: Request) -> Handled:
    """Answer a REST request through the network's moods."""
    return _never_done(x, request) or _done(x, request)


def _strikes(x: Exchange, request: Request, *effects: str) -> Mood | None:
    """The first of these moods that this request meets."""
    traffic = f"{request.method} {request.path}"
    return next(filter(None, (x.network.strikes(effect, traffic) for effect in effects)), None)


def _never_done(x: Exchange, request: Request) -> Handled | None:
    """What becomes of a request that is not carried out (or only long after), if so."""
    mood = _strikes(x, request, *NEVER_DONE)
    match mood.effect if mood else "":
        case "refuse":
            return Handled(lost="refused")
        case "throttle":
            return Handled(reply=_error(x, TOO_MANY))
        case "suspend":
            return Handled(reply=_error(x, CLOSED))
        case "fail_before":
            return Handled(reply=_error(x, BROKEN))
        case "drop_before":
            return Handled(lost="dropped")
        case "accept_late":
            x.agenda.after(mood.seconds if mood else 0, lambda: _do_unseen(x, request))
            return Handled(lost="dropped")
    return None


def _done(x: Exchange, request: Request) -> Handled:
    """Carry it out; the mood may still spoil the answer."""
    reply = answer(x, request)
    if _strikes(x, request, "double"):
        x.witness.doubled.add(_sid_in(answer(x, request)))
    mood = _strikes(x, request, "fail_after", "drop_after", "break_body")
    slow = _strikes(x, request, "slow")
    seconds = slow.seconds if slow else 0.0
    match mood.effect if mood else "":
        case "fail_after":
            return Handled(reply=_error(x, BROKEN), seconds=seconds)
        case "drop_after":
            return Handled(lost="dropped", seconds=seconds)
        case "break_body":
            return Handled(reply=replace(reply, body=_half(reply.body)), seconds=seconds)
    return Handled(reply=reply, seconds=seconds)


def _do_unseen(x: Exchange, request: Request) -> None:
    """Do what was asked long ago by someone who no longer waits for the answer."""
    answer(x, request)


def _half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def answer(x: Exchange, request: Request) -> Reply:
    """Do what is asked, in fair weather."""
    try:
        _authenticate(x, request)
        reply = _route(x, request)
    except RestError as error:
        return _error(x, error)
    if request.method != "GET":
        sid = _sid_in(reply)
        x.witness.accepted(request.path, Form(request.form).plain(), sid)
    return _with_headers(x, reply)


def _authenticate(x: Exchange, request: Request) -> None:
    settings = x.settings
    account = request.path.split("/")[3:4]
    mine = account and account[0].removesuffix(".json") == settings.account_sid
    known = (request.username, request.password) == (settings.account_sid, settings.auth_token)
    if not (mine and known):
        raise RestError(401, 20003, "Authenticate")


def _route(x: Exchange, request: Request) -> Reply:
    rest = request.path.removeprefix(f"/2010-04-01/Accounts/{x.settings.account_sid}")
    other_method = False
    for method, pattern, verb in ROUTES:
        found = re.fullmatch(pattern, rest)
        if found and method == request.method:
            return verb(x, request, *found.groups())
        other_method = other_method or bool(found)
    if other_method:
        raise RestError(405, 20004, "Method not allowed")
    raise RestError(404, 20404, f"The requested resource {request.path} was not found")


def _sid_in(reply: Reply) -> str:
    if not reply.body.startswith(b"{"):
        return ""
    body = json.loads(reply.body)
    return str(body.get("call_sid") or body.get("sid") or "")


def _error(x: Exchange, error: RestError) -> Reply:
    body = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    return _with_headers(x, as_json(body, error.status))


def _with_headers(x: Exchange, reply: Reply) -> Reply:
    headers = {
        "Twilio-Concurrent-Requests": "1",
        "Twilio-Request-Id": f"RQ{x.random.getrandbits(128):032x}",
        "Twilio-Request-Duration": "0.010",
        "X-Home-Region": "us1",
        "X-API-Domain": "api.twilio.com",
        "X-Powered-By": "AT-5000",
        "X-Shenanigans": "none",
        **reply.headers,
    }
    return Reply(status=reply.status, headers=headers, body=reply.body)
