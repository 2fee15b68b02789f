"""Attempts under many hands: whatever two who saw the same row do, at most one request leaves."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy.exc import IntegrityError

from dialer.domain.attempt import STEPS, Step
from dialer.domain.words import AttemptState as S
from dialer.domain.words import LegRole, Mode, Purpose
from dialer.models import Attempt, AttemptTransition, Call
from dialer.models.database import Sessions, make_engine
from dialer.models.installation import prepare
from dialer.models.numbers import ensure_number
from dialer.models.transitions import By, claim_number, plan, take

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HANDS = 3
TAKEN_BACK = ("T6", "T9")
BY_NAME = {f"{step.name} {step.target}": step for step in STEPS if step.sources}


def open_house(url: str) -> Sessions:
    sessions = Sessions(make_engine(url))
    with sessions.write() as session:
        prepare(session, "ab" * 32, NOW)
    return sessions


def write_attempt(sessions: Sessions, occurrence: str, digits: str = "30") -> int:
    """A customer's attempt, PLANNED, on a call of its own."""
    with sessions.write() as session:
        number = ensure_number(session, f"+86138001380{digits}", NOW)
        call = Call(
            room=f"room {occurrence} {digits}", purpose=Purpose.REMINDER, mode=Mode.MACHINE,
            number_id=number.id, created_at=NOW,
        )  # fmt: skip
        session.add(call)
        session.flush()
        attempt = Attempt(
            call_id=call.id, occurrence=occurrence, role=LegRole.CUSTOMER,
            token=f"{call.id:032x}", number_id=number.id, from_number="+862155550100",
            created_at=NOW, not_before_at=NOW,
        )  # fmt: skip
        return plan(session, attempt, By(actor="test", at=NOW)).id


class Steps(RuleBasedStateMachine):
    """Several hands, each with a picture of the attempt that may be old, take steps by it."""

    template: Path

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=self.template.parent)
        shutil.copyfile(self.template, f"{self.folder.name}/steps.db")
        self.sessions = open_house(f"sqlite:///{self.folder.name}/steps.db")
        self.attempt_id = write_attempt(self.sessions, "one")
        self.pictures = [self.fresh() for _ in range(HANDS)]
        self.at = NOW

    def fresh(self) -> Attempt:
        with self.sessions.read() as session:
            picture = session.get_one(Attempt, self.attempt_id)
            session.expunge(picture)
            return picture

    @rule(hand=st.integers(0, HANDS - 1))
    def looks(self, hand: int) -> None:
        self.pictures[hand] = self.fresh()

    @rule(hand=st.integers(0, HANDS - 1), name=st.sampled_from(sorted(BY_NAME)))
    def takes(self, hand: int, name: str) -> None:
        """A step by an old picture is refused, and one that the table does not have, too."""
        step, picture, truth = BY_NAME[name], self.pictures[hand], self.fresh()
        is_true = (picture.state, picture.epoch) == (truth.state, truth.epoch)
        self.at += timedelta(seconds=1)
        with self.sessions.write() as session:
            session.add(picture)
            done = take(session, picture, step, By(actor=f"hand {hand}", at=self.at))
            session.expunge(picture)
        assert done == (is_true and truth.state in step.sources)

    @invariant()
    def the_log_leads_from_birth_to_what_is(self) -> None:
        rows = self.log()
        assert [row.from_state for row in rows] == [None, *(row.to_state for row in rows[:-1])]
        assert rows[-1].to_state is self.fresh().state

    @invariant()
    def one_request_at_most_may_have_left(self) -> None:
        """Between two intents the first was surely not taken."""
        words = [row.step for row in self.log() if row.step in ("T5", *TAKEN_BACK)]
        assert all(a != b or a in TAKEN_BACK for a, b in pairwise(words))

    def log(self) -> list[AttemptTransition]:
        with self.sessions.read() as session:
            return list(session.scalars(sa.select(AttemptTransition).order_by("id")))

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.sessions.engine.dispose()
            self.folder.cleanup()


def test_no_order_of_steps_by_many_hands_sends_twice(sqlite_template: Path) -> None:
    class OverThisTemplate(Steps):
        template = sqlite_template

    machine = OverThisTemplate.TestCase
    machine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
    machine().runTest()


def test_an_occurrence_has_one_attempt_unless_it_surely_came_to_nothing(database_url: str) -> None:
    sessions = open_house(database_url)
    first = write_attempt(sessions, "task:1:1")
    with pytest.raises(IntegrityError):
        write_attempt(sessions, "task:1:1", digits="31")
    with sessions.write() as session:
        attempt = session.get_one(Attempt, first)
        assert take(session, attempt, step_to(S.CANCELLED), By(actor="a", at=NOW))
    write_attempt(sessions, "task:1:1", digits="31")
    sessions.engine.dispose()


def test_a_number_is_claimed_by_one_attempt_at_a_time(database_url: str) -> None:
    sessions = open_house(database_url)
    first, second = write_attempt(sessions, "one"), write_attempt(sessions, "two")
    with sessions.write() as session:
        assert claim_number(session, session.get_one(Attempt, first), By(actor="a", at=NOW))
        assert not claim_number(session, session.get_one(Attempt, second), By(actor="b", at=NOW))
    sessions.engine.dispose()


def step_to(state: S) -> Step:
    return next(step for step in STEPS if step.target is state)
