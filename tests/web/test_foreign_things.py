"""Other people's things, asked for by their ids: for every route that takes one they are not there,
and asking changes nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.routing import Rule

from dialer.domain.words import SuppressionReason
from dialer.models import Attempt, Suppression, UserSession
from dialer.models.money import Receivable
from dialer.people.log_in import open_session
from dialer.people.tokens import add_token
from tests.api.caller import Caller, caller
from tests.make import LI_NA, make_account, make_contact, make_task
from tests.people.cast import Cast, open_house
from tests.web.conftest import Come
from tests.web.logged import log_call
from tests.web.test_hostile_fields import HONEST, names_of_fields, state_of
from tests.world import World

SECRET_NAME = "西方机械"
# Things that only exist inside another room's long work; that room's own tests guard them.
GUARDED_ELSEWHERE = {"entry_id", "import_id", "incident_id", "payment_id", "promise_id"}
BODIES = {
    "disposition": {"disposition": "said"}, "hold": {"on": True}, "transfer": {"to_user_id": 1},
    "supervise": {"how": "listen"}, "hangup": None,
}  # fmt: skip


@pytest.fixture
def cast(world: World) -> Cast:
    return open_house(world)


def make_things(world: World, cast: Cast) -> dict[str, int]:
    """One of everything, the other team's; by the name that routes give its id."""
    now = world.rt.now()
    with world.sessions.write() as session:
        account = make_account(
            session, now, SECRET_NAME, owner_id=cast.far_rep.id, team_id=cast.west
        )
        contact = make_contact(session, now, account, SECRET_NAME, LI_NA)
        task = make_task(session, now, contact, owner_id=cast.far_rep.id)
        number_id = contact.numbers[0].id
        suppression = Suppression(
            number_id=number_id, reason=SuppressionReason.MANUAL, source="page",
            created_by_id=cast.far_rep.id, created_at=now,
        )  # fmt: skip
        receivable = Receivable(
            account_id=account.id, contact_id=contact.id, reference=SECRET_NAME,
            amount_minor=100, currency="CNY", due_on=now.date(), created_at=now,
        )  # fmt: skip
        session.add_all([suppression, receivable])
        open_session(world.rt, session, cast.far_rep.id, "")
        session.flush()
        theirs = session.query(UserSession).filter_by(user_id=cast.far_rep.id).one()
        things = {
            "account_id": account.id, "contact_id": contact.id, "number_id": number_id,
            "task_id": task.id, "suppression_id": suppression.id, "row_id": 1,
            "receivable_id": receivable.id, "session_id": theirs.id, "user_id": cast.far_rep.id,
            "team_id": cast.west,
        }  # fmt: skip
    call_id = log_call(
        world, rep_id=cast.far_rep.id, team_id=cast.west, account_id=things["account_id"],
        contact_id=things["contact_id"], number_id=things["number_id"],
    )  # fmt: skip
    with world.sessions.read() as session:
        attempt = session.query(Attempt).filter_by(call_id=call_id).one()
    add_token(world.rt, "theirs", "far.rep", ["all"])
    return {**things, "call_id": call_id, "attempt_id": attempt.id, "token_id": 1}


def routes_with_ids(world: World, prefix: str) -> Iterator[tuple[str, Rule]]:
    """Every method and route below a prefix that names a thing."""
    for rule in world.app.url_map.iter_rules():
        named = set(re.findall(r"<int:(\w+)>", rule.rule))
        is_api = rule.rule.startswith("/api/")
        if named and is_api == (prefix == "/api/") and not named & GUARDED_ELSEWHERE:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule


def path_to(rule: Rule, things: dict[str, int]) -> str:
    """A new name of an id has to be given a thing here, or be guarded elsewhere."""
    path = re.sub(r"<int:(\w+)>", lambda found: str(things[found[1]]), rule.rule)
    return re.sub(r"<any\((\w+)[^>]*>", r"\1", path)


@pytest.mark.parametrize("name", ["ma.li", "chen.jie"])
def test_no_page_shows_or_changes_another_teams_things(
    world: World, cast: Cast, come: Come, name: str
) -> None:
    things, visitor = make_things(world, cast), come(name)
    form = {field: HONEST.get(field, "1") for field in names_of_fields()}
    before = state_of(world)
    for method, rule in routes_with_ids(world, "/"):
        path = path_to(rule, things)
        answer = visitor.get(path) if method == "GET" else visitor.post(path, **form)
        allowed = (403, 404) if method == "GET" else (400, 403, 404, 422)
        assert answer.status_code in allowed, (method, path, answer.status_code)
        assert SECRET_NAME not in answer.text
    assert state_of(world) == before


@pytest.mark.parametrize("name", ["ma.li", "chen.jie"])
def test_no_program_reads_or_changes_another_teams_things(
    world: World, cast: Cast, name: str
) -> None:
    things, program = make_things(world, cast), caller(world, name)
    program.get("/calls")  # from now on the token is known to be in use
    before, asked = state_of(world), 0
    for method, rule in routes_with_ids(world, "/api/"):
        path = path_to(rule, things).removeprefix("/api/v1")
        answer = ask(program, method, path)
        assert answer.status_code in (403, 404, 422), (method, path, answer.status_code)
        assert SECRET_NAME not in answer.text
        asked += 1
    assert asked > 20
    assert state_of(world) == before


def ask(program: Caller, method: str, path: str) -> Any:
    body = BODIES.get(path.rpartition("/")[2], {"stage": 2} if "accounts" in path else {})
    if method in ("GET", "DELETE"):
        return program.send(method, path)
    return program.send(method, path, json=body)


def test_no_list_of_another_team_shows_its_things(world: World, cast: Cast, come: Come) -> None:
    make_things(world, cast)
    visitor, program = come("chen.jie"), caller(world, "chen.jie")
    for rule in world.app.url_map.iter_rules():
        if "<" in rule.rule or "GET" not in (rule.methods or ()) or "static" in rule.rule:
            continue
        if rule.rule.startswith("/api/v1/") and "stream" not in rule.rule:
            text = program.get(rule.rule.removeprefix("/api/v1")).text
        elif rule.rule.startswith("/api/") or rule.rule in ("/metrics", "/readyz", "/healthz"):
            continue
        else:
            text = visitor.get(rule.rule).get_data().decode(errors="replace")
        assert SECRET_NAME not in text, rule
