"""The log of calls, one call, and the log as a file."""

import csv
import io

import pytest
import sqlalchemy as sa

from dialer.domain.words import UserRole
from dialer.models import AuditEntry, Contact, User
from tests.make import REP_PHONE, ZHANG_WEI
from tests.web.conftest import Come
from tests.web.logged import log_call
from tests.world import World


def talk(world: World) -> int:
    """A real one, through the carrier."""
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(3).hangs_up_after(9)
    call_id = world.click()
    world.advance(25)
    return call_id


def promote(world: World, role: UserRole = UserRole.SUPERVISOR) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).role = role


def test_a_call_logs_itself_with_seconds_and_who_ended_it(world: World, come: Come) -> None:
    page = come().get(f"/calls/{talk(world)}").text
    assert "The customer was on the line." in page
    assert "the customer" in page.partition("Ended by")[2][:60]
    assert "0:09" in page
    assert "Key pressed: 1" in page
    assert "The call may be placed now" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 1), ("q=张伟", 1), ("q=李娜", 0), ("q=13800138000", 1), ("purpose=follow_up", 1),
        ("purpose=closing", 0), ("outcome=talked", 1), ("outcome=busy", 0),
        ("since=2026-03-02", 1), ("since=2026-03-03", 0), ("until=2026-03-02", 1),
        ("until=2026-03-01", 0), ("since=yesterday&purpose=chat", 1),
    ],
)  # fmt: skip
def test_the_log_is_filtered(world: World, come: Come, query: str, count: int) -> None:
    log_call(world)
    assert come().get(f"/calls?{query}").text.count('class="row-link"') == count


def test_the_totals_add_up_what_is_shown(world: World, come: Come) -> None:
    log_call(world, talk_seconds=380)
    page = come().get("/calls").text
    assert "<dd>6:20</dd>" in page
    assert page.partition("figures")[2].count("<dd>1</dd>") == 3


def test_a_talk_of_more_than_six_minutes_is_flagged(world: World, come: Come) -> None:
    call_id = log_call(world, talk_seconds=380)
    assert "over 6 min" in come().get(f"/calls/{call_id}").text


def test_another_reps_calls_are_not_there(world: World, come: Come) -> None:
    call_id = log_call(world)
    visitor = come("liu.fang")
    assert visitor.get(f"/calls/{call_id}").status_code == 404
    assert 'class="row-link"' not in visitor.get("/calls").text


def test_the_log_pages_by_cursor(world: World, come: Come) -> None:
    call_id = log_call(world)
    for _ in range(60):
        log_call(world)
    visitor = come()
    first = visitor.get("/calls").text
    before = first.rpartition("before=")[2].partition('"')[0]
    second = visitor.get(f"/calls?before={before}").text
    assert (first.count('class="row-link"'), second.count('class="row-link"')) == (50, 11)
    assert f"/calls/{call_id}" in second


def test_a_rep_takes_no_file(come: Come) -> None:
    visitor = come()
    assert visitor.get("/calls.csv").status_code == 403
    assert "Export" not in visitor.get("/calls").text


def test_the_file_is_harmless_in_a_spreadsheet(world: World, come: Come) -> None:
    log_call(world)
    with world.sessions.write() as session:
        session.get_one(Contact, world.here.contact_id).name = '=HYPERLINK("http://evil")'
    promote(world)
    data = come().get("/calls.csv").data
    assert data.startswith("\ufeff".encode())
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0]["Contact"] == '\'=HYPERLINK("http://evil")'
    assert rows[0]["Number"] == "'+8613800138000"
    assert rows[0]["Talk seconds"] == "60"


def test_whoever_takes_the_file_is_noted(world: World, come: Come) -> None:
    promote(world)
    come().get("/calls.csv?purpose=closing")
    with world.sessions.read() as session:
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "calls.export")
        ).one()
    assert (entry.actor_id, entry.detail) == (world.here.rep_id, {"filter": "purpose=closing"})


def test_a_log_without_calls_leads_to_the_desk(come: Come) -> None:
    page = come().get("/calls").text
    assert "No calls yet" in page
    assert 'href="/desk"' in page
