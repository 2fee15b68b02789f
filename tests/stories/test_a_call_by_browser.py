"""A whole call of a rep whose phone is the page: from the click to the log, and who left it."""

from datetime import timedelta

import pytest

from dialer.calling.control import hang_up
from dialer.calling.errors import NoPhone
from dialer.calling.join_in import supervise, transfer
from dialer.domain.words import CallStatus, EndedBy, Help, Outcome, PhoneMode, UserRole
from dialer.models import BrowserPhone, User, UserSession
from dialer.models.browser_phones import FRESH, client_address
from tests.make import REP_PHONE, ZHANG_WEI, make_user
from tests.world import World


def opens_a_page(world: World, user_id: int) -> str:
    """A tab of a session that lasts is ready to ring; its address at the carrier."""
    now, address = world.sim.now(), client_address(user_id)
    with world.sessions.write() as session:
        login = UserSession(
            secret_hash=f"{user_id:064}", user_id=user_id, created_at=now, seen_at=now,
            expires_at=now + timedelta(days=1),
        )  # fmt: skip
        session.add(login)
        session.flush()
        session.add(
            BrowserPhone(user_id=user_id, session_id=login.id, tab="tab", is_ready=True,
                         claimed_at=now, seen_at=now)
        )  # fmt: skip
    world.sim.phone(address).answers_after(1)
    return address


def chooses(world: World, user_id: int, mode: PhoneMode) -> None:
    with world.sessions.write() as session:
        session.get_one(User, user_id).phone_mode = mode


def test_a_call_by_browser_is_one_call_like_any_other(world: World) -> None:
    page = opens_a_page(world, world.here.rep_id)
    world.sim.phone(ZHANG_WEI).answers_after(3)
    call_id = world.click()
    world.advance(10)
    assert world.call(call_id).status is CallStatus.TALKING
    assert world.sim.hearers(page) == {ZHANG_WEI}
    assert world.sim.keys(page) == ""
    hang_up(world.rt, call_id, EndedBy.REP, world.here.rep_id)
    world.advance(10)
    call = world.call(call_id)
    assert (call.outcome, call.ended_by) == (Outcome.TALKED, EndedBy.REP)
    assert {ring.number for ring in world.sim.rings()} == {page, ZHANG_WEI}


def test_a_page_that_closes_frees_the_customer_within_seconds(world: World) -> None:
    page = opens_a_page(world, world.here.rep_id)
    world.sim.phone(ZHANG_WEI).answers_after(3)
    call_id = world.click()
    world.advance(10)
    world.hangs_up(page)
    world.advance(3)
    assert ZHANG_WEI not in world.sim.talking()
    assert world.call(call_id).ended_by is EndedBy.REP


def test_nobody_is_rung_for_a_page_that_does_not_answer(world: World) -> None:
    page = opens_a_page(world, world.here.rep_id)
    world.sim.phone(page).never_answers()
    call_id = world.click()
    world.advance(90)
    assert world.call(call_id).outcome is Outcome.REP_NO_ANSWER
    assert world.sim.rings(ZHANG_WEI) == []


def test_a_page_that_fell_silent_is_no_phone(world: World) -> None:
    opens_a_page(world, world.here.rep_id)
    world.skip(FRESH.total_seconds())
    world.click()
    world.advance(3)
    assert [ring.number for ring in world.sim.rings()] == [REP_PHONE]


def test_whoever_wants_a_telephone_gets_one(world: World) -> None:
    opens_a_page(world, world.here.rep_id)
    chooses(world, world.here.rep_id, PhoneMode.TELEPHONE)
    world.click()
    world.advance(3)
    assert [ring.number for ring in world.sim.rings()] == [REP_PHONE]


def test_whoever_wants_the_browser_alone_has_no_phone_without_it(world: World) -> None:
    chooses(world, world.here.rep_id, PhoneMode.BROWSER)
    with pytest.raises(NoPhone):
        world.click()


def test_a_supervisor_without_a_telephone_listens_and_whispers_by_browser(world: World) -> None:
    rep_page = opens_a_page(world, world.here.rep_id)
    with world.sessions.write() as session:
        boss = make_user(session, world.sim.now(), "boss", role=UserRole.SUPERVISOR, phone=None)
    boss_page = opens_a_page(world, boss.id)
    world.sim.phone(ZHANG_WEI).answers_after(3)
    call_id = world.click()
    world.advance(10)
    supervise(world.rt, call_id, boss.id, Help.LISTEN)
    world.advance(5)
    assert world.sim.hearers(boss_page) == set()
    assert world.sim.hearers(ZHANG_WEI) == {rep_page, boss_page}
    supervise(world.rt, call_id, boss.id, Help.WHISPER)
    assert world.sim.hearers(boss_page) == {rep_page}
    supervise(world.rt, call_id, boss.id, Help.BARGE)
    assert world.sim.hearers(boss_page) == {rep_page, ZHANG_WEI}


def test_a_call_is_handed_on_from_page_to_page(world: World) -> None:
    opens_a_page(world, world.here.rep_id)
    other = opens_a_page(world, world.here.other_rep_id)
    world.sim.phone(ZHANG_WEI).answers_after(3)
    call_id = world.click()
    world.advance(10)
    transfer(world.rt, call_id, world.here.rep_id, world.here.other_rep_id)
    world.advance(5)
    hang_up(world.rt, call_id, EndedBy.REP, world.here.rep_id)
    world.advance(5)
    assert world.sim.hearers(other) == {ZHANG_WEI}
