"""A click that must not ring: the gate, the floor, the rep, the number."""

import pytest
import sqlalchemy as sa

from dialer.calling.control import hang_up, set_hold
from dialer.calling.errors import (
    BriefMissing,
    NoPhone,
    NotYours,
    NumberBusy,
    OnHold,
    Refused,
    RepBusy,
)
from dialer.calling.suppress import suppress
from dialer.domain.verdict import Never, NotUntil
from dialer.domain.words import (
    AttemptState,
    CallStatus,
    EndedBy,
    Outcome,
    Purpose,
    SuppressionReason,
)
from dialer.models import Account, Call, StoredVerdict, User
from tests.make import REP_PHONE, ZHANG_WEI
from tests.world import World


def stored_verdicts(world: World) -> list[StoredVerdict]:
    with world.sessions.read() as session:
        return list(session.execute(sa.select(StoredVerdict).order_by(StoredVerdict.id)).scalars())


def test_a_closing_call_in_the_morning_is_refused_and_says_until_when(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        world.click(purpose=Purpose.CLOSING)
    verdict = refusal.value.verdict
    assert isinstance(verdict, NotUntil)
    assert verdict.instant.isoformat() == "2026-03-02T12:00:00+00:00"
    assert world.sim.rings() == []


def test_a_refusal_is_stored_with_its_rule_and_the_policys_hash(world: World) -> None:
    with pytest.raises(Refused):
        world.click(purpose=Purpose.CLOSING)
    (row,) = stored_verdicts(world)
    assert (row.verdict, row.rule) == ("not_until", "purpose_hours:closing")
    assert row.policy_hash == world.rt.policy.digest
    assert row.zones == ["Asia/Shanghai"]


def test_an_allowed_call_is_judged_again_when_the_rep_is_in_the_room(world: World) -> None:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.click()
    assert len(stored_verdicts(world)) == 1
    world.advance(15)
    assert [row.verdict for row in stored_verdicts(world)] == ["allowed"] * 3


def test_a_window_that_closes_while_the_reps_phone_rings_keeps_the_customer_unrung(
    world: World,
) -> None:
    world.skip(9 * 3600 + 59 * 60 - 10)
    world.sim.phone(REP_PHONE).answers_after(20).presses("1", after=5)
    call_id = world.click()
    world.advance(90)
    assert world.sim.rings(ZHANG_WEI) == []
    assert world.call(call_id).outcome is Outcome.CANCELED
    assert world.legs(call_id)["customer"].reason == "gate"


def test_a_suppressed_number_is_never_called(world: World) -> None:
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "test")
    with pytest.raises(Refused) as refusal:
        world.click()
    assert isinstance(refusal.value.verdict, Never)
    assert refusal.value.verdict.rule == "suppressed"


def test_an_opt_out_while_the_reps_phone_rings_keeps_the_customer_unrung(world: World) -> None:
    world.sim.phone(REP_PHONE).answers_after(5).presses("1", after=2)
    call_id = world.click()
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "test")
    world.advance(30)
    assert world.sim.rings(ZHANG_WEI) == []
    assert world.call(call_id).status is CallStatus.ENDED


def test_a_call_without_a_point_is_not_placed(world: World) -> None:
    with pytest.raises(BriefMissing):
        world.click(point="  ")


def test_a_rep_without_a_phone_cannot_call(world: World) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).phone = None
    with pytest.raises(NoPhone):
        world.click()


def test_a_rep_has_one_live_call(world: World) -> None:
    first = world.click()
    with pytest.raises(RepBusy) as refusal:
        world.click()
    assert refusal.value.call_id == first


def test_a_number_is_called_by_one_rep_at_a_time(world: World) -> None:
    world.click()
    with world.sessions.write() as session:
        session.get_one(Account, world.here.account_id).owner_id = None
    with pytest.raises(NumberBusy):
        world.click(rep_id=world.here.other_rep_id)


def test_another_reps_account_is_not_called(world: World) -> None:
    with pytest.raises(NotYours):
        world.click(rep_id=world.here.other_rep_id)


def test_nothing_is_placed_while_the_floor_is_on_hold(world: World) -> None:
    set_hold(world.rt, True, "fire drill", None)
    with pytest.raises(OnHold):
        world.click()
    set_hold(world.rt, False, "over", None)
    world.click()


def test_a_hold_thrown_while_the_reps_phone_rings_keeps_the_customer_unrung(world: World) -> None:
    world.sim.phone(REP_PHONE).answers_after(5).presses("1", after=2)
    world.click()
    set_hold(world.rt, True, "fire drill", None)
    world.advance(30)
    assert world.sim.rings(ZHANG_WEI) == []


def test_a_call_that_is_hung_up_from_the_page_ends_on_all_legs(world: World) -> None:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(3)
    call_id = world.click()
    world.advance(20)
    hang_up(world.rt, call_id, EndedBy.REP, world.here.rep_id)
    world.advance(5)
    assert world.sim.talking() == set()
    assert world.call(call_id).ended_by is EndedBy.REP


def test_hanging_up_before_the_customer_is_rung_leaves_nothing_planned(world: World) -> None:
    world.sim.phone(REP_PHONE).never_answers()
    call_id = world.click()
    hang_up(world.rt, call_id, EndedBy.REP, world.here.rep_id)
    world.advance(15)
    assert world.attempts(call_id)["customer"].state is AttemptState.CANCELLED
    with world.sessions.read() as session:
        assert session.execute(sa.select(Call.ended_at)).scalar() is not None
