"""The door itself: who gets in, and what a bad request hears."""

import json
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from dialer.api.install import ROUTES
from dialer.models import User
from dialer.people.passwords import hash_password
from dialer.people.tokens import revoke_token
from dialer.people.users import disable_user
from tests.api.caller import BRIEF, Caller, caller, problem
from tests.world import World

PASSWORD = "correct horse battery"
PATHS = sorted({(r.method, re.sub(r"<[^>]+>", "1", r.path), r.scope) for r in ROUTES})
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def rep(world: World) -> Caller:
    return caller(world)


@pytest.fixture
def browser(world: World) -> FlaskClient:
    """A browser in which the first rep is logged in."""
    with world.sessions.write() as session:
        user = session.get_one(User, world.here.rep_id)
        user.password_hash = hash_password(PASSWORD, world.rt.token)
    client = world.app.test_client()
    page = client.get("/login", base_url="https://dialer.test").text
    form = {"name": "wang.min", "password": PASSWORD, "csrf_token": csrf_of(page)}
    answer = client.post("/login", data=form, base_url="https://dialer.test")
    assert answer.status_code == 302
    return client


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf[_-]token"[^>]*(?:value|content)="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("method", "path", "scope"), PATHS)
def test_every_route_turns_strangers_away(world: World, method: str, path: str, scope: str) -> None:
    answer = world.app.test_client().open(f"/api/v1{path}", method=method)
    assert (answer.status_code, problem(answer)) == (401, "unauthorized")


@pytest.mark.parametrize(("method", "path", "scope"), PATHS)
def test_every_route_needs_its_scope(world: World, method: str, path: str, scope: str) -> None:
    others = {"board", "calls", "records"} - {scope}
    answer = caller(world, "wang.min", *others).send(method, path)
    assert (answer.status_code, problem(answer)) == (403, "scope")
    assert answer.json["scope"] == scope


@pytest.mark.parametrize(
    "authorization", ["Bearer", "Bearer x", "Basic d2FuZzptaW4=", "Bearer " + "0" * 64, "\x7f"]
)
def test_a_wrong_credential_is_no_credential(
    world: World, browser: FlaskClient, authorization: str
) -> None:
    answer = browser.get(
        "/api/v1/calls",
        headers={"Authorization": authorization},
        base_url="https://dialer.test",
    )
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_token_is_out_at_once(world: World, rep: Caller) -> None:
    assert rep.get("/calls").status_code == 200
    revoke_token(world.rt, 1, actor_id=None)
    assert rep.get("/calls").status_code == 401


def test_a_disabled_user_is_out_at_once(world: World, rep: Caller) -> None:
    disable_user(world.rt, world.here.rep_id, actor_id=None)
    assert rep.get("/calls").status_code == 401


def test_a_logged_in_browser_may_read(browser: FlaskClient) -> None:
    assert browser.get("/api/v1/calls", base_url="https://dialer.test").status_code == 200


def test_a_logged_in_browser_needs_its_csrf_token_to_act(
    world: World, browser: FlaskClient
) -> None:
    page = browser.get("/", base_url="https://dialer.test", follow_redirects=True).text
    body = {"contact_id": world.here.contact_id, "purpose": "follow_up", "brief": BRIEF}
    codes = [
        browser.post(
            "/api/v1/calls",
            json=body,
            headers={"Idempotency-Key": "k", **headers},
            base_url="https://dialer.test",
        ).status_code
        for headers in ({}, {"X-CSRF-Token": "guess"}, {"X-CSRF-Token": csrf_of(page)})
    ]
    assert codes == [403, 403, 201]


def test_a_logged_in_rep_may_not_dial_a_raw_number(browser: FlaskClient) -> None:
    page = browser.get("/", base_url="https://dialer.test", follow_redirects=True).text
    answer = browser.post(
        "/api/v1/calls",
        json={"to": "+8613900139000", "purpose": "follow_up", "brief": BRIEF},
        headers={"Idempotency-Key": "k", "X-CSRF-Token": csrf_of(page)},
        base_url="https://dialer.test",
    )
    assert (answer.status_code, problem(answer)) == (403, "dial_any")


@pytest.mark.parametrize("path", ["/nothing", "/calls/0", "/calls/x", "/calls/", f"/calls/{2**31}"])
def test_an_unknown_path_is_a_problem(rep: Caller, path: str) -> None:
    answer = rep.get(path)
    assert (answer.status_code, problem(answer)) == (404, "not_found")


def test_an_id_beyond_all_ids_is_not_there_for_any_method(rep: Caller) -> None:
    assert rep.send("DELETE", f"/tasks/{10**12}").status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE"])
