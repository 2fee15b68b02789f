"""What the keys mean on a call without a rep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.script import Effect, Step, Turn, begin, follow
from dialer.domain.words import Disposition, Purpose

KEYS = st.lists(st.sampled_from([*"0123456789*#", None]), max_size=20)
PURPOSES = st.sampled_from([Purpose.REMINDER, Purpose.COLLECTION])


def play(purpose: Purpose, *keys: str | None) -> Turn:
    turn = begin()
    for key in keys:
        turn = follow(purpose, turn, key)
    return turn


@pytest.mark.parametrize(
    ("purpose", "keys", "disposition"),
    [
        (Purpose.REMINDER, "11", Disposition.CONFIRMED),
        (Purpose.COLLECTION, "112", Disposition.PROMISED),
        (Purpose.COLLECTION, "12", Disposition.PAID),
        (Purpose.COLLECTION, "14", Disposition.DISPUTED),
        (Purpose.COLLECTION, "2", Disposition.WRONG_NUMBER),
        (Purpose.COLLECTION, "9", Disposition.OPTED_OUT),
        (Purpose.COLLECTION, "101", None),
        (Purpose.COLLECTION, "1011", Disposition.PROMISED),
    ],
)
def test_the_keys_lead_to_a_disposition(
    purpose: Purpose, keys: str, disposition: Disposition | None
) -> None:
    assert play(purpose, *keys).disposition is disposition


@pytest.mark.parametrize(("key", "days"), [("1", 0), ("2", 1), ("3", 3), ("4", 7)])
def test_a_promise_names_a_day(key: str, days: int) -> None:
    assert play(Purpose.COLLECTION, "1", "1", key).days == days


def test_three_asks_for_the_owner_and_leaves_the_line_open() -> None:
    turn = play(Purpose.REMINDER, "1", "3")
    assert (turn.effect, turn.step, turn.disposition) == (Effect.CONNECT, None, None)


def test_silence_is_answered_once_more_and_then_with_goodbye() -> None:
    assert play(Purpose.REMINDER, None).step is Step.WHO
    assert play(Purpose.REMINDER, None, None).disposition is Disposition.NO_RESPONSE


@given(PURPOSES, KEYS)
def test_no_word_of_the_matter_before_the_one_has_confirmed(
    purpose: Purpose, keys: list[str | None]
) -> None:
    turn, confirmed = begin(), False
    for key in keys:
        confirmed = confirmed or (turn.step is Step.WHO and key == "1")
        turn = follow(purpose, turn, key)
        told = {text for text in turn.says if text.startswith(("matter", "dates", "promised"))}
        assert confirmed or not told


@given(PURPOSES, KEYS)
def test_nine_stops_the_calls_at_any_step(purpose: Purpose, keys: list[str | None]) -> None:
    turn = play(purpose, *keys)
    if turn.step is not None:
        assert follow(purpose, turn, "9").effect is Effect.SUPPRESS


@given(PURPOSES, st.lists(st.sampled_from([None, "0", "7"]), min_size=30, max_size=30))
def test_nobody_is_kept_on_the_line_for_ever(purpose: Purpose, keys: list[str | None]) -> None:
    assert play(purpose, "1", *keys).step is None
