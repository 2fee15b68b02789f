"""Several numbers in a cell, with words and marks around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.cells import CellError
from dialer.domain.telephones import check_spelling, split_numbers


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("13800138000", ["13800138000"]),
        ("13800138000;13900139000", ["13800138000", "13900139000"]),
        ("13800138000、13900139000，+1 305 555 0142",
         ["13800138000", "13900139000", "+1 305 555 0142"]),
        ("028-8555 0190 / 13900139000", ["028-8555 0190", "13900139000"]),
        ("13800138000 13900139000", ["13800138000", "13900139000"]),
        ("13800138000 或 13900139000", ["13800138000", "13900139000"]),
        ("+1 (305) 555-0142", ["+1 (305) 555-0142"]),
        ("手机：13800138000", ["13800138000"]),
        ("Tel. 021-55550190（前台）", ["021-55550190"]),
        ("13800138000.0", ["13800138000"]),
        ("1.38E+10", ["1.38E+10"]),
        ("n/a", ["n/a"]),
    ],
)  # fmt: skip
def test_each_number_of_a_cell_stands_alone(cell: str, numbers: list[str]) -> None:
    assert split_numbers(cell) == numbers


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1.38E+10", "digits_lost"), ("8.6138e12", "digits_lost"),
        ("021-55550190转801", "extension"), ("021-55550190-801", "extension"),
        ("021-55550190 x801", "extension"),
        ("+1 305 555 0142 ext. 12", "extension"), ("55550190#801", "extension"),
    ],
)  # fmt: skip
def test_what_cannot_be_rung_as_it_stands_is_said(number: str, code: str) -> None:
    with pytest.raises(CellError, match=code):
        check_spelling(split_numbers(number)[0])


def test_a_cell_is_no_list_of_numbers() -> None:
    with pytest.raises(CellError, match="too_many_numbers"):
        split_numbers(";".join(["13800138000"] * 11))


@given(st.text(max_size=300))
def test_nothing_in_a_cell_is_a_crash(cell: str) -> None:
    try:
        for number in split_numbers(cell):
            check_spelling(number)
    except CellError:
        pass
