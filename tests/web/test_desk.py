"""What a rep's desk shows, and dialling from it."""

from datetime import date, timedelta

import pytest

from dialer.domain.words import Language, Outcome, Purpose, TaskState
from dialer.models import Account, Contact, Receivable, User
from tests.make import REP_PHONE, ZHANG_WEI, make_account, make_contact, make_task, make_team
from tests.web.conftest import Come
from tests.web.talking import brief, calls, talk
from tests.web.visitor import Visitor
from tests.world import World


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
    assert "Opens 20:00 in Shanghai, in 10 h" in answer.get_json()["html"]


def test_the_desk_shows_when_a_closing_call_may_be_made(world: World, come: Come) -> None:
    page = come().get(f"/desk?contact={world.here.contact_id}&purpose=closing").text
    assert "Opens 20:00 in Shanghai, in 10 h" in page
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
    assert '<h1 class="point-words">三年保修</h1>' in page
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


def test_a_pause_stands_on_the_desk_until_the_rep_comes_back(world: World, come: Come) -> None:
    visitor = come()
    visitor.ask("/desk/pause", reason="meeting")
    page = visitor.get("/desk").text
    assert ("data-resume" in page, ">Meeting<" in page) == (True, True)
    visitor.ask("/desk/pause", reason="")
    assert world.user(world.here.rep_id).paused_at is None


def test_the_days_list_is_sent_again_when_a_pause_begins(come: Come) -> None:
    visitor = come()
    before = today_key(visitor)
    visitor.ask("/desk/pause", reason="break")
    assert "today" in visitor.get(f"/desk/state?key=idle:0&today={before}").get_json()["regions"]


def test_the_core_for_the_purpose_is_at_hand_with_the_names_in_it(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(Contact, world.here.contact_id).language = Language.EN
    visitor = come()
    talk(world, visitor)
    page = visitor.get("/desk").text
    assert "Hello 张伟, this is 王敏 of our company." in page
    assert "Ask for the payment" not in page


@pytest.mark.parametrize(("value", "holds"), [("yes", True), ("no", False), ("unknown", None)])
def test_money_authority_and_need_are_noted_from_the_desk(
    world: World, come: Come, value: str, holds: bool | None
) -> None:
    path = f"/desk/accounts/{world.here.account_id}/quality"
    come().ask(path, quality="money", value=value)
    with world.sessions.read() as session:
        assert session.get_one(Account, world.here.account_id).has_money is holds


def test_a_colleagues_account_is_not_judged(world: World, come: Come) -> None:
    path = f"/desk/accounts/{world.here.account_id}/quality"
    assert come("liu.fang").ask(path, quality="money", value="yes").status_code == 404
    assert come().ask(path, quality="looks", value="yes").status_code == 400


def test_the_closing_hour_counts_the_reps_own_calls(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        for state in (TaskState.DONE, TaskState.WAITING):
            make_task(session, world.rt.now(), contact, owner_id=world.here.rep_id, state=state,
                      purpose=Purpose.CLOSING,
                      due_at=world.rt.now() + timedelta(hours=10))  # fmt: skip
    page = come().get("/desk").text
    assert "20:00–21:00" in page
    assert "1 of 2" in page


def test_what_the_customer_owes_stands_beside_the_call(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.add(
            Receivable(account_id=world.here.account_id, contact_id=world.here.contact_id,
                       reference="INV-1", amount_minor=123450, currency="CNY",
                       due_on=date(2026, 2, 20), created_at=world.rt.now())
        )  # fmt: skip
    page = come().get(f"/desk?contact={world.here.contact_id}").text
    assert "CN¥1,234.50" in page
    assert "overdue" in page
    colleague = come("liu.fang").get(f"/desk?contact={world.here.contact_id}").text
    assert "1,234.50" not in colleague
