"""Money by program: what is owed, what was promised."""

from datetime import date
from typing import Any

import pytest

from dialer.models import Promise, User
from tests.api.caller import Caller, caller, problem
from tests.make import make_account, make_contact, make_team
from tests.web.logged import log_call
from tests.world import World


@pytest.fixture
def rep(world: World) -> Caller:
    return caller(world)


def owe(rep: Caller, **changes: Any) -> Any:
    here = rep.world.here
    body = {
        "account_id": here.account_id, "contact_id": here.contact_id, "reference": "INV-7",
        "amount_minor": 123450, "currency": "CNY", "due_on": "2026-02-20", **changes,
    }  # fmt: skip
    return rep.post("/receivables", body)


def test_what_is_owed_is_open_until_it_is_paid(rep: Caller) -> None:
    answer = owe(rep)
    assert answer.status_code == 201
    assert (answer.json["open_minor"], answer.json["state"]) == (123450, "open")
    assert rep.get("/receivables").json["receivables"] == [answer.json]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 0}, {"amount_minor": 12.5}, {"currency": "XYZ"}, {"currency": "cny"},
        {"due_on": "soon"}, {"reference": " "}, {"contact_id": 99}, {"paid_minor": 1},
    ],
)  # fmt: skip
def test_a_receivable_that_makes_no_sense_is_refused(rep: Caller, changes: dict[str, Any]) -> None:
    answer = owe(rep, **changes)
    assert (answer.status_code, problem(answer)) == (422, "invalid")


def test_an_account_has_each_reference_once(rep: Caller) -> None:
    owe(rep)
    assert problem(owe(rep, amount_minor=5)) == "invalid"


def test_the_payer_belongs_to_the_account(world: World, rep: Caller) -> None:
    with world.sessions.write() as session:
        account = make_account(session, world.rt.now(), "成都", owner_id=world.here.rep_id)
        stranger = make_contact(session, world.rt.now(), account, "王芳", "+8613900139001")
    assert owe(rep, contact_id=stranger.id).status_code == 422


def test_another_teams_money_is_not_there(world: World, rep: Caller) -> None:
    receivable_id = owe(rep).json["id"]
    with world.sessions.write() as session:
        other = session.get_one(User, world.here.other_rep_id)
        other.team_id = make_team(session, "West").id
    stranger = caller(world, "liu.fang")
    assert stranger.get(f"/receivables/{receivable_id}").status_code == 404
    assert stranger.get("/receivables").json["receivables"] == []
    assert owe(stranger, reference="INV-8").status_code == 404


def test_promises_are_listed_with_their_call(world: World, rep: Caller) -> None:
    call_id, receivable_id = log_call(world), owe(rep).json["id"]
    with world.sessions.write() as session:
        session.add(
            Promise(
                receivable_id=receivable_id, call_id=call_id, amount_minor=123450, currency="CNY",
                due_on=date(2026, 3, 5), created_at=world.rt.now(),
            )
        )  # fmt: skip
    (promise,) = rep.get("/promises", receivable_id=receivable_id).json["promises"]
    assert (promise["call_id"], promise["due_on"], promise["state"]) == (
        call_id, "2026-03-05", "open",
    )  # fmt: skip
    assert rep.get("/promises", state="kept").json["promises"] == []
