"""No more letters: the link that stands in each of them, for people and for their mail programs."""

import re

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from dialer.selling.letters import unsubscribe
from dialer.web.context import runtime
from dialer.web.security import open_door, public

pages = open_door(Blueprint("unsubscribe", __name__))

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


@pages.after_request
def keep_out_of_sight(response: Response) -> Response:
    """The address is a secret of its reader: no cache keeps it, no search lists it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@pages.get("/unsubscribe/<token>")
@public
def ask(token: str) -> ResponseReturnValue:
    """A button. Looking is not pressing: programs that look into letters end nothing."""
    return render_template("unsubscribe/ask.html", token=token)


@pages.post("/unsubscribe/<token>")
@public
def end(token: str) -> ResponseReturnValue:
    """Send nothing any more; a mail program's one click (RFC 8058) comes here as well."""
    if TOKEN.fullmatch(token) is None or not unsubscribe(runtime(), token):
        return render_template("unsubscribe/unknown.html"), 404
    return render_template("unsubscribe/done.html")
