"""After a call: what came of it, and what follows."""

import pytest
import sqlalchemy as sa

from dialer.domain.words import TaskState
from dialer.models import Account, CallTask
from tests.make import make_contact, make_task
from tests.web.conftest import Come
from tests.web.talking import talk
from tests.web.visitor import Visitor
from tests.world import World


def over(world: World, visitor: Visitor) -> int:
    """A call that was talked and is over."""
    call_id = talk(world, visitor)
    visitor.ask(f"/desk/calls/{call_id}/hang-up")
    world.advance(5)
    return call_id


def test_after_the_call_the_desk_asks_what_came_of_it(world: World, come: Come) -> None:
    visitor = come()
    over(world, visitor)
    page = visitor.get("/desk").text
    assert "What came of it?" in page
    assert page.count('name="disposition"') == 7
    assert 'data-next-purpose="revisit" data-next-due="2026-06-01T10:00"' in page


def test_the_wrap_up_plans_the_next_call_in_the_customers_time(world: World, come: Come) -> None:
    visitor = come()
    call_id = over(world, visitor)
    visitor.ask(
        f"/desk/calls/{call_id}/wrap-up", disposition="rescheduled", plans_next="1",
        next_purpose="follow_up", next_due="2026-03-03T15:30", next_note="报价", reached_stage="4",
    )  # fmt: skip
    with world.sessions.read() as session:
        task = session.scalars(sa.select(CallTask)).one()
        assert session.get_one(Account, world.here.account_id).stage == 4
    assert (task.due_local, task.due_zone) == ("2026-03-03T15:30", "Asia/Shanghai")
    assert (task.note, task.state) == ("报价", TaskState.WAITING)


def test_after_the_wrap_up_the_next_call_stands_on_the_desk(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        other = make_contact(session, world.rt.now(), None, "李娜", "+8613900139000")
        make_task(session, world.rt.now(), other, owner_id=world.here.rep_id)
    visitor = come()
    call_id = over(world, visitor)
    visitor.ask(f"/desk/calls/{call_id}/wrap-up", disposition="said")
    page = visitor.get("/desk").text
    assert "What came of it?" not in page
    assert "<h1>李娜" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "disposition"),
        ({"disposition": "paid"}, "disposition"),
        ({"disposition": "said", "plans_next": "1", "next_purpose": "care"}, "next_due"),
        ({"disposition": "said", "plans_next": "1", "next_purpose": "care",
          "next_due": "2020-01-01T10:00"}, "next_due"),
        ({"disposition": "said", "plans_next": "1", "next_purpose": "chat",
          "next_due": "2026-03-09T10:00"}, "next_purpose"),
    ],
)  # fmt: skip
def test_a_wrap_up_that_makes_no_sense_is_refused_at_its_field(
    world: World, come: Come, fields: dict[str, str], field: str
) -> None:
    visitor = come()
    call_id = over(world, visitor)
    answer = visitor.ask(f"/desk/calls/{call_id}/wrap-up", **fields)
    assert (answer.status_code, answer.get_json()["field"]) == (422, field)
    assert world.call(call_id).wrapped_up_at is None
