"""The OpenAPI document, generated from the routes and tidied."""

from collections.abc import Iterable
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from spectree import SpecTree

from dialer.api.problems import MIMETYPE
from dialer.api.route import KEY_HEADER, MAX_KEY, Route
from dialer.api.shapes import ProblemOut

VERSION = "1.0.0"
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"session": [], "csrf": []}]
SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of `dialer token add`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "session",
        "description": "A logged-in browser.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "What a logged-in browser sends along with everything but GET.",
    },
}
# Answered by a process of its own, which is why it stands in no table of routes.
STREAM = {
    "get": {
        "operationId": "stream_board",
        "tags": ["board"],
        "summary": "The live floor, pushed as server-sent events.",
        "description": (
            "Each event's data is what GET /board answers, sent within a second of what moved. "
            "The stream may be cut at any time: connect again, as every browser does by itself. "
            "Where no stream is free the answer is 503: poll GET /board."
        ),
        "parameters": [],
        "responses": {
            "200": {
                "description": "Events without an end.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            **{
                str(status): {
                    "description": HTTPStatus(status).phrase,
                    "content": {MIMETYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
                }
                for status in (401, 403, 503)
            },
        },
    }
}
KEY_PARAMETER = {
    "name": KEY_HEADER,
    "in": "header",
    "required": True,
    "description": "Names the wish: the same key and body get the same answer.",
    "schema": {"type": "string", "pattern": f"^[ -~]{{1,{MAX_KEY}}}$"},
}


def make_spec() -> SpecTree:
    """The collector of routes and shapes."""
    return SpecTree(
        "flask",
        title="Dialer bridge",
        version=VERSION,
        openapi_version="3.1.0",
        mode="strict",
        annotations=False,
        naming_strategy=component_name,
        nested_naming_strategy=lambda _parent, child: child,
        validation_error_model=ProblemOut,
    )


def component_name(model: type[BaseModel]) -> str:
    """A shape is called in the document what it is called in the code."""
    return model.__name__


def make_document(spec: SpecTree, routes: Iterable[Route], prefix: str) -> dict[str, Any]:
    """The document as it is served."""
    document: dict[str, Any] = deepcopy(spec.spec)
    document["security"] = SECURITY
    document["components"]["securitySchemes"] = SCHEMES
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("Change"):
            forget_defaults(schema)
    keyed = {(route.method.lower(), prefix + route.path) for route in routes if route.takes_key}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name_problems(operation)
            if (method, path) in keyed:
                operation["parameters"].append(KEY_PARAMETER)
    document["paths"][f"{prefix}/board/stream"] = STREAM
    return document


def name_problems(operation: dict[str, Any]) -> None:
    """What is not asked for comes in a media type of its own."""
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            content[MIMETYPE] = content.pop("application/json")


def forget_defaults(schema: dict[str, Any]) -> None:
    """In a change, a field that is not sent stays as it is."""
    for field in schema["properties"].values():
        field.pop("default", None)
