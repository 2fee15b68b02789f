"""Planned calls: the list, planning, moving, taking back."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from dialer.calling.suppress import suppress
from dialer.domain.words import Mode, Purpose, SuppressionReason, TaskState, UserRole
from dialer.models import CallTask, Contact, User
from tests.make import make_task
from tests.web.conftest import Come
from tests.web.visitor import Visitor
from tests.world import World

OTHER_HOUR = "2026-03-03T15:30"


def plan(world: World, visitor: Visitor, **fields: Any) -> Any:
    page = visitor.get(f"/tasks/new?contact={world.here.contact_id}").text
    token = re.search(r'name="token" value="(\w+)"', page)
    assert token is not None
    form = {
        "token": token[1], "contact": world.here.contact_id, "number": world.here.number_id,
        "mode": "machine", "purpose": "reminder", "due": OTHER_HOUR, "zone": "Asia/Shanghai",
        "not_after": "", "note": "周四上门", **fields,
    }  # fmt: skip
    return visitor.post("/tasks/new", **form)


def tasks(world: World) -> list[CallTask]:
    with world.sessions.read() as session:
        return list(session.scalars(sa.select(CallTask).order_by(CallTask.id)))


def test_a_reminder_is_planned_at_the_customers_wall_time(world: World, come: Come) -> None:
    assert plan(world, come()).status_code == 302
    (task,) = tasks(world)
    assert (task.due_local, task.due_zone) == (OTHER_HOUR, "Asia/Shanghai")
    assert (task.mode, task.ready_at) == (Mode.MACHINE, task.due_at)


@pytest.mark.parametrize("rings", ["1", ""])
def test_a_reps_call_rings_only_if_asked_to(world: World, come: Come, rings: str) -> None:
    plan(world, come(), mode="rep", rings=rings)
    assert (tasks(world)[0].ready_at is not None) == bool(rings)


def test_the_same_form_sent_twice_plans_one_call(world: World, come: Come) -> None:
    visitor = come()
    plan(world, visitor, token="f00d")
    plan(world, visitor, token="f00d")
    assert len(tasks(world)) == 1


def test_the_same_wish_from_two_forms_is_one_call(world: World, come: Come) -> None:
    visitor = come()
    plan(world, visitor)
    plan(world, visitor)
    assert len(tasks(world)) == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"due": "2026-03-02T09:00"}, "over already"),
        ({"due": ""}, "on which day"),
        ({"due": "2026-03-08T02:30", "zone": "America/New_York"}, "skip this time"),
        ({"not_after": "2026-03-03T15:00"}, "after the time at which"),
        ({"purpose": "closing"}, "only reminders and collection"),
        ({"purpose": "collection"}, "what the call is about"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_at_its_field(
    world: World, come: Come, fields: dict[str, str], why: str
) -> None:
    answer = plan(world, come(), **fields)
    assert answer.status_code == 422
    assert why in answer.text.partition('role="alert"')[2]
    assert tasks(world) == []


def test_a_number_that_is_never_called_is_refused_with_the_reason(world: World, come: Come) -> None:
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "test")
    answer = plan(world, come())
    assert answer.status_code == 409
    assert "do-not-call" in answer.text


def test_somebody_elses_customer_is_not_planned_for(world: World, come: Come) -> None:
    path = f"/tasks/new?contact={world.here.contact_id}"
    assert come("liu.fang").get(path).status_code == 404
    assert "张伟" not in come("liu.fang").get("/tasks/new?q=张").text
    assert "张伟" in come().get("/tasks/new?q=张").text


def test_a_supervisor_plans_for_the_rep_whose_customer_it_is(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.other_rep_id).role = UserRole.SUPERVISOR
    plan(world, come("liu.fang"))
    (task,) = tasks(world)
    assert (task.owner_id, task.created_by_id) == (world.here.rep_id, world.here.other_rep_id)


def test_outside_its_window_a_call_waits_and_says_until_when(world: World, come: Come) -> None:
    plan(world, come(), due="2026-03-02T22:00")
    world.skip(12 * 3600 + 60)
    world.advance(3)
    page = come().get("/tasks").text
    assert "next opening Mar 3 09:00" in page
    assert "Not before 2026-03-03 09:00" in page


def test_moving_sets_another_wall_time(world: World, come: Come) -> None:
    visitor = come()
    plan(world, visitor)
    visitor.post("/tasks/1/move", due="2026-03-04T10:00", zone="Asia/Shanghai")
    (task,) = tasks(world)
    assert task.due_local == "2026-03-04T10:00"
    assert task.ready_at == task.due_at


def test_a_move_into_the_past_is_refused(world: World, come: Come) -> None:
    visitor = come()
    plan(world, visitor)
    answer = visitor.post("/tasks/1/move", due="2026-03-01T10:00", zone="Asia/Shanghai")
    assert answer.status_code == 422
    assert tasks(world)[0].due_local == OTHER_HOUR


def test_what_was_taken_back_is_not_moved(world: World, come: Come) -> None:
    visitor = come()
    plan(world, visitor)
    visitor.post("/tasks/1/cancel")
    visitor.post("/tasks/1/move", due="2026-03-04T10:00", zone="Asia/Shanghai")
    (task,) = tasks(world)
    assert (task.state, task.due_local) == (TaskState.CANCELLED, OTHER_HOUR)


@pytest.mark.parametrize("deed", ["cancel", "move"])
def test_nobody_touches_a_colleagues_call(world: World, come: Come, deed: str) -> None:
    plan(world, come())
    answer = come("liu.fang").post(f"/tasks/1/{deed}", due=OTHER_HOUR, zone="Asia/Shanghai")
    assert answer.status_code == 404
    assert tasks(world)[0].state is TaskState.WAITING


@pytest.mark.parametrize(
    ("query", "count"), [("", 2), ("state=done", 1), ("mode=machine", 1), ("purpose=care", 0)]
)
def test_the_list_is_filtered(world: World, come: Come, query: str, count: int) -> None:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        for mode, state in ((Mode.REP, TaskState.DONE), (Mode.MACHINE, TaskState.WAITING)):
            make_task(session, world.rt.now(), contact, owner_id=world.here.rep_id,
                      purpose=Purpose.REMINDER, mode=mode, state=state)  # fmt: skip
    assert come().get(f"/tasks?{query}").text.count('class="row-link"') == count


def test_a_task_shows_its_tries_and_what_follows(world: World, come: Come) -> None:
    visitor = come()
    plan(world, visitor, due="2026-03-02T10:01")
    world.advance(150)
    page = visitor.get("/tasks/1").text
    assert 'href="/calls/1"' in page
    assert "Tries" in page
