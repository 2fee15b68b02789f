"""Compare-and-set: whoever holds an older picture of an attempt changes nothing."""

import sqlalchemy as sa

from dialer.domain.attempt import CANCEL, CLAIM, INTEND
from dialer.domain.words import AttemptState
from dialer.models import Attempt, AttemptTransition
from dialer.models.transitions import By, claim_number, take
from tests.world import World


def by(world: World) -> By:
    return By(actor="test", at=world.sim.now())


def test_two_who_saw_the_same_attempt_take_one_step(world: World) -> None:
    attempt_id = world.attempts(world.click())["customer"].id
    with world.sessions.read() as session:
        stale = session.get_one(Attempt, attempt_id)
        session.expunge(stale)
    with world.sessions.write() as session:
        assert take(session, session.get_one(Attempt, attempt_id), CLAIM, by(world))
    with world.sessions.write() as session:
        assert not take(session, stale, CLAIM, by(world))


def test_a_claim_raises_the_epoch_and_fences_the_one_before(world: World) -> None:
    attempt_id = world.attempts(world.click())["customer"].id
    with world.sessions.write() as session:
        attempt = session.get_one(Attempt, attempt_id)
        take(session, attempt, CLAIM, by(world))
        assert attempt.epoch == 1


def test_no_step_is_taken_that_is_not_in_the_table(world: World) -> None:
    attempt_id = world.attempts(world.click())["customer"].id
    with world.sessions.write() as session:
        assert not take(session, session.get_one(Attempt, attempt_id), INTEND, by(world))


def test_every_step_is_logged(world: World) -> None:
    attempt_id = world.attempts(world.click())["customer"].id
    with world.sessions.write() as session:
        take(session, session.get_one(Attempt, attempt_id), CANCEL, by(world))
    with world.sessions.read() as session:
        rows = session.execute(
            sa.select(AttemptTransition.step, AttemptTransition.to_state)
            .where(AttemptTransition.attempt_id == attempt_id)
            .order_by(AttemptTransition.id)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("T1", AttemptState.PLANNED),
        ("T4", AttemptState.CANCELLED),
    ]


def test_a_number_that_is_being_called_cannot_be_claimed_again(world: World) -> None:
    first = world.attempts(world.click())["customer"]
    with world.sessions.write() as session:
        taken = session.get_one(Attempt, first.id)
        assert claim_number(session, taken, by(world))
        twin = Attempt(
            call_id=first.call_id, occurrence="another", role=first.role, token="f" * 32,
            number_id=first.number_id, from_number=first.from_number,
            created_at=world.sim.now(), not_before_at=world.sim.now(),
        )  # fmt: skip
        session.add(twin)
        session.flush()
        assert not claim_number(session, twin, by(world))
        assert twin.state is AttemptState.PLANNED
