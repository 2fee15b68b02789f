"""Which column holds what."""

from collections.abc import Sequence

import pytest

from dialer.domain.columns import at_heading, guess_columns
from dialer.selling.importing.accounts import ACCOUNTS

ROW = ["华东机械", "张伟", "13800138000"]


def guess(*rows: Sequence[str]) -> tuple[int, tuple[str | None, ...]]:
    found = guess_columns(rows, ACCOUNTS.columns)
    return found.heading_row, found.columns


@pytest.mark.parametrize(
    "headings",
    [
        ["Company", "Contact person", "Phone"],
        ["公司名称", "联系人", "手机号码"],
        ["公司名稱", "聯絡人", "行動電話"],
        [" *客户名称 ", "姓名（必填）", "联系电话："],
        ["ＣＯＭＰＡＮＹ", "Full_Name", "tel."],
    ],
)
def test_headings_are_known_in_three_languages(headings: list[str]) -> None:
    assert guess(headings, ROW) == (1, ("account", "contact", "numbers"))


def test_titles_above_the_headings_are_passed_over() -> None:
    rows = [["客户名单 2026", "", ""], ["", "", ""], ["公司", "姓名", "电话"], ROW]
    assert guess(*rows) == (3, ("account", "contact", "numbers"))


def test_merged_headings_in_two_rows_are_read_together() -> None:
    upper = ["Company", "Contact", "", "", "Class"]
    lower = ["", "Name", "Phone 1", "Phone 2", ""]
    assert guess(upper, lower, [*ROW, "13900139000", "A"]) == (
        2, ("account", "contact", "numbers", "numbers", "class"),
    )  # fmt: skip


def test_only_numbers_and_names_may_stand_in_several_columns() -> None:
    headings = ["公司", "公司名称", "电话1", "电话2", "姓", "名"]
    assert guess(headings)[1] == ("account", None, "numbers", "numbers", "contact", "contact")


def test_without_headings_telephones_show_themselves() -> None:
    assert guess(ROW, ["成都仪器", "李娜", "028-85550190"]) == (0, (None, None, "numbers"))


def test_a_person_may_say_where_the_headings_stand() -> None:
    found = at_heading([["x", "y"], ["公司", "电话"]], 2, ACCOUNTS.columns)
    assert (found.heading_row, found.columns) == (2, ("account", "numbers"))
    assert at_heading([ROW], 0, ACCOUNTS.columns).columns == (None, None, "numbers")
    assert at_heading([ROW], 99, ACCOUNTS.columns).heading_row == 0


def test_a_column_called_order_number_is_no_telephone() -> None:
    assert guess(["Company", "Order number", "Phone"])[1] == ("account", None, "numbers")