def test_a_wrong_method_is_a_problem(rep: Caller, method: str) -> None:
    answer = rep.send(method, "/calls")
    assert (answer.status_code, problem(answer)) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"name": ' + b"9" * 5000 + b"}", 400),
        (b"[]", 422),
        (b"null", 422),
        (b"{}", 422),
        (b'{"name": "\\ud800"}', 422),
        (b'{"\\ud800": "x", "name": "x"}', 422),
        (b'{"name": NaN}', 422),
        (b'{"name": "' + b"x" * 300_000 + b'"}', 413),
    ],
)
def test_a_broken_body_is_the_callers_problem(rep: Caller, body: bytes, status: int) -> None:
    answer = rep.send("POST", "/accounts", data=body, headers=JSON)
    assert answer.status_code == status
    assert problem(answer)


@pytest.mark.parametrize("mimetype", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_read(rep: Caller, mimetype: str) -> None:
    answer = rep.send(
        "POST", "/accounts", data=b'{"name": "x"}', headers={"Content-Type": mimetype}
    )
    assert (answer.status_code, problem(answer)) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 201}, {"cursor": -1}, {"cursor": 2**70}, {"cursor": "x"},
        {"purpose": "chat"}, {"since": "yesterday"}, {"text": "\0"}, {"colour": "red"},
        {"rep_id": "1 OR 1=1"}, {"since": "9999-12-31T23:59:59-12:00"}, {"limit": ["1", "2"]},
    ],
)  # fmt: skip
def test_a_query_of_the_wrong_shape_is_refused(rep: Caller, query: dict[str, Any]) -> None:
    answer = rep.get("/calls", **query)
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    assert answer.json["fields"]


@pytest.mark.parametrize("text", ["%", "_", "'; DROP TABLE calls; --", "\ud83d", "😀" * 100, "((("])
def test_a_search_for_anything_finds_nothing_and_breaks_nothing(rep: Caller, text: str) -> None:
    assert rep.get("/calls", text=text.encode(errors="replace").decode()).status_code == 200


def test_our_own_failures_say_nothing_about_the_inside(world: World, rep: Caller) -> None:
    with world.sessions.write() as session:
        session.execute(sa.text("ALTER TABLE calls RENAME TO elsewhere"))
    answer = rep.get("/calls")
    assert answer.status_code in (500, 503)
    assert "elsewhere" not in answer.text
    assert "SELECT" not in answer.text


def test_no_cache_keeps_an_answer(rep: Caller) -> None:
    assert rep.get("/calls").headers["Cache-Control"] == "no-store"


def test_the_dry_run_answers_in_order_and_goes_on_after_a_bad_case(rep: Caller) -> None:
    cases = [
        {"to": "+8613800138000", "purpose": "closing", "at": "2026-11-22T12:30:00Z"},
        {"to": "nonsense", "purpose": "closing", "at": "2026-11-22T12:30:00Z"},
        {"to": "\ud800", "purpose": "closing", "at": "2026-11-22T12:30:00Z"},
        {"to": "+8613800138000", "purpose": "closing", "at": "2026-11-22T11:00:00Z"},
        {"x": {"y": [1] * 50}},
    ]
    answer = rep.post("/verdicts", {"cases": cases})
    assert answer.status_code == 200
    found = [row.get("verdict", "error") for row in answer.json["verdicts"]]
    assert found == ["allowed", "error", "error", "not_until", "error"]


def test_ten_thousand_cases_are_taken_and_one_more_is_not(rep: Caller) -> None:
    case: dict[str, Any] = {}
    assert len(rep.post("/verdicts", {"cases": [case] * 10_000}).json["verdicts"]) == 10_000
    assert rep.post("/verdicts", {"cases": [case] * 10_001}).status_code == 422


def test_the_document_is_openapi_and_names_what_it_needs(world: World) -> None:
    client = world.app.test_client()
    first, second = (as_json(client.get("/api/v1/openapi.json")) for _ in range(2))
    assert first == second
    assert first["openapi"].startswith("3.1")
    assert set(first["components"]["securitySchemes"]) == {"bearer", "session", "csrf"}
    assert "CallOut" in first["components"]["schemas"]
    assert not any("." in name for name in first["components"]["schemas"])
    parameters = first["paths"]["/api/v1/calls"]["post"]["parameters"]
    assert [p["name"] for p in parameters if p["in"] == "header"] == ["Idempotency-Key"]
    assert set(references(first)) <= set(first["components"]["schemas"])


def as_json(answer: Any) -> Any:
    return answer.json


def references(document: Any) -> list[str]:
    return re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document))
