"""What the gate is told of earlier calls."""

from datetime import timedelta

import pytest

from dialer.domain.limits import Key
from dialer.domain.words import Mode, Purpose
from dialer.models.facts import Planned, load_facts
from tests.make import REP_PHONE
from tests.world import World


def past_call_shares(world: World, purpose: Purpose, days: int = 0) -> frozenset[Key]:
    """What a follow-up that rang shares with a call planned so many days later."""
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.click()
    world.advance(20)
    planned = Planned(
        number_id=world.here.number_id, contact_id=world.here.contact_id, purpose=purpose,
        mode=Mode.REP, own_numbers=(), now=world.sim.now() + timedelta(days=days),
    )  # fmt: skip
    with world.sessions.read() as session:
        (past,) = load_facts(session, planned).history
    return past.shares


@pytest.mark.parametrize("purpose", [Purpose.CARE, Purpose.CLOSING, Purpose.APPOINTMENT])
def test_all_sales_calls_are_one_subject(world: World, purpose: Purpose) -> None:
    shares = past_call_shares(world, purpose)
    assert Key.SUBJECT in shares
    assert Key.CAMPAIGN not in shares


def test_a_collection_call_is_another_subject_than_a_sales_call(world: World) -> None:
    assert Key.SUBJECT not in past_call_shares(world, Purpose.COLLECTION)


def test_nothing_is_forgotten_however_long_ago(world: World) -> None:
    assert Key.NUMBER in past_call_shares(world, Purpose.CARE, days=1000)
