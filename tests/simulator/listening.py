"""An application that answers with what a test wrote down, and remembers what it was asked."""

from dataclasses import dataclass, field
from typing import Any

from twilio.request_validator import RequestValidator
from werkzeug.wrappers import Request, Response

from tests.wire import Simulation

BASE = "https://dialer.test"
ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
CUSTOMER, REP, BOSS = "+8613800138010", "+8613900139090", "+8613900139091"


@dataclass
class Asked:
    """One request to the application."""

    path: str
    form: dict[str, str]
    headers: dict[str, str]
    genuine: bool


@dataclass
class App:
    """`app.pages[path]` is TwiML, or a status to fail with; anything else gets 204."""

    token: str
    pages: dict[str, str | int] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        validator = RequestValidator(self.token)
        signature = request.headers.get("X-Twilio-Signature", "")
        # request.url is decoded for people; what was signed is what came over the wire.
        query = request.query_string.decode("latin1")
        url = f"{request.root_url.rstrip('/')}{request.path}{'?' if query else ''}{query}"
        genuine = validator.validate(url, request.form, signature)
        fields = {**request.args.to_dict(), **request.form.to_dict()}
        self.asked.append(Asked(request.path, fields, dict(request.headers), bool(genuine)))
        page = self.pages.get(request.path, 204)
        if isinstance(page, int):
            return Response(status=page)(environ, start_response)
        return Response(page, mimetype="text/xml")(environ, start_response)

    def asked_at(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]


def stage(**pages: str | int) -> tuple[Simulation, App, Any]:
    """A simulation, the application it calls, and a real client. `voice="<Say>…"` is /voice."""
    sim = Simulation()
    app = App(sim.settings.auth_token)
    for name, page in pages.items():
        app.pages[f"/{name}"] = page if isinstance(page, int) else f"<Response>{page}</Response>"
    sim.serves(app)
    return sim, app, sim.client()


def ring(sim: Simulation, client: Any, to: str = CUSTOMER, **more: Any) -> Any:
    """Order a call that reports everything to /status and asks /voice."""
    order = {
        "to": to,
        "from_": sim.caller_id,
        "url": f"{BASE}/voice",
        "status_callback": f"{BASE}/status",
        "status_callback_event": ALL_EVENTS,
        **more,
    }
    return client.calls.create(**order)


def statuses(sim: Simulation, sid: str) -> list[str]:
    """The words told about a call, in the order of delivery."""
    return [told["CallStatus"] for told in sim.told("status") if told["CallSid"] == sid]
