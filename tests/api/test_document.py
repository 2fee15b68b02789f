"""Every operation of the document, called with what it allows and with what it does not.

By a rep, and where a rep may not do it by an administrator: else only refusals would be seen.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dialer.api.install import PREFIX, ROUTES
from dialer.api.route import Route
from dialer.domain.words import UserRole
from tests.api.caller import Caller, caller
from tests.make import make_user
from tests.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 12


def path_of(route: Route) -> str:
    """`/calls/<int(…):call_id>` as the document writes it."""
    parts = [
        "{" + part.rstrip(">").rpartition(":")[2] + "}" if part.startswith("<") else part
        for part in route.path.split("/")
    ]
    return PREFIX + "/".join(parts)


def caller_for(world: World, route: Route) -> Caller:
    """Somebody who may."""
    if UserRole.REP in route.roles:
        return caller(world)
    with world.sessions.write() as session:
        make_user(session, world.rt.now(), "admin", role=UserRole.ADMIN)
    return caller(world, "admin")


def test_the_document_has_every_route_and_the_stream(world: World) -> None:
    document: Any = world.app.test_client().get(f"{PREFIX}/openapi.json").json
    described = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    routes = {(route.method, path_of(route)) for route in ROUTES}
    assert described == routes | {("GET", f"{PREFIX}/board/stream")}


def test_every_list_comes_in_pages(world: World) -> None:
    document: Any = world.app.test_client().get(f"{PREFIX}/openapi.json").json
    for route in ROUTES:
        schema = document["components"]["schemas"].get(route.answer.__name__, {})
        fields = schema.get("properties", {})
        if route.name.startswith("list_") and "<" not in route.path:
            assert "next_cursor" in fields, route.name


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_whatever_is_sent_the_answer_is_as_documented(world: World, route: Route) -> None:
    schema = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", world.app)
    operation = schema[path_of(route)][route.method]
    headers = {"Authorization": f"Bearer {caller_for(world, route).token}"}
    modes = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    @given(case=st.one_of(modes))
    def probe(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    probe()
