"""Counting a day of calls."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.lengths import Lengths
from dialer.domain.stats import (
    NEEDS,
    CallFact,
    Figures,
    Need,
    count,
    count_by,
    count_hours,
    day_around,
    need_of,
)
from dialer.domain.words import Disposition, Outcome, Purpose

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
LENGTHS = Lengths(target=180, late=300, over=360, wrap_up=120)


def fact(**fields: Any) -> CallFact:
    defaults: dict[str, Any] = {
        "rep_id": 1, "purpose": Purpose.CLOSING, "created_at": NOON, "rang": True,
        "answered": True, "outcome": Outcome.TALKED, "disposition": None, "talk_seconds": 200,
        "is_over": False,
    }  # fmt: skip
    return CallFact(**{**defaults, **fields})


UNANSWERED = fact(answered=False, outcome=Outcome.NO_ANSWER, talk_seconds=0)

facts = st.lists(
    st.builds(
        CallFact,
        rep_id=st.sampled_from([None, 1, 2]),
        purpose=st.sampled_from(Purpose),
        created_at=st.datetimes(
            min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
            max_value=datetime(2026, 12, 31),  # noqa: DTZ001
            timezones=st.just(UTC),
        ),
        rang=st.booleans(),
        answered=st.booleans(),
        outcome=st.sampled_from([None, *Outcome]),
        disposition=st.sampled_from([None, *Disposition]),
        talk_seconds=st.integers(0, 900),
        is_over=st.booleans(),
    )
)


def test_the_rate_is_of_calls_that_rang() -> None:
    unrung = fact(rang=False, answered=False, outcome=Outcome.REP_NO_ANSWER, talk_seconds=0)
    figures = count([fact(), UNANSWERED, UNANSWERED, unrung])
    assert (figures.placed, figures.answered) == (3, 1)
    assert figures.answer_rate == pytest.approx(1 / 3, abs=1e-4)


def test_before_the_first_call_there_is_no_rate_and_no_average() -> None:
    assert (Figures().answer_rate, Figures().average_talk_seconds) == (None, None)


def test_an_answering_machine_is_answered_but_no_conversation() -> None:
    figures = count([fact(outcome=Outcome.VOICEMAIL, talk_seconds=30), fact()])
    assert (figures.answered, figures.conversations) == (2, 1)
    assert figures.average_talk_seconds == 200


def test_only_a_conversation_can_be_too_long() -> None:
    assert count([fact(is_over=True), UNANSWERED, fact()]).over_six == 1
    assert count([fact(is_over=True, outcome=Outcome.VOICEMAIL)]).over_six == 0


def test_promises_are_counted() -> None:
    assert count([fact(disposition=Disposition.PROMISED), fact()]).promises == 1


@given(facts, st.randoms())
def test_the_order_of_the_calls_does_not_matter(calls: list[CallFact], dice: Any) -> None:
    mixed = list(calls)
    dice.shuffle(mixed)
    assert count(mixed) == count(calls)


@given(facts)
def test_groups_and_hours_add_up_to_the_whole(calls: list[CallFact]) -> None:
    whole = count(calls)
    hours = count_hours(calls, SHANGHAI)
    groups = count_by(calls, lambda one: one.purpose).values()
    for name in ("placed", "answered", "conversations", "talk_seconds", "over_six", "promises"):
        wanted = getattr(whole, name)
        assert sum(getattr(figures, name) for figures in hours) == wanted
        assert sum(getattr(figures, name) for figures in groups) == wanted


def test_an_hour_is_the_companys() -> None:
    assert [h for h, figures in enumerate(count_hours([fact()], SHANGHAI)) if figures.placed] == [
        12
    ]


def test_the_day_begins_at_the_companys_midnight() -> None:
    start, end = day_around(datetime(2026, 3, 1, 16, 0, tzinfo=UTC), SHANGHAI)
    assert start.astimezone(UTC) == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert end - start == timedelta(days=1)
    assert day_around(start - timedelta(seconds=1), SHANGHAI)[1] == start


def test_a_day_of_summer_time_has_its_own_length() -> None:
    start, end = day_around(datetime(2026, 3, 29, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=23)


@pytest.mark.parametrize(
    ("state", "seconds", "need"),
    [
        ("talking", 361, Need.OVER), ("talking", 300, Need.LATE), ("talking", 299, Need.TALKING),
        ("held", 400, Need.OVER), ("wrap_up", 120, Need.WRAP_UP),
        ("wrap_up", 121, Need.LONG_WRAP_UP),
        ("uncertain", 0, Need.UNCERTAIN), ("rep_ringing", 999, Need.RINGING),
        ("placing", 0, Need.RINGING), ("free", 9999, Need.FREE), ("paused", 9999, Need.PAUSED),
    ],
)  # fmt: skip
def test_who_needs_somebody(state: str, seconds: float, need: Need) -> None:
    assert need_of(state, seconds, LENGTHS) is need


def test_the_most_urgent_stands_first() -> None:
    order = [Need.OVER, Need.UNCERTAIN, Need.LONG_WRAP_UP, Need.LATE, Need.TALKING, Need.FREE]
    assert sorted(order, key=NEEDS.index) == order
