"""The log of calls as a spreadsheet."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calling.control import hang_up
from dialer.domain.words import EndedBy
from dialer.models import Account, Call, Contact, User
from dialer.models.logbook import COLUMNS, CallFilter, csv_line, csv_lines
from tests.world import World

EXCEL_RUNS = "=+-@\t\r\n"


def rows(world: World, viewer_id: int, wanted: CallFilter | None = None) -> list[dict[str, str]]:
    with world.sessions.read() as session:
        viewer = session.get_one(User, viewer_id)
        text = "".join(csv_lines(session, viewer, wanted or CallFilter()))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_no_cell_is_a_formula_and_none_is_lost(cells: list[str]) -> None:
    read = next(csv.reader(io.StringIO(csv_line(cells), newline="")), [""])
    assert len(read) == len(cells)
    for cell, shown in zip(cells, read, strict=True):
        assert shown in (cell, "'" + cell)
        assert not shown.lstrip(" ").startswith(tuple(EXCEL_RUNS))


def test_a_call_is_one_row_with_its_names_and_seconds(world: World) -> None:
    call_id = world.click(point='say "=1+1"')
    hang_up(world.rt, call_id, EndedBy.REP, world.here.rep_id)
    row = rows(world, world.here.rep_id)[0]
    assert tuple(row) == COLUMNS
    assert (row["rep"], row["account"], row["contact"]) == ("wang.min", "华东机械", "张伟")
    assert row["number"] == "'+8613800138000"
    assert row["point"] == 'say "=1+1"'
    assert row["created_at"] == "2026-03-02T02:00:00Z"


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "@SUM(1)", "-2+3", '"\n=1'])
def test_a_customer_named_like_a_formula_does_no_harm(world: World, name: str) -> None:
    with world.sessions.write() as session:
        session.get_one(Account, world.here.account_id).name = name
        session.get_one(Contact, world.here.contact_id).name = name
    world.click()
    row = rows(world, world.here.rep_id)[0]
    assert {row["account"], row["contact"]} <= {name, "'" + name}
    assert row["account"][0] not in EXCEL_RUNS


def test_an_export_holds_what_its_filter_says(world: World) -> None:
    world.click()
    assert len(rows(world, world.here.rep_id, CallFilter(text="张"))) == 1
    assert rows(world, world.here.rep_id, CallFilter(text="李")) == []


def test_numbers_of_other_peoples_customers_are_masked_in_exports_too(world: World) -> None:
    call_id = world.click()
    with world.sessions.write() as session:
        session.get_one(Account, world.here.account_id).owner_id = None
        assert session.get_one(Call, call_id).rep_id == world.here.rep_id
    assert rows(world, world.here.rep_id)[0]["number"] == "'+86*******8000"


def test_a_masked_number_cannot_be_guessed_by_searching(world: World) -> None:
    world.click()
    digits = CallFilter(text="138 0013 8000")
    assert len(rows(world, world.here.rep_id, digits)) == 1
    with world.sessions.write() as session:
        session.get_one(Account, world.here.account_id).owner_id = None
    assert rows(world, world.here.rep_id, digits) == []
    assert len(rows(world, world.here.rep_id, replace(digits, text="张伟"))) == 1
