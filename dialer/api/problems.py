"""Problems (RFC 9457): every answer of the API that is not what was asked for."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Response, request
from werkzeug.exceptions import HTTPException

from dialer.calling import errors as calling
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.domain.phone import NumberError
from dialer.people import errors as people
from dialer.selling import errors as selling

log = logging.getLogger(__name__)

MIMETYPE = "application/problem+json"
WORDS = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found",
    405: "method_not_allowed", 409: "conflict", 413: "too_large", 415: "unsupported_media_type",
    422: "invalid", 429: "too_many", 500: "internal", 502: "carrier", 503: "unavailable",
}  # fmt: skip


class Problem(Exception):
    """What went wrong, as a status and a `word` in which the problem's type ends.

    `extra` are further members of the body, such as `fields` or `verdict`.
    """

    def __init__(self, status: int, word: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.word = word
        self.detail = detail
        self.extra = extra

    @property
    def body(self) -> dict[str, Any]:
        """The problem document."""
        return {
            "type": f"/problems/{self.word}",
            "title": self.word.replace("_", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }


def invalid(field: str, sentence: str) -> Problem:
    """One field of the request holds what it cannot."""
    return Problem(422, "invalid", f"{field}: {sentence}", fields=[field_error(field, sentence)])


def field_error(field: str, sentence: str) -> dict[str, str]:
    """A row of the `fields` that were refused."""
    return {"field": field, "message": sentence}


# A verb's refusal and what the API says of it, the more special class first.
REFUSALS: tuple[tuple[type[Exception], Callable[[Any], Problem]], ...] = (
    (calling.RepBusy, lambda e: Problem(
        409, "rep_busy", "The rep has a live call.", call_id=e.call_id)),
    (calling.NumberBusy, lambda e: Problem(
        409, "number_busy", "Somebody is calling this number now.")),
    (calling.OnHold, lambda e: Problem(
        409, "hold", "The floor is on hold: no new call is placed.")),
    (calling.NoPhone, lambda e: Problem(
        422, "no_phone", "The token's user has no telephone that could be rung.")),
    (calling.NotYours, lambda e: Problem(
        403, "not_yours", "It belongs to somebody else.")),
    (calling.NotLive, lambda e: Problem(
        409, "not_live", "The call's state does not allow this now.")),
    (calling.BriefMissing, lambda e: invalid(f"brief.{e.field}", "must not be empty")),
    (calling.WrongDisposition, lambda e: invalid(
        "disposition", "must be one in which a call of this purpose can end")),
    (NumberError, lambda e: invalid("to", str(e))),
    (selling.BadValue, lambda e: invalid(e.field, e.sentence)),
    (selling.NotFound, lambda e: Problem(404, "not_found", f"There is no such {e.kind}.")),
    (selling.NotAllowed, lambda e: Problem(403, "forbidden", "You may not do this.")),
    (selling.AlreadyOwned, lambda e: Problem(409, "owned", "The account has an owner.")),
    (selling.TaskStarted, lambda e: Problem(
        409, "started", "The task is not waiting any more.")),
    (people.NotThere, lambda e: Problem(404, "not_found", f"There is no such {e.kind}.")),
    (people.NotOneself, lambda e: Problem(
        409, "oneself", "Nobody may do this to themselves.")),
    (people.LastAdmin, lambda e: Problem(
        409, "last_admin", "There must be an administrator who may log in.")),
    (people.NameTaken, lambda e: Problem(409, "name_taken", "There is a user of that name.")),
    (people.BadUserName, lambda e: invalid("name", str(e))),
    (people.TooManyDials, lambda e: Problem(
        429, "too_many_dials", "The user places calls faster than anybody talks.",
        retry_after_seconds=e.seconds)),
    (people.KeyReused, lambda e: Problem(
        422, "key_reused", "This Idempotency-Key was sent with another body.")),
    (CarrierRefused, lambda e: Problem(
        502, "carrier", "The carrier refused.", code=e.code)),
    (CarrierUncertain, lambda e: Problem(
        502, "carrier", "The carrier did not answer; whether it acted is not known.")),
    (sa.exc.OperationalError, lambda e: Problem(
        503, "unavailable", "The database is away; nothing was done.")),
    (sa.exc.InterfaceError, lambda e: Problem(
        503, "unavailable", "The database is away; nothing was done.")),
)  # fmt: skip


def to_problem(error: Exception) -> Problem:
    """What the API says of an error; nothing of its own words where it is our bug."""
    if isinstance(error, Problem):
        return error
    for kind, render in REFUSALS:
        if isinstance(error, kind):
            return render(error)
    if isinstance(error, HTTPException) and error.code is not None:
        return Problem(error.code, WORDS.get(error.code, "error"), error.description or error.name)
    return Problem(500, "internal", "Something went wrong on our side.")


def answer_problem(error: Exception) -> Response:
    """The response to an error."""
    problem = to_problem(error)
    if problem.status == 500:
        log.error("a request to the API failed", exc_info=error, extra={"path": request.path})
    response = json_response(problem.body, problem.status)
    if isinstance(error, HTTPException):
        keep_headers(error, response)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if problem.status in (429, 503):
        response.headers["Retry-After"] = str(problem.extra.get("retry_after_seconds", 5))
    return response


def keep_headers(error: HTTPException, response: Response) -> None:
    """What a client needs to do better, such as the methods that a path allows."""
    for name, value in error.get_headers(request.environ):
        if name == "Allow":
            response.headers[name] = value


def json_response(body: Mapping[str, Any], status: int) -> Response:
    """A body as JSON, in the media type that fits the status."""
    mimetype = MIMETYPE if status >= 400 else "application/json"
    return Response(json.dumps(body), status, mimetype=mimetype)
