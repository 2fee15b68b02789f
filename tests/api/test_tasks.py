"""Tasks by program: calls to come."""

from typing import Any

import pytest
import sqlalchemy as sa

from dialer.models import CallTask
from tests.api.caller import Caller, caller, problem
from tests.make import LI_NA, ZHANG_WEI
from tests.world import World


@pytest.fixture
def rep(world: World) -> Caller:
    return caller(world)


def plan(rep: Caller, key: str = "first", **changes: Any) -> Any:
    body = {
        "contact_id": rep.world.here.contact_id,
        "purpose": "reminder",
        "mode": "rep",
        "due_at": "2026-03-03T02:00:00Z",
        **changes,
    }
    return rep.post("/tasks", {k: v for k, v in body.items() if v is not None}, key)


def test_a_planned_call_waits(rep: Caller) -> None:
    answer = plan(rep)
    assert answer.status_code == 201
    assert answer.json["state"] == "waiting"
    assert answer.json["due_at"] == "2026-03-03T02:00:00Z"
    assert (answer.json["attempts"], answer.json["next_step"]) == ([], None)


def test_an_agreed_wall_time_is_kept_with_its_zone(rep: Caller) -> None:
    task = plan(rep, due_at=None, due_local="2026-03-08T03:30", zone="America/New_York").json
    assert (task["due_local"], task["zone"]) == ("2026-03-08T03:30", "America/New_York")
    assert task["due_at"] == "2026-03-08T07:30:00Z"


def test_outside_its_window_it_waits(rep: Caller) -> None:
    assert plan(rep, purpose="closing").status_code == 201


def test_what_can_never_be_called_is_refused(rep: Caller) -> None:
    rep.post("/suppressions", {"number": ZHANG_WEI, "reason": "opt_out"})
    answer = plan(rep)
    assert (answer.status_code, problem(answer)) == (409, "verdict")
    assert answer.json["verdict"]["verdict"] == "never"


def test_the_same_key_plans_one_call(world: World, rep: Caller) -> None:
    assert plan(rep).json == plan(rep).json
    with world.sessions.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(CallTask)) == 1


def test_a_key_is_needed(rep: Caller) -> None:
    assert plan(rep, key="").status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"due_at": None},
        {"due_local": "2026-03-08T02:30", "zone": "Asia/Shanghai"},
        {"due_at": None, "due_local": "2026-03-08T02:30"},
        {"zone": "Asia/Shanghai"},
        {"due_at": "2026-03-03T02:00:00"},
        {"due_at": 1772503200},
        {"due_at": "9999-12-31T23:59:59-12:00"},
        {"due_at": None, "due_local": "2026-03-08T02:30Z", "zone": "Asia/Shanghai"},
        {"contact_id": None},
        {"to": LI_NA},
        {"mode": "robot"},
        {"mode": "machine", "contact_id": None, "to": LI_NA},
        {"mode": "machine", "purpose": "collection"},
        {"mode": "machine", "purpose": "collection", "receivable_id": 99},
        {"state": "done"},
        {"due_at": "2026-03-02T01:30:00Z"},
        {"due_at": None, "due_local": "2026-03-08T02:30", "zone": "America/New_York"},
        {"due_at": "2026-03-03T02:00:00Z", "not_after": "2026-03-03T02:00:00Z"},
        {"mode": "machine", "purpose": "follow_up"},
    ],
)
def test_a_task_that_makes_no_sense_is_refused(rep: Caller, changes: dict[str, Any]) -> None:
    answer = plan(rep, **changes)
    assert (answer.status_code, problem(answer)) == (422, "invalid")


def test_a_waiting_task_is_taken_back_once_or_twice(rep: Caller) -> None:
    path = f"/tasks/{plan(rep).json['id']}"
    assert rep.send("DELETE", path).json["state"] == "cancelled"
    assert rep.send("DELETE", path).json["state"] == "cancelled"


def test_nobody_touches_a_colleagues_task(world: World, rep: Caller) -> None:
    other = caller(world, "liu.fang")
    path = f"/tasks/{plan(rep).json['id']}"
    assert other.get(path).status_code == 404
    assert other.send("DELETE", path).status_code == 404
    assert other.get("/tasks").json["tasks"] == []
    assert plan(other, key="mine").status_code == 403


def test_a_raw_number_needs_the_right(world: World, rep: Caller) -> None:
    narrow = caller(world, "wang.min", "calls")
    assert plan(narrow, contact_id=None, to=LI_NA).status_code == 403
    assert plan(rep, "second", contact_id=None, to=LI_NA).status_code == 201


def test_tasks_are_listed_by_state(rep: Caller) -> None:
    rep.send("DELETE", f"/tasks/{plan(rep).json['id']}")
    plan(rep, key="second")
    states = {
        state: len(rep.get("/tasks", state=state).json["tasks"])
        for state in ("waiting", "cancelled", "done")
    }
    assert states == {"waiting": 1, "cancelled": 1, "done": 0}


def test_a_machines_reminder_is_placed_when_it_is_due(rep: Caller) -> None:
    task_id = plan(rep, mode="machine", due_at="2026-03-02T02:00:05Z").json["id"]
    rep.world.sim.phone(ZHANG_WEI).answers_after(1).hangs_up_after(2)
    rep.world.advance(20)
    task = rep.get(f"/tasks/{task_id}").json
    assert [attempt["state"] for attempt in task["attempts"]] == ["done"]
    assert task["attempts"][0]["carrier_sid"].startswith("CA")


def test_a_reps_call_rings_the_rep_when_it_is_due(rep: Caller) -> None:
    plan(rep, due_at="2026-03-02T02:00:05Z", note="三年保修")
    assert rep.get("/calls").json["calls"] == []
    rep.world.advance(10)
    call = rep.get("/calls").json["calls"][0]
    assert (call["task_id"], call["brief"]["point"]) == (1, "三年保修")
