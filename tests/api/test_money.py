"""Money by program: what is owed, what was promised."""

from datetime import date
from typing import Any

import pytest

from dialer.domain.words import UserRole
from dialer.models import Promise, User
from tests.api.caller import Caller, caller, problem
from tests.make import make_account, make_contact, make_team, make_user
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


def pay(rep: Caller, **changes: Any) -> Any:
    body = {
        "reference": "INV-7", "amount_minor": 123450, "currency": "CNY", "paid_on": "2026-03-02",
        "payment_reference": "bank-1", **changes,
    }  # fmt: skip
    return rep.post("/payments", {k: v for k, v in body.items() if v is not None})


@pytest.fixture
def chief(world: World) -> Caller:
    with world.sessions.write() as session:
        make_user(
            session, world.rt.now(), "chen.jie", full_name="Chen Jie", role=UserRole.SUPERVISOR
        )
    return caller(world, "chen.jie")


def test_a_payment_settles_what_it_names(rep: Caller) -> None:
    receivable_id = owe(rep).json["id"]
    answer = pay(rep)
    assert (answer.status_code, answer.json["state"]) == (201, "matched")
    assert answer.json["shares"] == [{"receivable_id": receivable_id, "amount_minor": 123450}]
    assert rep.get(f"/receivables/{receivable_id}").json["state"] == "paid"
    assert rep.get("/payments", state="matched").json["payments"] == [answer.json]


def test_a_payment_told_twice_is_answered_with_the_first(rep: Caller) -> None:
    owe(rep)
    assert pay(rep).json == pay(rep).json


@pytest.mark.parametrize(
    ("changes", "doubt", "state"),
    [
        ({"currency": "USD"}, "currency", "doubtful"),
        ({"reference": "?"}, "amount_only", "doubtful"),
        ({"reference": "?", "amount_minor": 1}, "unknown", "unmatched"),
    ],
)
def test_what_is_not_clear_is_kept_for_a_person(
    rep: Caller, changes: dict[str, Any], doubt: str, state: str
) -> None:
    owe(rep)
    answer = pay(rep, **changes)
    assert (answer.status_code, answer.json["doubt"], answer.json["state"]) == (201, doubt, state)


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": None}, {"amount_minor": -1}, {"currency": "XYZ"}, {"paid_on": "2027-01-01"},
        {"payment_reference": " "}, {"amount_minor": 1.5},
    ],
)  # fmt: skip
def test_a_payment_that_makes_no_sense_is_refused(rep: Caller, changes: dict[str, Any]) -> None:
    assert pay(rep, **changes).status_code == 422


def test_a_supervisor_assigns_what_was_doubtful_and_a_rep_does_not(
    rep: Caller, chief: Caller
) -> None:
    receivable_id = owe(rep).json["id"]
    payment_id = pay(rep, reference="?").json["id"]
    shares = [{"receivable_id": receivable_id, "amount_minor": 123450}]
    said = {"decision": "assign", "shares": shares, "reason": "asked the customer"}
    assert rep.post(f"/payments/{payment_id}/decision", said).status_code == 403
    assert chief.post(f"/payments/{payment_id}/decision", said).json["shares"] == shares
    back = {"decision": "return", "reason": "the bank took it back"}
    assert chief.post(f"/payments/{payment_id}/decision", back).json["state"] == "returned"
    assert rep.get(f"/receivables/{receivable_id}").json["open_minor"] == 123450


def test_another_reps_receivable_is_not_paid_by_its_number(world: World, rep: Caller) -> None:
    receivable_id = owe(rep).json["id"]
    stranger = caller(world, "liu.fang")
    assert pay(stranger, reference=None, receivable_id=receivable_id).status_code == 403


def test_instalments_make_up_the_amount_and_the_last_is_the_due_date(rep: Caller) -> None:
    parts = [
        {"amount_minor": 100000, "due_on": "2026-04-01"},
        {"amount_minor": 23450, "due_on": "2026-05-01"},
    ]
    answer = owe(rep, instalments=parts)
    assert (answer.json["instalments"], answer.json["due_on"]) == (parts, "2026-05-01")
    assert owe(rep, reference="INV-8", instalments=parts[:1]).status_code == 422


def test_a_dispute_waits_for_a_supervisor(rep: Caller, chief: Caller) -> None:
    path = f"/receivables/{owe(rep).json['id']}"
    assert rep.post(f"{path}/dispute", {"reason": "never came"}).json["state"] == "disputed"
    said = {"decision": "withdrawn", "reason": "true"}
    assert rep.post(f"{path}/decision", said).status_code == 403
    assert chief.post(f"{path}/decision", said).json["state"] == "withdrawn"


def test_a_notice_sent_again_lets_the_calls_wait(rep: Caller) -> None:
    path = f"/receivables/{owe(rep).json['id']}"
    assert rep.post(f"{path}/resend").json["waits_until_on"] == "2026-03-09"


def test_a_promise_is_written_by_hand_and_taken_back(world: World, rep: Caller) -> None:
    body = {
        "receivable_id": owe(rep).json["id"], "call_id": log_call(world), "amount_minor": 500,
        "due_on": "2026-03-05",
    }  # fmt: skip
    promise = rep.post("/promises", body)
    assert (promise.status_code, promise.json["state"]) == (201, "open")
    assert rep.post("/promises", {**body, "due_on": "2026-03-01"}).status_code == 422
    assert rep.post("/promises", {**body, "amount_minor": 999999}).status_code == 422
    path = f"/promises/{promise.json['id']}/cancel"
    assert rep.post(path, {"reason": "misheard"}).json["state"] == "cancelled"
