"""The at-most-once machine's table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.attempt import (
    FINAL,
    MAY_RING,
    STEPS,
    absence_is_proven,
    backoff_seconds,
    evidence_step,
)
from dialer.domain.words import AttemptState as S


def test_a_final_attempt_goes_nowhere_but_to_its_late_outcome() -> None:
    leaving = {(s, step.target) for step in STEPS for s in step.sources if s in FINAL}
    assert leaving == {(S.CLOSED_UNKNOWN, S.DONE)}


def test_no_step_leads_from_a_request_that_may_have_left_back_to_planned_but_t6_and_t9() -> None:
    back = {step.name for step in STEPS if step.target is S.PLANNED and step.sources & MAY_RING}
    assert back == {"T6", "T9"}


def test_only_a_claimed_attempt_may_intend_to_send() -> None:
    assert [step.sources for step in STEPS if step.name == "T5"] == [frozenset({S.CLAIMED})]


def test_every_state_can_be_left_or_is_final() -> None:
    left = {source for step in STEPS for source in step.sources}
    assert set(S) - left == FINAL - {S.CLOSED_UNKNOWN}


@pytest.mark.parametrize(
    ("state", "is_final", "name"),
    [
        (S.DIALING, False, "T12"), (S.UNKNOWN, False, "T12"), (S.UNKNOWN, True, "T12"),
        (S.LIVE, True, "T13"), (S.CLOSED_UNKNOWN, True, "T16"), (S.LIVE, False, None),
        (S.CLOSED_UNKNOWN, False, None), (S.DONE, True, None), (S.PLANNED, True, None),
        (S.CANCELLED, False, None),
    ],
)  # fmt: skip
def test_the_carriers_word_steps_an_attempt(state: S, is_final: bool, name: str | None) -> None:
    step = evidence_step(state, is_final=is_final)
    assert (step.name if step else None) == name


@given(st.integers(0, 100))
def test_a_back_off_grows_and_never_passes_a_minute(sends: int) -> None:
    assert 1 <= backoff_seconds(sends) <= backoff_seconds(sends + 1) <= 60


def test_a_customers_absence_takes_ten_minutes_and_three_clean_lists() -> None:
    assert not absence_is_proven(601, 2, is_customer=True)
    assert not absence_is_proven(600, 9, is_customer=True)
    assert absence_is_proven(601, 3, is_customer=True)
    assert absence_is_proven(121, 3, is_customer=False)
