"""Putting the API into an app."""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, request
from spectree import SpecTree

from dialer.api import (
    accounts,
    board,
    calls,
    closed_hours,
    contacts,
    joining,
    lists,
    money,
    payments,
    records,
    scripts,
    tasks,
    users,
    verdicts,
)
from dialer.api.document import make_document, make_spec
from dialer.api.health import make_health
from dialer.api.problems import answer_problem, json_response
from dialer.api.route import Route, bind
from dialer.runtime import Runtime

PREFIX = "/api/v1"
ROUTES: tuple[Route, ...] = (
    *calls.ROUTES, *joining.ROUTES, *tasks.ROUTES, *verdicts.ROUTES, *accounts.ROUTES,
    *contacts.ROUTES, *records.ROUTES, *board.ROUTES, *money.ROUTES, *payments.ROUTES,
    *scripts.ROUTES, *users.ROUTES, *closed_hours.ROUTES, *lists.ROUTES,
)  # fmt: skip


def install_api(app: Flask, rt: Runtime) -> None:
    """Register the API and the health checks."""
    app.extensions["dialer"] = rt
    app.register_blueprint(make_api())
    app.register_blueprint(make_health(rt))
    app.register_blueprint(board.make_stream(rt))


def make_api() -> Blueprint:
    """The blueprint of /api/v1."""
    api = Blueprint("api", __name__, url_prefix=PREFIX)
    spec, views = bound_routes()
    for route, view in zip(ROUTES, views, strict=True):
        api.add_url_rule(route.path, route.name, view, methods=[route.method])
    api.add_url_rule(
        "/openapi.json",
        "openapi",
        lambda: json_response(make_document(spec, ROUTES, PREFIX), 200),
    )
    api.register_error_handler(Exception, answer_problem)
    api.before_app_request(refuse_strange_paths)
    api.after_request(keep_private)
    return api


@cache
def bound_routes() -> tuple[SpecTree, tuple[Callable[..., Any], ...]]:
    """The views and what collects their shapes: a third of a second's work, done once."""
    spec = make_spec()
    return spec, tuple(bind(spec, route) for route in ROUTES)


def refuse_strange_paths() -> Response | None:
    """An unknown path or method below /api is a problem too, and no page for people."""
    if request.routing_exception is None or not request.path.startswith("/api/"):
        return None
    return answer_problem(request.routing_exception)


def keep_private(response: Response) -> Response:
    """No cache keeps what somebody was allowed to read."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response
