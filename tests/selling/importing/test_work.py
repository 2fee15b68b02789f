"""Working imports off: in batches, resumed after anything, never twice."""

import io
from contextlib import closing

import pytest
import sqlalchemy as sa

from dialer.models import Account, AuditEntry, Contact, Import, ImportPart, User
from dialer.models.imports import ImportState, find_unfinished
from dialer.selling.errors import BadValue, NotFound
from dialer.selling.importing.drafts import (
    Correction,
    begin_import,
    correct_draft,
    discard_draft,
    forget_drafts,
)
from dialer.selling.importing.kinds import BATCH
from dialer.selling.importing.layout import FileRefused
from dialer.selling.importing.preview import preview
from dialer.selling.importing.registry import KINDS
from dialer.selling.importing.rows import RowOutcome
from dialer.selling.importing.start import resume_import, start_import, stop_import
from dialer.selling.importing.work import Worker, finish_import, open_work, step
from tests.selling.importing.bringing import book, bring, counts, customers, draft
from tests.world import World

ROWS = 2 * BATCH + 100


def many(rows: int = ROWS) -> str:
    return "公司,电话\n" + "".join(f"公司{i},139{i:08}\n" for i in range(rows))


def running(world: World, content: str | bytes) -> int:
    import_id = draft(world, "accounts", content)
    start_import(world.rt, None, import_id)
    return import_id


def find(world: World, import_id: int) -> Import:
    with world.sessions.read() as session:
        return session.get_one(Import, import_id)


def count(world: World, table: type[Account] | type[Contact]) -> int:
    with world.sessions.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_who_dies_in_the_middle_leaves_nothing_half_done(world: World) -> None:
    import_id = running(world, many())
    with closing(open_work(world.rt, import_id)) as dying:
        assert step(world.rt, dying)
    assert find(world, import_id).rows_done == BATCH == count(world, Account) - 1
    *_, one = finish_import(world.rt, import_id)
    assert (one.state, one.rows_done) == (ImportState.DONE, ROWS)
    assert counts(one) == (ROWS, 0, 0, 0, 0)
    assert count(world, Account) == count(world, Contact) == ROWS + 1


