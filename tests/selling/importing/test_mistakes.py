"""The rows that need a person, as a file to be put right."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.cells import tidy
from dialer.selling.importing.mistakes import as_line, harmless, mistakes_csv
from dialer.web.import_words import say_faults
from tests.selling.importing.bringing import bring, counts
from tests.world import World

TEXT = '公司,电话,备注\n成都,+86 139,=1+1\n上海,call me,"a ""b"""\n北京,13700137000,\n'


def test_the_file_has_the_same_columns_and_what_is_wrong(world: World) -> None:
    one = bring(world, "accounts", TEXT)
    told = "".join(mistakes_csv(world.sessions, one, "what is wrong", say_faults))
    rows = list(csv.reader(io.StringIO(told.removeprefix("\ufeff"))))
    assert rows[0] == ["公司", "电话", "备注", "what is wrong"]
    assert [row[:3] for row in rows[1:]] == [
        ["成都", "'+86 139", "'=1+1"], ["上海", "call me", 'a "b"'],
    ]  # fmt: skip
    assert rows[2][3] == "[Numbers] “call me” has more than digits."


def test_put_right_it_is_brought_in_again(world: World) -> None:
    one = bring(world, "accounts", TEXT)
    told = "".join(mistakes_csv(world.sessions, one, "问题", say_faults))
    assert counts(bring(world, "accounts", told)) == (0, 0, 0, 2, 0)
    right = told.replace("'+86 139", "'+86 139 0013 9000").replace("call me", "13600136000")
    assert counts(bring(world, "accounts", right)) == (2, 0, 0, 0, 0)


@given(st.text())
def test_no_cell_is_a_formula_to_a_spreadsheet(cell: str) -> None:
    assert not harmless(cell).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


@given(
    st.lists(
        st.sampled_from(["+8613800138000", "=1+1", "-5", "@x", "a", "'b", "'=c", ""]), min_size=1
    )
)
def test_what_was_made_harmless_is_read_as_it_was(cells: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(as_line(cells)))
    assert [tidy(cell) for cell in row] == [
        tidy(cell) if not cell.startswith("=") else cell for cell in cells
    ]
