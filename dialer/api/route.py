"""A route as a row of a table: what it takes, who may use it, what it answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from flask import Response, current_app, g, request
from pydantic import BaseModel
from spectree import Response as Answers
from spectree import SpecTree

from dialer.api.guard import check_rights, find_principal
from dialer.api.problems import Problem, field_error, json_response, to_problem
from dialer.api.shapes import MAX_ID, Body, ProblemOut
from dialer.domain.words import UserRole
from dialer.people.idempotency import Answer, Wish, find_answer, forget, keep_answer
from dialer.people.tokens import Principal
from dialer.runtime import Runtime

EVERYBODY = frozenset(UserRole)
BOSSES = frozenset({UserRole.SUPERVISOR, UserRole.ADMIN})
ADMINS = frozenset({UserRole.ADMIN})
KEY_HEADER = "Idempotency-Key"
MAX_KEY = 200
MAX_BODY = 256 * 1024
TOO_MANY = 429

View = Callable[..., BaseModel]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one path.

    `view(asked, **path)` returns the answer's model or raises. `problems` are the statuses that
    it may answer beyond those that every route of its kind may. With `takes_key` the request
    needs an Idempotency-Key.
    """

    method: str
    path: str
    view: View
    scope: str
    answer: type[BaseModel]
    roles: frozenset[UserRole] = EVERYBODY
    body: type[Body] | None = None
    query: type[Body] | None = None
    status: int = 200
    problems: tuple[int, ...] = ()
    takes_key: bool = False
    max_body: int = MAX_BODY
    tag: str = "calls"

    @property
    def name(self) -> str:
        """The operation's name, unique in the API."""
        return self.view.__name__


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a view is handed: the runtime, who asks, and the validated request.

    `occurrence` names the wish for ever where the route takes a key.
    """

    rt: Runtime
    who: Principal
    body: Any = None
    query: Any = None
    occurrence: str | None = None


def runtime() -> Runtime:
    """The runtime of the app that answers, for this request."""
    rt: Runtime = current_app.extensions["dialer"]
    return rt.asked_from(request.remote_addr)


def bind(spec: SpecTree, route: Route) -> Callable[..., Any]:
    """The Flask view: guarded first, then the shape, then the verb."""

    def act(**path: int) -> Any:
        context = request.context  # type: ignore[attr-defined]  # spectree puts it there
        asked = Asked(rt=runtime(), who=g.principal, body=context.json, query=context.query)
        if route.takes_key:
            return act_once(route, asked)
        return route.view(asked, **path), route.status

    act.__doc__ = route.view.__doc__
    checked = spec.validate(
        query=route.query,
        json=route.body,
        resp=answers_of(route),
        tags=(route.tag,),
        operation_id=route.name,
        before=refuse_shape,
    )(act)

    @wraps(checked)
    def guarded(**path: int) -> Any:
        g.principal = find_principal(runtime())
        check_rights(g.principal, route.scope, route.roles)
        if any(not 1 <= number <= MAX_ID for number in path.values()):
            raise Problem(404, "not_found", "There is no such thing.")
        if route.takes_key:
            read_key()
        if route.body is not None:
            check_json(route.max_body)
        return checked(**path)

    return guarded


def answers_of(route: Route) -> Answers:
    """Every status that the route may answer, for the document."""
    usual = {401, 403, *((400, 413, 415, 422) if route.body else ()), *route.problems}
    usual |= {422} if route.query else set()
    usual |= {404} if "<" in route.path else set()
    models: dict[str, Any] = {f"HTTP_{status}": ProblemOut for status in sorted(usual)}
    return Answers(**{f"HTTP_{route.status}": route.answer}, **models)


def check_json(max_body: int) -> None:
    """Refuse what is no JSON object, before anybody looks for its fields. Raises Problem."""
    request.max_content_length = max_body
    if not request.is_json:
        raise Problem(415, "unsupported_media_type", "The body must be application/json.")
    try:
        body = request.get_json()
    except RecursionError:
        raise Problem(400, "bad_request", "The body is nested too deeply.") from None
    if not isinstance(body, dict):
        raise Problem(422, "invalid", "The body must be a JSON object.", fields=[])


def refuse_shape(_request: Any, _response: Any, error: Any, _instance: Any, _adapter: Any) -> None:
    """Turn the list of what is wrong with the fields into a problem. Raises Problem."""
    if error is None:
        return
    fields = [
        field_error(".".join(str(part) for part in row["loc"]), row["msg"])
        for row in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    raise Problem(422, "invalid", "Some fields hold what they cannot.", fields=fields)


def read_key() -> str:
    """The request's Idempotency-Key. Raises Problem."""
    key = request.headers.get(KEY_HEADER, "")
    if not 1 <= len(key) <= MAX_KEY or not (key.isascii() and key.isprintable()):
        raise Problem(
            400,
            "idempotency_key",
            f"The {KEY_HEADER} header is needed: 1 to {MAX_KEY} printable ASCII characters.",
        )
    return key


def act_once(route: Route, asked: Asked) -> Response:
    """Do the deed unless it was done, and answer as it was answered first."""
    wish = Wish(
        user_id=asked.who.user.id,
        route=f"{route.method} {route.path}",
        key=read_key(),
        body=asked.body.model_dump(mode="json"),
    )
    known = find_answer(asked.rt, wish) or do(route, asked, wish)
    return json_response(known.body, known.status)


def do(route: Route, asked: Asked, wish: Wish) -> Answer:
    """The answer, kept unless nothing was tried, or we failed: then the same key may try again."""
    try:
        done = route.view(replace(asked, occurrence=wish.occurrence))
        answer = Answer(status=route.status, body=done.model_dump(mode="json"))
    except Exception as error:
        problem = to_problem(error)
        if problem.status >= 500 or problem.status == TOO_MANY:
            forget(asked.rt, wish)
            raise
        answer = Answer(status=problem.status, body=problem.body)
    return keep_answer(asked.rt, wish, answer)
