"""Users by program: invited, moved, shut out; and what programs read beside records."""

import pytest

from dialer.domain.words import UserRole
from dialer.people.invite import find_link
from dialer.people.tokens import add_token, authenticate_token
from tests.api.caller import Caller, caller, problem
from tests.people.cast import Cast, open_house
from tests.web.logged import log_call
from tests.world import World


@pytest.fixture
def cast(world: World) -> Cast:
    return open_house(world)


@pytest.fixture
def admin(world: World, cast: Cast) -> Caller:
    return caller(world, "admin")


def test_an_invited_user_is_told_by_a_link_that_works_once(
    world: World, cast: Cast, admin: Caller
) -> None:
    body = {"name": "new.rep", "role": "rep", "team_id": cast.east, "language": "zh-TW"}
    answer = admin.post("/users", body)
    assert (answer.status_code, answer.json["state"]) == (201, "invited")
    base, _, secret = answer.json["link"].rpartition("/")
    assert base == "https://dialer.test/welcome"
    with world.sessions.read() as session:
        link = find_link(session, secret, world.rt.now())
    assert link is not None
    assert link.user.team_id == cast.east


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"name": "ma.li"}, 409, "name_taken"), ({"name": "\u202ea"}, 422, "invalid"),
        ({"team_id": 999}, 404, "not_found"), ({"phone": "hello"}, 422, "invalid"),
        ({"role": "king"}, 422, "invalid"), ({"password": "three violet otters"}, 422, "invalid"),
        ({"disabled_at": None}, 422, "invalid"),
    ],
)  # fmt: skip
def test_a_bad_invitation_makes_nobody(
    admin: Caller, changes: dict[str, object], status: int, word: str
) -> None:
    before = len(admin.get("/users").json["users"])
    answer = admin.post("/users", {"name": "new.rep", "role": "rep", **changes})
    assert (answer.status_code, problem(answer)) == (status, word)
    assert len(admin.get("/users").json["users"]) == before


def test_shutting_out_by_program_ends_tokens_at_once(
    world: World, cast: Cast, admin: Caller
) -> None:
    token = add_token(world.rt, "crm", "ma.li", ["calls"])
    answer = admin.post(f"/users/{cast.rep.id}/disable")
    assert answer.json["state"] == "disabled"
    assert authenticate_token(world.rt, token) is None
    assert admin.post(f"/users/{cast.rep.id}/enable").json["state"] == "active"


def test_role_and_team_are_changed_and_nothing_else(
    world: World, cast: Cast, admin: Caller
) -> None:
    path = f"/users/{cast.rep.id}"
    changed = admin.send("PATCH", path, json={"team_id": cast.west}).json
    assert (changed["role"], changed["team"]) == ("rep", "West")
    admin.send("PATCH", path, json={"role": "supervisor"})
    assert world.user(cast.rep.id).role is UserRole.SUPERVISOR
    assert world.user(cast.rep.id).team_id == cast.west
    refused = admin.send("PATCH", path, json={"factor_at": None, "name": "x"})
    assert (refused.status_code, problem(refused)) == (422, "invalid")


def test_nobody_shuts_themselves_out(cast: Cast, admin: Caller) -> None:
    answer = admin.post(f"/users/{cast.admin.id}/disable")
    assert (answer.status_code, problem(answer)) == (409, "oneself")


@pytest.mark.parametrize("scopes", [("records",), ("calls", "board", "records")])
def test_people_need_the_scope_all(world: World, cast: Cast, scopes: tuple[str, ...]) -> None:
    narrow = caller(world, "admin", *scopes)
    for path in (f"/users/{cast.rep.id}/disable", f"/users/{cast.rep.id}/enable"):
        assert problem(narrow.post(path)) == "scope"
    assert narrow.get("/users").status_code == 200


@pytest.mark.parametrize("name", ["ma.li", "chen.jie"])
def test_people_are_an_administrators_matter(world: World, cast: Cast, name: str) -> None:
    program = caller(world, name)
    assert program.get("/users").status_code == 403
    assert program.post(f"/users/{cast.far_rep.id}/disable").status_code == 403


def test_the_scripts_are_read_in_every_language(world: World) -> None:
    answer = caller(world).get("/scripts", limit=2).json
    assert [row["language"] for row in answer["scripts"]] == ["zh-CN", "zh-TW"]
    rest = caller(world).get("/scripts", cursor=answer["next_cursor"]).json
    assert [row["language"] for row in rest["scripts"]] == ["en"]
    assert "{company}" in rest["scripts"][0]["texts"]["who"]
    assert caller(world).get("/scripts", cursor=2**62).json["scripts"] == []


def test_a_program_that_dials_too_fast_is_told_when_to_come_back(world: World) -> None:
    rep = caller(world)
    placed = rep.click("first").json["id"]
    for _ in range(world.rt.people.dials_per_minute - 1):
        log_call(world, talk_seconds=1)
    answer = rep.click("one more")
    assert (answer.status_code, problem(answer)) == (429, "too_many_dials")
    assert int(answer.headers["Retry-After"]) > 0
    assert rep.click("first").json["id"] == placed
