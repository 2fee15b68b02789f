"""Money owed: minor units, ages, promises, credit, and what a payment is for."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.credit import Credit, MarkKind, NoCredit, refuse_credit
from dialer.domain.currencies import minor_digits, to_decimal, to_minor
from dialer.domain.matching import Doubt, Match, Owed, match_payment
from dialer.domain.money import (
    Age,
    Part,
    PromiseState,
    age_of,
    by_age,
    due_minor,
    judge,
    open_parts,
)
from dialer.domain.spoken import speak_number
from dialer.domain.words import Language
from dialer.wording import say_money, speak_money

TODAY = date(2026, 3, 2)
AMOUNTS = st.integers(1, 10**9)
PARTS = st.lists(
    st.builds(Part, due_on=st.dates(date(2025, 6, 1), date(2026, 9, 1)), amount_minor=AMOUNTS),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize(
    ("currency", "digits"), [("JPY", 0), ("CNY", 2), ("KWD", 3), ("IQD", 3), ("TWD", 2), ("CLF", 4)]
)
def test_a_currency_has_the_decimals_of_its_standard(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@given(AMOUNTS, st.sampled_from(["JPY", "CNY", "KWD"]))
def test_an_amount_survives_its_way_through_text(minor: int, currency: str) -> None:
    assert to_minor(str(to_decimal(minor, currency)), currency) == minor


@pytest.mark.parametrize("text", ["", "a", "1,5", "nan", "inf", "1.234"])
def test_a_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        to_minor(text, "CNY")


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (-5, Age.CURRENT), (0, Age.CURRENT), (1, Age.TO_30), (30, Age.TO_30), (31, Age.TO_60),
        (60, Age.TO_60), (61, Age.TO_90), (90, Age.TO_90), (91, Age.OVER_90),
    ],
)  # fmt: skip
def test_a_debt_ages_by_whole_days(days: int, age: Age) -> None:
    assert age_of(TODAY - timedelta(days=days), TODAY) is age


@given(PARTS, st.integers(0, 10**10))
def test_what_is_paid_is_taken_from_what_was_due_first(parts: list[Part], paid: int) -> None:
    left = open_parts(parts, paid)
    owed = sum(part.amount_minor for part in parts)
    assert sum(part.amount_minor for part in left) == max(0, owed - paid)
    days = sorted(part.due_on for part in parts)
    assert [part.due_on for part in left] == days[len(days) - len(left) :]


@given(PARTS, st.integers(0, 10**10))
def test_the_columns_of_a_statement_add_up(parts: list[Part], paid: int) -> None:
    left = open_parts(parts, paid)
    columns = by_age(left, TODAY)
    assert sum(columns.values()) == sum(part.amount_minor for part in left)
    overdue = sum(columns.values()) - columns[Age.CURRENT]
    assert overdue <= due_minor(left, TODAY)


@pytest.mark.parametrize(
    ("received", "state"),
    [(0, PromiseState.BROKEN), (1, PromiseState.PARTIAL), (99, PromiseState.PARTIAL),
     (100, PromiseState.KEPT), (101, PromiseState.KEPT)],
)  # fmt: skip
def test_a_promise_is_judged_by_what_came(received: int, state: PromiseState) -> None:
    assert judge(100, received) is state


GOOD = Credit(purchases=3, limit_minor=1000, currency="CNY", exposure_minor=400)


@pytest.mark.parametrize(
    ("credit", "amount", "currency", "why"),
    [
        (GOOD, 600, "CNY", None),
        (GOOD, 601, "CNY", NoCredit.OVER_LIMIT),
        (GOOD, 1, "USD", NoCredit.OTHER_CURRENCY),
        (Credit(purchases=2, limit_minor=1000, currency="CNY"), 1, "CNY", NoCredit.FIRST_PURCHASE),
        (Credit(purchases=3), 1, "CNY", NoCredit.NO_LIMIT),
        (Credit(purchases=9, limit_minor=1000, currency="CNY",
                marks=frozenset({MarkKind.RUMOUR})), 1, "CNY", NoCredit.MARKED),
    ],
)  # fmt: skip
def test_only_the_trusted_buy_on_account(
    credit: Credit, amount: int, currency: str, why: NoCredit | None
) -> None:
    assert refuse_credit(credit, amount, currency, first_purchases=3) is why


def owed(id_: int, reference: str, open_minor: int = 1000, currency: str = "CNY") -> Owed:
    return Owed(id=id_, reference=reference, open_minor=open_minor, currency=currency)


INVOICES = [owed(1, "INV-7"), owed(2, "INV-8", 500), owed(3, "INV-7-2", 300)]


@pytest.mark.parametrize(
    ("text", "amount", "shares", "surplus"),
    [
        ("INV-7", 1000, {1: 1000}, 0),
        ("payment for inv 7, thanks", 400, {1: 400}, 0),
        ("INV/8", 600, {2: 500}, 100),
        ("INV-7 INV-8", 1500, {1: 1000, 2: 500}, 0),
        ("INV-7-2", 300, {3: 300}, 0),
        ("INV-7 and INV-7-2", 1300, {1: 1000, 3: 300}, 0),
    ],
)
def test_a_payment_finds_what_it_names(
    text: str, amount: int, shares: dict[int, int], surplus: int
) -> None:
    assert match_payment(text, amount, "CNY", INVOICES) == Match(
        shares=shares, surplus_minor=surplus
    )


@pytest.mark.parametrize(
    ("text", "amount", "currency", "doubt", "suggested"),
    [
        ("INV-7", 1000, "USD", Doubt.CURRENCY, (1,)),
        ("INV-7 INV-8", 1400, "CNY", Doubt.SEVERAL, (1, 2)),
        ("thank you", 500, "CNY", Doubt.AMOUNT_ONLY, (2,)),
        ("thank you", 501, "CNY", Doubt.UNKNOWN, ()),
        ("INV-70", 1000, "CNY", Doubt.AMOUNT_ONLY, (1,)),
        ("XINV-7", 1, "CNY", Doubt.UNKNOWN, ()),
    ],
)
def test_whatever_leaves_a_doubt_is_not_booked(
    text: str, amount: int, currency: str, doubt: Doubt, suggested: tuple[int, ...]
) -> None:
    match = match_payment(text, amount, currency, INVOICES)
    assert (match.shares, match.doubt, match.suggested) == ({}, doubt, suggested)


def test_money_for_what_is_paid_already_is_not_booked_elsewhere() -> None:
    match = match_payment("INV-7", 1000, "CNY", [owed(1, "INV-7", 0), owed(2, "A-1")])
    assert (match.shares, match.doubt) == ({}, Doubt.SETTLED)


def test_one_reference_at_two_customers_is_told_apart_by_the_amount_alone() -> None:
    twins = [owed(1, "2026-1", 100), owed(2, "2026-1", 200)]
    assert match_payment("2026-1", 200, "CNY", twins).shares == {2: 200}
    assert match_payment("2026-1", 150, "CNY", twins).doubt is Doubt.SEVERAL


@given(st.text(max_size=40), AMOUNTS)
def test_never_more_is_booked_than_was_paid_or_owed(text: str, amount: int) -> None:
    match = match_payment(text, amount, "CNY", INVOICES)
    opened = {one.id: one.open_minor for one in INVOICES}
    assert all(share <= opened[id_] for id_, share in match.shares.items())
    assert match.doubt is not None or sum(match.shares.values()) + match.surplus_minor == amount


@pytest.mark.parametrize(
    ("number", "language", "words"),
    [
        ("0", Language.EN, "zero"),
        ("1234.50", Language.EN, "one thousand two hundred thirty-four point five zero"),
        ("1000000", Language.EN, "one million"),
        ("10", Language.ZH_CN, "十"),
        ("12", Language.ZH_CN, "十二"),
        ("1005", Language.ZH_CN, "一千零五"),
        ("100000005", Language.ZH_CN, "一亿零五"),
        ("10010.50", Language.ZH_TW, "一萬零一十點五"),
        ("20300", Language.ZH_TW, "二萬零三百"),
    ],
)
def test_numbers_are_spoken_in_words(number: str, language: Language, words: str) -> None:
    assert speak_number(Decimal(number), language) == words


def test_amounts_are_read_in_figures_and_spoken_in_words() -> None:
    assert say_money(1234, "KWD", Language.EN) == "KWD1.234"
    assert say_money(1234, "JPY", Language.EN) == "¥1,234"
    assert speak_money(500, "CNY", Language.ZH_CN) == "人民币五元"
    assert speak_money(500, "USD", Language.ZH_TW) == "五美元"
