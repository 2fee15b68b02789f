"""A rep clicks; the call is placed, bridged and logged by itself."""

from dialer.domain.words import AttemptState, CallStatus, EndedBy, LegStatus, Outcome
from tests.make import REP_PHONE, ZHANG_WEI
from tests.world import World


def rep_answers(world: World, **manners: float) -> None:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)


def test_a_click_rings_the_rep_then_the_customer_and_bridges_them(world: World) -> None:
    rep_answers(world)
    world.sim.phone(ZHANG_WEI).answers_after(5).hangs_up_after(60)
    call_id = world.click()
    world.advance(15)
    assert world.call(call_id).status is CallStatus.TALKING
    assert world.sim.hearers(ZHANG_WEI) == {REP_PHONE}


def test_a_call_that_is_over_has_logged_itself(world: World) -> None:
    rep_answers(world)
    world.sim.phone(ZHANG_WEI).answers_after(5).hangs_up_after(60)
    call_id = world.click()
    world.advance(120)
    call, legs = world.call(call_id), world.legs(call_id)
    assert (call.status, call.outcome) == (CallStatus.ENDED, Outcome.TALKED)
    assert call.ended_by is EndedBy.CUSTOMER
    assert legs["customer"].ring_seconds == 5
    assert legs["customer"].talk_seconds == 60
    assert legs["rep"].status is LegStatus.COMPLETED


def test_the_customer_is_not_rung_before_the_rep_has_pressed_one(world: World) -> None:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=5)
    world.sim.phone(ZHANG_WEI).answers_after(5)
    world.click()
    world.advance(6)
    assert world.sim.rings(ZHANG_WEI) == []
    world.advance(10)
    assert len(world.sim.rings(ZHANG_WEI)) == 1


def test_the_rep_hears_the_customers_phone_ring(world: World) -> None:
    rep_answers(world)
    world.sim.phone(ZHANG_WEI).never_answers()
    call_id = world.click()
    world.advance(8)
    assert world.call(call_id).status is CallStatus.CUSTOMER_RINGING


def test_a_double_click_places_one_call(world: World) -> None:
    rep_answers(world)
    first = world.click(occurrence="form:1:abc")
    second = world.click(occurrence="form:1:abc")
    world.advance(30)
    assert first == second
    assert len(world.sim.rings(REP_PHONE)) == 1
    assert len(world.sim.rings(ZHANG_WEI)) == 1


def test_a_rep_who_does_not_answer_ends_the_call_unrung(world: World) -> None:
    world.sim.phone(REP_PHONE).never_answers()
    call_id = world.click()
    world.advance(60)
    assert world.call(call_id).outcome is Outcome.REP_NO_ANSWER
    assert world.sim.rings(ZHANG_WEI) == []
    assert world.attempts(call_id)["customer"].state is AttemptState.CANCELLED


def test_a_reps_voicemail_never_reaches_a_customer(world: World) -> None:
    world.sim.phone(REP_PHONE).is_voicemail()
    call_id = world.click()
    world.advance(90)
    assert world.call(call_id).outcome is Outcome.REP_NO_ANSWER
    assert world.sim.rings(ZHANG_WEI) == []


def test_a_rep_who_hangs_up_first_leaves_the_customer_unrung(world: World) -> None:
    world.sim.phone(REP_PHONE).answers_after(2).hangs_up_after(1)
    call_id = world.click()
    world.advance(30)
    assert world.call(call_id).status is CallStatus.ENDED
    assert world.sim.rings(ZHANG_WEI) == []


def test_a_rep_who_hangs_up_while_it_rings_stops_the_ringing(world: World) -> None:
    rep_answers(world)
    world.sim.phone(ZHANG_WEI).never_answers()
    call_id = world.click()
    world.advance(8)
    world.hangs_up(REP_PHONE)
    world.advance(10)
    call = world.call(call_id)
    assert (call.status, call.outcome) == (CallStatus.ENDED, Outcome.CANCELED)
    assert call.ended_by is EndedBy.REP


def test_a_busy_customer_ends_the_call_and_frees_the_rep(world: World) -> None:
    rep_answers(world)
    world.sim.phone(ZHANG_WEI).is_busy()
    call_id = world.click()
    world.advance(20)
    assert world.call(call_id).outcome is Outcome.BUSY
    assert world.sim.talking() == set()


def test_a_customer_who_does_not_answer_is_logged_as_such(world: World) -> None:
    rep_answers(world)
    world.sim.phone(ZHANG_WEI).never_answers()
    call_id = world.click()
    world.advance(70)
    assert world.call(call_id).outcome is Outcome.NO_ANSWER
    assert world.legs(call_id)["customer"].ring_seconds >= 30


def test_a_customers_voicemail_is_an_outcome_of_its_own(world: World) -> None:
    rep_answers(world)
    world.sim.phone(ZHANG_WEI).is_voicemail()
    call_id = world.click()
    world.advance(60)
    world.hangs_up(REP_PHONE)
    world.advance(10)
    assert world.call(call_id).outcome is Outcome.VOICEMAIL


def test_a_number_that_does_not_exist_is_a_failed_call(world: World) -> None:
    rep_answers(world)
    world.sim.phone(ZHANG_WEI).fails(404)
    call_id = world.click()
    world.advance(30)
    assert world.call(call_id).outcome is Outcome.FAILED
    assert world.sim.talking() == set()
