"""What a spreadsheet's cell means."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.cells import (
    Amount,
    CellError,
    fold,
    read_amount,
    read_date,
    read_text,
    read_whole,
    read_word,
    tidy,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  华东　机械 ", "华东 机械"),
        ("Oak\u200b\ufeff Ltd\u00a0", "Oak Ltd"),
        ("two\r\nlines\0", "two lines"),
        ('="013800138000"', "013800138000"),
        ('="say ""hi"""', 'say "hi"'),
        ("'+8613800138000", "+8613800138000"),
        ("'=1+1", "=1+1"),
        ("'t Hooft", "'t Hooft"),
        ("#1 Cars", "#1 Cars"),
    ],
)
def test_a_cell_is_read_as_people_see_it(cell: str, text: str) -> None:
    assert tidy(cell) == text


@pytest.mark.parametrize(
    ("cell", "code"),
    [("caf\ufffd", "encoding"), ("#N/A", "sheet_error"), ("x" * 10_001, "too_long")],
)
def test_what_was_lost_is_not_guessed(cell: str, code: str) -> None:
    with pytest.raises(CellError) as error:
        tidy(cell)
    assert error.value.code == code


@given(st.text())
def test_a_tidy_cell_stays_as_it_is(cell: str) -> None:
    try:
        once = tidy(cell)
    except CellError:
        return
    assert once == " ".join(once.split())
    if once[:1] not in ("=", "'", "#"):
        assert tidy(once) == once


def test_a_formula_is_never_worked_out() -> None:
    with pytest.raises(CellError, match="formula"):
        read_text("=1+1", 100)


def test_a_word_is_known_in_any_width_and_case() -> None:
    assert read_word("Ａ 类", {fold("a类"): "A"}) == "A"
    with pytest.raises(CellError, match="unknown_word"):
        read_word("F", {"a": "A"})


@pytest.mark.parametrize("cell", ["3", "3.0", "第3阶段", "０３", "Stage 3"])
def test_a_whole_number_may_have_words_around_it(cell: str) -> None:
    assert read_whole(cell, 1, 9) == 3


@pytest.mark.parametrize("cell", ["0", "10", "-3", "3/9", "x", "3.5", "9" * 40])
def test_a_number_out_of_bounds_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match="out_of_range"):
        read_whole(cell, 1, 9)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-02", "2026/3/2", "2026.3.2", "2026年3月2日", "20260302", "46083", "46083.0",
        "民國115年3月2日", "115/03/02", "2026-03-02 00:00:00", "2026-03-02T10:30:00",
        "２０２６－０３－０２", "2026/3/2 10:30 AM",
    ],
)  # fmt: skip
def test_a_day_has_many_spellings(cell: str) -> None:
    assert read_date(cell) == date(2026, 3, 2)


def test_a_day_that_could_be_two_is_refused() -> None:
    assert read_date("25/02/2026") == read_date("02/25/2026") == date(2026, 2, 25)
    assert read_date("3/3/2026") == date(2026, 3, 3)
    with pytest.raises(CellError, match="ambiguous_date"):
        read_date("03/02/2026")


@pytest.mark.parametrize("cell", ["soon", "2026-02-30", "31/31/2026", "1/2", "", "9" * 99])
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match="not_a_date"):
        read_date(cell)


@pytest.mark.parametrize(
    ("cell", "value", "currency"),
    [
        ("1234", "1234", None), ("1,234.50", "1234.50", None), ("1.234,50 €", "1234.50", "EUR"),
        ("1 234,50", "1234.50", None), ("￥1,000元", "1000", None), ("RMB 12", "12", "CNY"),
        ("NT$1,234", "1234", "TWD"), ("(1,234.50)", "-1234.50", None), ("-5", "-5", None),
        ("1.2万", "12000", None), ("１２３４．５", "1234.5", None), ("1,234,567", "1234567", None),
    ],
)  # fmt: skip
def test_an_amount_has_many_spellings(cell: str, value: str, currency: str | None) -> None:
    assert read_amount(cell) == Amount(value=Decimal(value), currency=currency)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.234", "ambiguous_amount"), ("abc", "not_an_amount"), ("1,2,3", "not_an_amount"),
        ("12 apples", "not_an_amount"), ("(12", "not_an_amount"), ("9" * 99, "not_an_amount"),
    ],
)  # fmt: skip
def test_an_amount_that_could_be_two_is_refused(cell: str, code: str) -> None:
    with pytest.raises(CellError, match=code):
        read_amount(cell)
