"""Calls by program: click to dial, the log, and the verbs."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa

from dialer.calling.control import set_hold
from dialer.domain.words import UserRole
from dialer.models import Call, IdempotencyKey, User
from tests.api.caller import Caller, caller, problem
from tests.make import LI_NA, MARIA, ZHANG_WEI, make_account, make_contact, make_team, make_user
from tests.world import World


@pytest.fixture
def rep(world: World) -> Caller:
    return caller(world)


def count_calls(world: World) -> int:
    with world.sessions.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Call)) or 0


def talk(world: World, rep: Caller) -> int:
    """A click, until both talk."""
    world.sim.phone(ZHANG_WEI).answers_after(1).hangs_up_after(20)
    call_id = rep.click().json["id"]
    world.advance(10)
    assert rep.get(f"/calls/{call_id}").json["status"] == "talking"
    return int(call_id)


def test_a_click_rings_the_tokens_user(world: World, rep: Caller) -> None:
    answer = rep.click()
    assert answer.status_code == 201
    assert answer.json["status"] in ("placing", "rep_ringing")
    assert answer.json["rep"] == "wang.min"
    assert answer.json["ended_at"] is None
    assert [leg["role"] for leg in answer.json["legs"]] == ["rep"]


def test_a_call_is_told_to_its_end(world: World, rep: Caller) -> None:
    call_id = talk(world, rep)
    world.advance(25)
    call = rep.get(f"/calls/{call_id}").json
    assert (call["status"], call["outcome"]) == ("ended", "talked")
    customer = next(leg for leg in call["legs"] if leg["role"] == "customer")
    assert customer["status"] == "completed"
    assert customer["talk_seconds"] > 0
    assert customer["carrier_sid"].startswith("CA")


def test_without_a_key_nothing_is_placed(world: World, rep: Caller) -> None:
    answer = rep.click(key="")
    assert (answer.status_code, problem(answer)) == (400, "idempotency_key")
    assert count_calls(world) == 0


@pytest.mark.parametrize("key", ["k" * 201, "schlüssel", "a\tb"])
def test_a_key_that_no_header_should_carry_is_refused(world: World, rep: Caller, key: str) -> None:
    assert rep.click(key=key).status_code == 400


def test_the_same_key_and_body_get_the_same_answer(world: World, rep: Caller) -> None:
    first = rep.click()
    world.advance(5)
    second = rep.click()
    assert (second.status_code, second.json) == (201, first.json)
    assert count_calls(world) == 1


def test_the_same_key_with_another_body_is_refused(world: World, rep: Caller) -> None:
    rep.click()
    answer = rep.click(purpose="care")
    assert (answer.status_code, problem(answer)) == (422, "key_reused")


def test_a_refusal_too_is_answered_again(world: World, rep: Caller) -> None:
    first = rep.click(purpose="closing")
    world.sim.advance(11 * 3600)
    second = rep.click(purpose="closing")
    assert (first.status_code, first.json) == (second.status_code, second.json)


def test_another_users_equal_key_is_another_wish(world: World, rep: Caller) -> None:
    with world.sessions.write() as session:
        contact = make_contact(session, world.rt.now(), None, "李娜", LI_NA)
    assert rep.click().status_code == 201
    assert caller(world, "liu.fang").click(contact_id=contact.id).status_code == 201


def test_eight_equal_clicks_at_once_are_one_call(world: World, rep: Caller) -> None:
    answers: list[Any] = []
    start = Barrier(8)

    def click() -> None:
        start.wait()
        answers.append(rep.click().json["id"])

    threads = [Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert len(answers) == 8
    assert count_calls(world) == 1


def test_a_process_that_died_before_it_answered_leaves_one_call(world: World, rep: Caller) -> None:
    first = rep.click().json
    with world.sessions.write() as session:
        session.execute(sa.update(IdempotencyKey).values(status=None, body=None))
    again = rep.click()
    assert (again.status_code, again.json["id"]) == (201, first["id"])
    assert count_calls(world) == 1


def test_outside_the_window_the_verdict_says_why_and_when(world: World, rep: Caller) -> None:
    answer = rep.click(purpose="closing")
    assert (answer.status_code, problem(answer)) == (409, "verdict")
    verdict = answer.json["verdict"]
    assert verdict["verdict"] == "not_until"
    assert verdict["rule"] == "purpose_hours:closing"
    assert verdict["not_until"] == "2026-03-02T12:00:00Z"
    assert verdict["zones"] == ["Asia/Shanghai"]
    assert verdict["explain"]


def test_a_busy_rep_is_told_which_call(world: World, rep: Caller) -> None:
    call_id = rep.click().json["id"]
    answer = rep.click("second")
    assert (answer.status_code, problem(answer)) == (409, "rep_busy")
    assert answer.json["call_id"] == call_id


def test_a_busy_number_is_not_rung_twice(world: World, rep: Caller) -> None:
    with world.sessions.write() as session:
        same = make_contact(session, world.rt.now(), None, "the same person")
    rep.click()
    answer = caller(world, "liu.fang").click(contact_id=same.id)
    assert (answer.status_code, problem(answer)) == (409, "number_busy")


def test_a_floor_on_hold_places_nothing(world: World, rep: Caller) -> None:
    set_hold(world.rt, True, "fire drill", None)
    answer = rep.click()
    assert (answer.status_code, problem(answer)) == (409, "hold")


def test_a_user_without_a_phone_cannot_be_rung(world: World, rep: Caller) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).phone = None
    answer = rep.click()
    assert (answer.status_code, problem(answer)) == (422, "no_phone")


def test_a_raw_number_needs_the_scope_all(world: World) -> None:
    narrow = caller(world, "wang.min", "calls")
    answer = narrow.click(contact_id=None, to=LI_NA)
    assert (answer.status_code, problem(answer)) == (403, "dial_any")
    assert caller(world).click("other", contact_id=None, to=LI_NA).status_code == 201


@pytest.mark.parametrize("to", ["hello", "123", "+86", "sip:a@b.c", "+8613800138000;ext=1", "١٢٣"])
def test_what_is_no_number_is_refused_in_words(world: World, rep: Caller, to: str) -> None:
    answer = rep.click(contact_id=None, to=to)
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    assert answer.json["fields"][0]["field"] == "to"


@pytest.mark.parametrize("to", ["+19005550123", "+882161234567", "+862155550100"])
def test_numbers_that_cost_or_loop_are_never_dialled(world: World, rep: Caller, to: str) -> None:
    answer = rep.click(contact_id=None, to=to)
    assert answer.status_code in (409, 422)
    assert count_calls(world) == 0


def test_somebody_elses_customer_cannot_be_dialled(world: World) -> None:
    answer = caller(world, "liu.fang").click()
    assert (answer.status_code, problem(answer)) == (403, "not_yours")


def test_a_contact_of_another_team_is_not_there(world: World) -> None:
    with world.sessions.write() as session:
        team = make_team(session, "West")
        make_user(session, world.rt.now(), "far.away", team_id=team.id)
    assert caller(world, "far.away").click().status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"contact_id": None},
        {"to": MARIA},
        {"purpose": "chat"},
        {"brief": {"point": " ", "target_stage": 4}},
        {"brief": {"point": "x"}},
        {"brief": {"point": "x", "target_stage": 0}},
        {"brief": {"point": "x\0y", "target_stage": 4}},
        {"contact_id": "1"},
        {"contact_id": True},
        {"contact_id": 2**63},
        {"rep_id": 1},
        {"state": "live"},
    ],
)
def test_a_request_of_the_wrong_shape_names_its_fields(
    world: World, rep: Caller, changes: dict[str, Any]
) -> None:
    answer = rep.click(**changes)
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    assert answer.json["fields"]
    assert count_calls(world) == 0


def test_the_log_comes_in_pages_newest_first(world: World, rep: Caller) -> None:
    ids = []
    for n in range(3):
        ids.append(rep.click(f"k{n}").json["id"])
        rep.post(f"/calls/{ids[-1]}/hangup")
        world.advance(8)
    first = rep.get("/calls", limit=2).json
    assert [call["id"] for call in first["calls"]] == [ids[2], ids[1]]
    second = rep.get("/calls", limit=2, cursor=first["next_cursor"]).json
    assert [call["id"] for call in second["calls"]] == [ids[0]]
    assert second["next_cursor"] is None


def test_a_rep_does_not_see_the_calls_of_others(world: World, rep: Caller) -> None:
    call_id = rep.click().json["id"]
    other = caller(world, "liu.fang")
    assert other.get("/calls").json["calls"] == []
    for path in (f"/calls/{call_id}", f"/calls/{call_id}/events"):
        assert other.get(path).status_code == 404
    for verb, body in (
        ("hangup", {}),
        ("hold", {"on": True}),
        ("disposition", {"disposition": "said"}),
    ):
        assert other.post(f"/calls/{call_id}/{verb}", body).status_code == 404


def test_a_supervisor_of_another_team_sees_nothing(world: World, rep: Caller) -> None:
    call_id = rep.click().json["id"]
    with world.sessions.write() as session:
        team = make_team(session, "West")
        now = world.rt.now()
        make_user(session, now, "chen.jie", role=UserRole.SUPERVISOR)
        make_user(session, now, "boss.west", role=UserRole.SUPERVISOR, team_id=team.id)
    assert caller(world, "chen.jie").get(f"/calls/{call_id}").status_code == 200
    assert caller(world, "boss.west").get(f"/calls/{call_id}").status_code == 404
    assert caller(world, "boss.west").post(f"/calls/{call_id}/hangup").status_code == 404


def test_an_owner_reads_a_colleagues_call_and_a_stranger_reads_it_masked(world: World) -> None:
    with world.sessions.write() as session:
        now = world.rt.now()
        pool = make_account(session, now, "公海", owner_id=None)
        contact = make_contact(session, now, pool, "李娜", LI_NA)
    call_id = caller(world).click(contact_id=contact.id).json["id"]
    world.advance(10)
    legs = {
        leg["role"]: leg["number"] for leg in caller(world).get(f"/calls/{call_id}").json["legs"]
    }
    assert legs["customer"] == "+86*******9000"


def test_the_event_log_is_paged_and_has_no_raw_parameters(world: World, rep: Caller) -> None:
    call_id = talk(world, rep)
    first = rep.get(f"/calls/{call_id}/events", limit=3).json
    rest = rep.get(f"/calls/{call_id}/events", cursor=first["next_cursor"], limit=200).json
    kinds = [event["kind"] for event in first["events"] + rest["events"]]
    assert kinds[0] == "clicked"
    assert "joined" in kinds
    assert "params" not in first["events"][0]
    assert "+86" not in str(rest)


def test_hanging_up_says_who_did(world: World, rep: Caller) -> None:
    call_id = talk(world, rep)
    assert rep.post(f"/calls/{call_id}/hangup").status_code == 200
    world.advance(10)
    call = rep.get(f"/calls/{call_id}").json
    assert (call["status"], call["ended_by"]) == ("ended", "rep")
    assert problem(rep.post(f"/calls/{call_id}/hangup")) == "not_live"


def test_a_customer_waits_and_talks_on(world: World, rep: Caller) -> None:
    call_id = talk(world, rep)
    assert rep.post(f"/calls/{call_id}/hold", {"on": True}).status_code == 200
    world.advance(5)
    assert rep.post(f"/calls/{call_id}/hold", {"on": False}).status_code == 200
    world.advance(2)
    legs = rep.get(f"/calls/{call_id}").json["legs"]
    assert next(leg for leg in legs if leg["role"] == "customer")["hold_seconds"] >= 5


def test_a_wrap_up_plans_the_next_step(world: World, rep: Caller) -> None:
    call_id = talk(world, rep)
    rep.post(f"/calls/{call_id}/hangup")
    world.advance(5)
    answer = rep.post(
        f"/calls/{call_id}/disposition",
        {
            "disposition": "said",
            "note": "wants the brochure",
            "next_step": {
                "purpose": "follow_up",
                "due_local": "2026-03-04T10:00",
                "zone": "Asia/Shanghai",
            },
        },
    )
    assert answer.status_code == 200
    assert (answer.json["disposition"], answer.json["note"]) == ("said", "wants the brochure")
    planned = rep.get("/tasks", state="waiting").json["tasks"]
    assert [task["due_at"] for task in planned] == ["2026-03-04T02:00:00Z"]


def test_a_live_call_is_not_wrapped_up(world: World, rep: Caller) -> None:
    call_id = talk(world, rep)
    answer = rep.post(f"/calls/{call_id}/disposition", {"disposition": "said"})
    assert (answer.status_code, problem(answer)) == (409, "not_live")


def test_a_disposition_that_ends_no_such_call_is_refused(world: World, rep: Caller) -> None:
    call_id = talk(world, rep)
    rep.post(f"/calls/{call_id}/hangup")
    world.advance(5)
    answer = rep.post(f"/calls/{call_id}/disposition", {"disposition": "promised"})
    assert (answer.status_code, answer.json["fields"][0]["field"]) == (422, "disposition")


def test_the_log_is_searched_by_word_and_time(world: World, rep: Caller) -> None:
    call_id = rep.click().json["id"]
    rep.post(f"/calls/{call_id}/hangup")
    world.advance(8)
    made = world.sim.now() - timedelta(minutes=5)
    hits: list[dict[str, Any]] = [
        {"purpose": "follow_up"}, {"outcome": "canceled"}, {"text": "张"}, {"text": "138 0013"},
        {"since": made.isoformat()}, {"account_id": world.here.account_id},
    ]  # fmt: skip
    misses: list[dict[str, Any]] = [
        {"purpose": "closing"}, {"outcome": "talked"}, {"text": "李"}, {"text": "777"},
        {"until": made.isoformat()}, {"account_id": 99}, {"text": "%"},
    ]  # fmt: skip
    assert [len(rep.get("/calls", **hit).json["calls"]) for hit in hits] == [1] * len(hits)
    assert [len(rep.get("/calls", **miss).json["calls"]) for miss in misses] == [0] * len(misses)
