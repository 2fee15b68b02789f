"""What a page's view is handed: the runtime, the user, and words for what went wrong."""

from typing import Any, cast

from flask import Response, current_app, g, has_request_context, json, request

from dialer.models.people import User
from dialer.runtime import Runtime


def runtime() -> Runtime:
    """The hands that the app was made with, for this request."""
    if "runtime" not in g:
        rt = cast(Runtime, current_app.extensions["dialer"])
        g.runtime = rt.asked_from(request.remote_addr) if has_request_context() else rt
    return cast(Runtime, g.runtime)


def current_user() -> User:
    """Who is logged in; the guard has seen to it that somebody is."""
    return cast(User, g.user)


def wants_json() -> bool:
    """Whether a program or a script of ours asks, and not a person's navigation."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def problem(status: int, kind: str, title: str, **more: Any) -> Response:
    """An RFC 9457 answer; `title` is a sentence in the reader's language."""
    body = {"type": f"/problems/{kind}", "title": title, "status": status, **more}
    return Response(json.dumps(body), status, mimetype="application/problem+json")
