"""The rep's desk, by the requests that its page makes."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dialer.domain.words import CallStatus, EndedBy, Outcome, Purpose, TaskState, UserRole
from dialer.models import Account, Call, CallTask, Contact, User
from tests.make import REP_PHONE, ZHANG_WEI, make_account, make_contact, make_task, make_team
from tests.web.conftest import Come
from tests.web.visitor import Visitor
from tests.world import World


def brief(world: World, **fields: Any) -> dict[str, Any]:
    return {
        "token": "f00d", "contact": world.here.contact_id, "number": world.here.number_id,
        "purpose": "follow_up", "point": "三年保修", "target_stage": "4", **fields,
    }  # fmt: skip


def talk(world: World, visitor: Visitor) -> int:
    """A call that both sides are on."""
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(5)
    call_id = int(visitor.ask("/desk/dial", **brief(world)).get_json()["call_id"])
    world.advance(20)
    return call_id


def calls(world: World) -> list[Call]:
    with world.sessions.read() as session:
        return list(session.scalars(sa.select(Call).order_by(Call.id)))


def test_dial_places_the_call_with_its_brief(world: World, come: Come) -> None:
    call_id = come().ask("/desk/dial", **brief(world)).get_json()["call_id"]
    call = world.call(call_id)
    assert (call.brief_point, call.brief_target_stage) == ("三年保修", 4)
    assert call.purpose is Purpose.FOLLOW_UP


def test_a_double_click_places_one_call(world: World, come: Come) -> None:
    visitor = come()
    first, second = (visitor.ask("/desk/dial", **brief(world)).json for _ in range(2))
    assert first == second
    assert len(calls(world)) == 1


def test_a_reload_during_the_call_places_no_second_one(world: World, come: Come) -> None:
    visitor = come()
    talk(world, visitor)
    answer = visitor.ask("/desk/dial", **brief(world, token="beef"))
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/rep-busy")
    assert len(calls(world)) == 1


def test_every_brief_has_a_token_of_its_own(come: Come) -> None:
    visitor = come()
    pages = [visitor.get("/desk?contact=1").text for _ in range(2)]
    assert len({page.partition('name="token" value="')[2][:32] for page in pages}) == 2


def test_a_brief_without_a_point_is_refused_at_the_point(world: World, come: Come) -> None:
    answer = come().ask("/desk/dial", **brief(world, point="  "))
    assert (answer.status_code, answer.get_json()["field"]) == (422, "point")
    assert calls(world) == []


def test_outside_the_window_the_refusal_says_when_it_opens(world: World, come: Come) -> None:
    answer = come().ask("/desk/dial", **brief(world, purpose="closing"))
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/verdict")
    assert "Opens 20:00 in Shanghai, in 10 h 0 min" in answer.get_json()["html"]


def test_the_desk_shows_when_a_closing_call_may_be_made(world: World, come: Come) -> None:
    page = come().get(f"/desk?contact={world.here.contact_id}&purpose=closing").text
    assert "Opens 20:00 in Shanghai, in 10 h 0 min" in page
    assert 'data-allowed="no"' in page


def test_another_purpose_asks_the_rules_again(world: World, come: Come) -> None:
    query = f"contact={world.here.contact_id}&number={world.here.number_id}"
    visitor = come()
    assert visitor.get(f"/desk/verdict?{query}&purpose=follow_up").get_json()["allowed"] is True
    assert visitor.get(f"/desk/verdict?{query}&purpose=closing").get_json()["allowed"] is False


def test_the_desk_says_who_is_ringing(world: World, come: Come) -> None:
    world.sim.phone(REP_PHONE).answers_after(4).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).never_answers()
    visitor = come()
    visitor.ask("/desk/dial", **brief(world))
    world.advance(2)
    assert visitor.get("/desk/state").get_json()["headline"] == "Ringing your phone"
    world.advance(10)
    assert visitor.get("/desk/state").get_json()["headline"] == "Ringing the customer"


def test_the_point_stands_on_the_desk_during_the_call(world: World, come: Come) -> None:
    visitor = come()
    talk(world, visitor)
    page = visitor.get("/desk").text
    assert '<p class="point-words">三年保修</p>' in page
    assert visitor.get("/desk/state").get_json()["status"] == "talking"


def test_a_desk_that_has_not_changed_is_not_sent_again(world: World, come: Come) -> None:
    visitor = come()
    talk(world, visitor)
    state = visitor.get("/desk/state")
    query = f"key={state.get_json()['key']}&today={today_key(visitor)}"
    first = visitor.get(f"/desk/state?{query}")
    again = visitor.get(f"/desk/state?{query}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["X-Now"]


def today_key(visitor: Visitor) -> str:
    return visitor.get("/desk").text.partition('data-today-key="')[2][:12]


def test_regions_come_along_only_when_the_page_lacks_them(world: World, come: Come) -> None:
    visitor = come()
    talk(world, visitor)
    new = visitor.get("/desk/state").get_json()
    known = visitor.get(f"/desk/state?key={new['key']}&today={today_key(visitor)}").get_json()
    assert set(new["regions"]) == {"call", "customer", "today", "live"}
    assert set(known["regions"]) == {"live"}


def test_hanging_up_from_the_desk_ends_the_call(world: World, come: Come) -> None:
    visitor = come()
    call_id = talk(world, visitor)
    assert visitor.ask(f"/desk/calls/{call_id}/hang-up").json == {"ok": True}
    world.advance(5)
    call = world.call(call_id)
    assert (call.status, call.ended_by) == (CallStatus.ENDED, EndedBy.REP)


def test_hold_and_back(world: World, come: Come) -> None:
    visitor = come()
    call_id = talk(world, visitor)
    visitor.ask(f"/desk/calls/{call_id}/hold", on="1")
    world.advance(2)
    assert visitor.get("/desk/state").get_json()["headline"] == "On hold"
    visitor.ask(f"/desk/calls/{call_id}/hold", on="0")
    world.advance(2)
    assert visitor.get("/desk/state").get_json()["headline"] == "Talking"


def test_a_call_that_is_over_cannot_be_hung_up(world: World, come: Come) -> None:
    visitor = come()
    call_id = talk(world, visitor)
    visitor.ask(f"/desk/calls/{call_id}/hang-up")
    world.advance(5)
    answer = visitor.ask(f"/desk/calls/{call_id}/hang-up")
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/not-live")


def test_the_note_is_kept_while_the_call_lives(world: World, come: Come) -> None:
    visitor = come()
    call_id = talk(world, visitor)
    visitor.ask(f"/desk/calls/{call_id}/note", note="要书面报价")
    assert world.call(call_id).note == "要书面报价"
    assert "要书面报价" in visitor.get("/desk").text


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


def test_a_busy_customer_is_named_as_the_reason(world: World, come: Come) -> None:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).behaves("busy")
    visitor = come()
    visitor.ask("/desk/dial", **brief(world))
    world.advance(30)
    assert "The customer&#39;s line was busy." in visitor.get("/desk").text


def test_a_rep_who_does_not_answer_reads_that_nobody_was_rung(world: World, come: Come) -> None:
    world.sim.phone(REP_PHONE).never_answers()
    visitor = come()
    visitor.ask("/desk/dial", **brief(world))
    world.advance(60)
    page = visitor.get(f"/desk?contact={world.here.contact_id}").text
    assert calls(world)[0].outcome is Outcome.REP_NO_ANSWER
    assert "Your phone was not answered. The customer was not rung." in page
    assert ">三年保修</textarea>" in page


def test_a_rep_without_a_phone_is_told_where_to_enter_one(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).phone = None
    answer = come().ask("/desk/dial", **brief(world))
    assert answer.status_code == 422
    assert "settings" in answer.get_json()["title"]


def test_another_reps_customer_cannot_be_dialled(world: World, come: Come) -> None:
    answer = come("liu.fang").ask("/desk/dial", **brief(world))
    assert answer.status_code == 404
    assert calls(world) == []


@pytest.mark.parametrize("deed", ["hang-up", "hold", "note", "wrap-up"])
def test_another_reps_call_is_not_there(world: World, come: Come, deed: str) -> None:
    call_id = talk(world, come())
    answer = come("liu.fang").ask(f"/desk/calls/{call_id}/{deed}", disposition="said", note="x")
    assert answer.status_code == 404
    assert world.call(call_id).status is CallStatus.TALKING


def test_a_supervisor_ends_a_call_but_does_not_speak_for_the_rep(
    world: World, come: Come
) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.other_rep_id).role = UserRole.SUPERVISOR
    call_id, supervisor = talk(world, come()), come("liu.fang")
    assert supervisor.ask(f"/desk/calls/{call_id}/hang-up").json == {"ok": True}
    world.advance(5)
    assert world.call(call_id).ended_by is EndedBy.SUPERVISOR
    for deed in ("note", "wrap-up"):
        answer = supervisor.ask(f"/desk/calls/{call_id}/{deed}", disposition="said", note="x")
        assert answer.status_code == 404


def test_a_contact_of_another_team_is_not_on_the_desk(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(Account, world.here.account_id).team_id = make_team(session, "West").id
    page = come("liu.fang").get(f"/desk?contact={world.here.contact_id}")
    assert page.status_code == 404


def test_the_day_lists_what_is_due_and_when_it_opens(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        for purpose, hours in ((Purpose.FOLLOW_UP, 1), (Purpose.CLOSING, 2), (Purpose.CARE, 30)):
            due_at = world.rt.now() + timedelta(hours=hours)
            make_task(session, world.rt.now(), contact, owner_id=world.here.rep_id,
                      purpose=purpose, due_at=due_at)  # fmt: skip
    page = come().get("/desk").text
    assert page.count('class="task"') == 2
    assert "opens 20:00 (Shanghai)" in page
    assert "0 of 2" in page


def test_the_next_best_call_is_one_that_may_be_made_now(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        closing = make_task(session, world.rt.now(), contact, owner_id=world.here.rep_id,
                            purpose=Purpose.CLOSING)  # fmt: skip
        account = make_account(session, world.rt.now(), "成都", owner_id=world.here.rep_id)
        later = make_contact(session, world.rt.now(), account, "王芳", "+8613900139001")
        follow_up = make_task(session, world.rt.now(), later, owner_id=world.here.rep_id,
                              due_at=world.rt.now() + timedelta(hours=1))  # fmt: skip
    visitor = come()
    assert visitor.get("/desk/next").headers["Location"] == f"/desk?task={follow_up.id}"
    after = visitor.get(f"/desk/next?after={follow_up.id}")
    assert after.headers["Location"] == f"/desk?task={closing.id}"


def test_an_empty_desk_says_what_to_do(come: Come) -> None:
    page = come("liu.fang").get("/desk").text
    assert "Nobody is waiting for a call" in page
    assert "Public pool" in page


def test_what_a_customer_is_called_stays_text(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(Contact, world.here.contact_id).name = "<script>alert(1)</script>"
    page = come().get(f"/desk?contact={world.here.contact_id}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_call_for_another_purpose_leaves_the_task_standing(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        task = make_task(session, world.rt.now(), contact, owner_id=world.here.rep_id)
    visitor = come()
    visitor.ask("/desk/dial", **brief(world, task=task.id, purpose="care"))
    assert calls(world)[0].task_id is None


def test_a_call_for_the_tasks_purpose_fulfils_it(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        task = make_task(session, world.rt.now(), contact, owner_id=world.here.rep_id)
    come().ask("/desk/dial", **brief(world, task=task.id))
    assert calls(world)[0].task_id == task.id


def test_a_colleagues_customer_is_shown_without_a_way_to_dial(world: World, come: Come) -> None:
    page = come("liu.fang").get(f"/desk?contact={world.here.contact_id}").text
    assert "Only its owner calls it." in page
    assert "data-dial-url" not in page