def test_a_transaction_that_fails_takes_its_progress_back(world: World) -> None:
    import_id = running(world, many(10))

    def fall(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        if sql.startswith("UPDATE imports"):
            raise ConnectionResetError("the machine is gone")

    sa.event.listen(world.sessions.engine, "before_cursor_execute", fall)
    with pytest.raises(ConnectionResetError), closing(open_work(world.rt, import_id)) as work:
        step(world.rt, work)
    sa.event.remove(world.sessions.engine, "before_cursor_execute", fall)
    assert (find(world, import_id).rows_done, count(world, Account)) == (0, 1)


def test_a_batch_of_which_a_part_is_in_brings_in_the_rest(world: World) -> None:
    import_id = running(world, "公司,电话\n甲,110\n乙,13900139000\n丙,119\n丁,13700137000\n")
    with world.sessions.write() as session:
        session.execute(sa.update(Import).values(rows_done=2))  # smaller batches, before an upgrade
    *_, one = finish_import(world.rt, import_id)
    assert (counts(one), one.rows_done) == ((1, 0, 0, 1, 0), 4)
    assert list(customers(world)) == ["华东机械", "丁"]


def test_two_workers_bring_in_each_row_once(world: World) -> None:
    import_id = running(world, many())
    with (
        closing(open_work(world.rt, import_id)) as one,
        closing(open_work(world.rt, import_id)) as other,
    ):
        assert step(world.rt, one)
        assert not step(world.rt, other)  # somebody else was here; it lets go
    *_, ended = finish_import(world.rt, import_id)
    assert counts(ended) == (ROWS, 0, 0, 0, 0)


def test_the_clock_brings_in_what_waits_one_after_the_other(world: World) -> None:
    first, second = running(world, many(5)), running(world, many(8))
    world.advance(11)
    assert counts(find(world, first)) == (5, 0, 0, 0, 0)
    assert counts(find(world, second)) == (3, 0, 5, 0, 0)


def test_a_workbook_goes_on_where_it_was_left(world: World) -> None:
    rows = [["公司", "电话"], *([f"公司{i}", f"139{i:08}"] for i in range(BATCH + 5))]
    import_id = running(world, book(rows))
    with closing(open_work(world.rt, import_id)) as dying:
        step(world.rt, dying)
    assert Worker().run(world.rt) == 5
    assert counts(find(world, import_id)) == (BATCH + 5, 0, 0, 0, 0)


def test_an_import_is_stopped_and_goes_on(world: World) -> None:
    import_id = running(world, many(5))
    stop_import(world.rt, None, import_id)
    assert Worker().run(world.rt) == 0
    assert find(world, import_id).state is ImportState.STOPPED
    resume_import(world.rt, None, import_id)
    assert Worker().run(world.rt) == 5


def test_only_one_works_at_a_time(world: World) -> None:
    import_id = running(world, many())
    busy = finish_import(world.rt, import_id)
    next(busy)
    next(busy)
    assert Worker().run(world.rt) == 0
    *_, one = busy
    assert counts(one) == (ROWS, 0, 0, 0, 0)


def test_a_workbook_that_breaks_off_keeps_what_is_in(world: World) -> None:
    from tests.selling.importing.test_files import SHEET, changed, sheet

    good = '<row r="1"><c t="inlineStr"><is><t>公司</t></is></c></row>' + "".join(
        f'<row r="{i + 2}"><c t="inlineStr"><is><t>公司{i}</t></is></c></row>' for i in range(3_000)
    )
    import_id = running(world, changed(book([["a"]]), SHEET, sheet(good + "<row")))
    with pytest.raises(FileRefused):
        list(finish_import(world.rt, import_id))
    one = find(world, import_id)
    assert one.state is ImportState.BROKEN
    assert one.trouble is not None
    assert one.trouble["code"] == "broken_file"
    assert one.rows_done == count(world, Account) - 1 == BATCH


def test_a_bug_of_ours_stops_the_import_until_somebody_lets_it_go_on(world: World) -> None:
    import_id = running(world, many(5))
    with world.sessions.write() as session:
        session.execute(sa.update(Import).values(options={}))
    with pytest.raises(KeyError):
        Worker().run(world.rt)
    one = find(world, import_id)
    assert (one.state, one.trouble) == (ImportState.STOPPED, {"code": "crashed", "params": {}})


def test_the_file_is_forgotten_when_all_is_in(world: World) -> None:
    bring(world, "accounts", many(5))
    with world.sessions.read() as session:
        assert session.scalars(sa.select(ImportPart)).all() == []
        actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert (actions[0], actions[-1]) == ("import.start", "import.done")


def test_a_file_that_was_not_stored_whole_is_not_read(world: World) -> None:
    import_id = running(world, many(5))
    with world.sessions.write() as session:
        session.execute(sa.update(Import).values(file_size=7))
    assert Worker().run(world.rt) == 0
    assert find(world, import_id).trouble == {"code": "file_gone", "params": {}}


def test_the_same_file_is_found_again_when_it_was_not_finished(world: World) -> None:
    import_id = running(world, many(5))
    one = find(world, import_id)
    with world.sessions.read() as session:
        found = find_unfinished(session, "accounts", one.file_hash, None)
        assert found is not None
        assert found.id == import_id
        assert find_unfinished(session, "suppressions", one.file_hash, None) is None
        assert find_unfinished(session, "accounts", one.file_hash, world.here.rep_id) is None


def test_the_preview_says_what_would_happen_and_does_nothing(world: World) -> None:
    text = "公司,姓名,电话\n华东机械,张伟,13800138000\n成都,李娜,13900139000\n上海,王,110\n"
    import_id = draft(world, "accounts", text)
    before = customers(world)
    rows = preview(world.rt, None, find(world, import_id))
    assert [row.line.outcome for row in rows] == [
        RowOutcome.SAME, RowOutcome.CREATED, RowOutcome.FAILED,
    ]  # fmt: skip
    assert [fault.code for fault in rows[2].cells[2].faults] == ["number_emergency"]
    assert customers(world) == before


def test_a_draft_is_read_in_another_way(world: World) -> None:
    text = "a;b,c\n公司;电话,成都\n".encode("gbk")
    import_id = begin_import(world.rt, None, KINDS["accounts"], io.BytesIO(text), "x.csv")
    said = Correction(delimiter=";", encoding="gb18030", heading_row=2)
    correct_draft(world.rt, None, import_id, said)
    layout = find(world, import_id).layout
    assert (layout["headings"], layout["heading_row"]) == (["公司", "电话,成都"], 2)
    correct_draft(world.rt, None, import_id, Correction(columns={1: "numbers"}))
    assert find(world, import_id).layout["columns"] == ["account", "numbers"]


@pytest.mark.parametrize(
    "said",
    [
        Correction(encoding="ebcdic"), Correction(delimiter="x"), Correction(sheet="Sheet9"),
        Correction(columns={0: "salary"}), Correction(columns={0: "account", 1: "account"}),
        Correction(options={"region": "XX"}), Correction(options={"existing": "burn"}),
    ],
)  # fmt: skip
def test_a_draft_cannot_be_read_in_ways_that_are_not_offered(
    world: World, said: Correction
) -> None:
    import_id = draft(world, "accounts", many(2))
    before = find(world, import_id).layout
    with pytest.raises(BadValue):
        correct_draft(world.rt, None, import_id, said)
    assert find(world, import_id).layout == before


def test_a_file_in_which_no_column_is_known_does_not_run(world: World) -> None:
    import_id = draft(world, "accounts", "x,y\nz,w\n")
    with pytest.raises(BadValue, match="columns"):
        start_import(world.rt, None, import_id)


def test_drafts_are_forgotten_by_hand_or_after_a_week(world: World) -> None:
    first, kept = draft(world, "accounts", many(2)), running(world, many(3))
    draft(world, "accounts", many(4))
    discard_draft(world.rt, None, first)
    assert forget_drafts(world.rt) == 0
    world.sim.advance(8 * 24 * 3600)
    assert forget_drafts(world.rt) == 1
    with world.sessions.read() as session:
        assert session.scalars(sa.select(Import.id)).all() == [kept]


def test_nobody_touches_another_teams_import(world: World) -> None:
    import_id = draft(world, "accounts", many(2))
    with world.sessions.read() as session:
        rep = session.get_one(User, world.here.rep_id)
    for verb in (start_import, stop_import, discard_draft):
        with pytest.raises(NotFound):
            verb(world.rt, rep, import_id)
