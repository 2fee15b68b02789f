"""What every request of the carrier's passes: a known path, a size, a type, a signature."""

import re
from collections.abc import Callable

from flask import Blueprint, Response, request
from prometheus_client import Counter
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from dialer.carrier.port import Form
from dialer.runtime import Runtime

MAX_BODY = 64 * 1024
FORM_TYPE = "application/x-www-form-urlencoded"
TOKEN = re.compile("[0-9a-f]{32}")

REFUSED = Counter(
    "dialer_webhooks_refused_total", "Requests that the carrier did not send so", ["reason"]
)


class Turned(HTTPException):
    """A request that goes no further; nothing of it is stored but a count."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(response=Response(status=status))
        REFUSED.labels(reason).inc()


def add_door(blueprint: Blueprint, rule: str, name: str, view: Callable[..., Response]) -> None:
    """A route that takes POST, and nothing but POST."""
    blueprint.add_url_rule(rule, name, view, methods=["POST"], provide_automatic_options=False)


def signed_form(rt: Runtime, token: str) -> Form:
    """The parameters of a request that the carrier signed."""
    if not TOKEN.fullmatch(token):
        raise Turned(404, "token")
    if request.mimetype != FORM_TYPE:
        raise Turned(415, "type")
    body = read_body()
    form = rt.carrier.verify(path_and_query(), body, request.headers.get("X-Twilio-Signature", ""))
    if form is None:
        raise Turned(403, "signature")
    if request.query_string:
        # We never ask for one: it is a body folded into the URL, which is signed the same.
        raise Turned(400, "shape")
    return form


def read_body() -> bytes:
    """The raw body, if it is small enough; one without a length is read no further than that."""
    request.max_content_length = MAX_BODY + 1
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise Turned(413, "size") from None
    if len(body) > MAX_BODY:
        raise Turned(413, "size")
    return body


def path_and_query() -> str:
    """What stands behind our base URL, as it was requested.

    Our paths have nothing to escape, so one that was escaped differs from what was signed.
    """
    query = request.query_string.decode("latin-1")
    return f"{request.path}?{query}" if query else request.path
