"""Every operation of the document, called with what it allows and with what it does not."""

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
from tests.api.caller import caller
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


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_whatever_is_sent_the_answer_is_as_documented(world: World, route: Route) -> None:
    schema = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", world.app)
    operation = schema[path_of(route)][route.method]
    headers = {"Authorization": f"Bearer {caller(world).token}"}
    modes = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    @given(case=st.one_of(modes))
    def probe(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    probe()
