"""What a reader sees when something is not there, not allowed, or broken."""

import logging
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from dialer.web.context import problem, wants_json
from dialer.web.speech import gettext as _

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What happened, and what to do about it."""

    code: int
    title: str
    advice: str


def install(app: Flask) -> None:
    """Register the pages for errors. The other doors answer theirs before these are asked."""
    app.register_error_handler(CSRFError, show_stale_form)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(sa.exc.DataError, show_odd_value)
    app.register_error_handler(OverflowError, show_odd_value)
    app.register_error_handler(Exception, show_crash)


def show_stale_form(_error: CSRFError) -> ResponseReturnValue:
    """A form from before a log-in, or from another site."""
    return show(
        Trouble(
            code=400,
            title=_("This form is too old"),
            advice=_("Nothing was changed. Go back, reload the page and send it again."),
        )
    )


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """Whatever the web's own words name."""
    if error.code is None or error.code < 400:
        return error
    return show(trouble_of(error.code))


def show_odd_value(error: Exception) -> ResponseReturnValue:
    """A number or a text that no column can hold: the database took nothing of it."""
    extra = {"endpoint": request.endpoint, "error": type(error).__name__}
    logger.warning("a value that cannot be kept", extra=extra)
    return show(trouble_of(400))


def show_crash(_error: Exception) -> ResponseReturnValue:
    """A bug of ours: the log knows everything, the page nothing."""
    logger.exception("a page crashed", extra={"endpoint": request.endpoint})
    return show(trouble_of(500))


def trouble_of(code: int) -> Trouble:
    """The sentences for an HTTP status."""
    if code == 403:
        return Trouble(
            code=code,
            title=_("This is not for your role"),
            advice=_("Ask your administrator if you need it for your work."),
        )
    if code in (404, 405):
        return Trouble(
            code=404,
            title=_("There is nothing here"),
            advice=_("The page was moved, or it belongs to somebody else."),
        )
    if code >= 500:
        return Trouble(
            code=code,
            title=_("Something went wrong on our side"),
            advice=_("It has been noted. Calls that are live go on. Try again in a moment."),
        )
    return Trouble(
        code=code,
        title=_("That could not be understood"),
        advice=_("Nothing was changed. Go back and try again."),
    )


def show(trouble: Trouble) -> ResponseReturnValue:
    """A page for people, a problem document for scripts."""
    if wants_json():
        kind = {403: "forbidden", 404: "not-found"}.get(trouble.code, "error")
        return problem(trouble.code, kind, trouble.title, detail=trouble.advice)
    g.setdefault("user", None)
    return render_template("errors/error.html", trouble=trouble), trouble.code
