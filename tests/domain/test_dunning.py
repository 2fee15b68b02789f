"""The ladder of reminders and collection calls."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.dunning import Debt, DunningStep, Standing, due_step, next_look_on
from dialer.domain.money import Part
from dialer.domain.words import AccountClass, Mode, Purpose

DUE = date(2026, 3, 10)


def step(name: str, days: int, lasts: int = 3, **fields: object) -> DunningStep:
    purpose = Purpose.COLLECTION if days > 0 else Purpose.REMINDER
    defaults = {"mode": Mode.MACHINE, "at": time(10), "purpose": purpose}
    return DunningStep(name=name, days=days, lasts_days=lasts, **{**defaults, **fields})  # type: ignore[arg-type]


def debt(**fields: object) -> Debt:
    defaults = {
        "part": Part(due_on=DUE, amount_minor=5000), "open_minor": 5000, "currency": "CNY",
        "account_class": AccountClass.B, "standing": Standing.GOOD,
    }  # fmt: skip
    return Debt(**{**defaults, **fields})  # type: ignore[arg-type]


LADDER = (
    step("before", -5, 4), step("first", 1), step("big", 10, mode=Mode.REP, at_least={"CNY": 9000}),
    step("second", 10),
)  # fmt: skip


def name_on(day: int, owed: Debt) -> str | None:
    found = due_step(LADDER, owed, DUE + timedelta(days=day))
    return found.name if found else None


@pytest.mark.parametrize(
    ("day", "name"),
    [(-6, None), (-5, "before"), (-2, "before"), (-1, None), (0, None), (1, "first"),
     (3, "first"), (4, None), (10, "second"), (12, "second"), (13, None)],
)  # fmt: skip
def test_each_step_has_its_days(day: int, name: str | None) -> None:
    assert name_on(day, debt()) == name


def test_a_step_is_taken_once() -> None:
    assert name_on(2, debt(taken=frozenset({"first"}))) is None


def test_large_debts_go_to_a_person() -> None:
    assert name_on(10, debt(open_minor=9000)) == "big"
    assert name_on(10, debt(open_minor=9000, currency="USD")) == "big"
    assert name_on(10, debt(open_minor=8999)) == "second"


def test_class_and_credit_choose_the_step() -> None:
    ladder = (step("a", 1, classes=frozenset({AccountClass.A})),
              step("marked", 1, standing=Standing.MARKED))  # fmt: skip
    today = DUE + timedelta(days=1)
    assert due_step(ladder, debt(), today) is None
    assert due_step(ladder, debt(account_class=AccountClass.A), today) is ladder[0]
    assert due_step(ladder, debt(standing=Standing.MARKED), today) is ladder[1]


def test_days_that_our_mistake_cost_do_not_count() -> None:
    assert name_on(8, debt(waited_days=7)) == "first"
    assert name_on(1, debt(waited_days=7)) is None


@given(st.integers(-30, 30))
def test_nothing_is_missed_by_looking_only_when_told(day: int) -> None:
    """Between today and the next look no step begins that was not there today."""
    today = DUE + timedelta(days=day)
    look = next_look_on(LADDER, debt(), today) or today + timedelta(days=60)
    for later in range(1, (look - today).days):
        begun = due_step(LADDER, debt(), today + timedelta(days=later))
        assert begun in (None, due_step(LADDER, debt(), today))
