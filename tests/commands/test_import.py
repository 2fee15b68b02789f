"""`dialer import`."""

from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from dialer.models import Account, Import
from dialer.models.imports import ImportState
from dialer.selling.importing.start import stop_import
from dialer.selling.importing.work import open_work, step
from tests.commands.shell import dialer, environ
from tests.selling.importing.test_work import running
from tests.world import World

pytestmark = pytest.mark.only_on("sqlite")
TEXT = "公司名称,联系人,电话\n成都仪器,李娜,139 0013 9000\n上海模具,王,call me\n"


def test_a_file_is_brought_in_and_its_mistakes_lie_beside_it(world: World, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(TEXT.encode("gbk"))
    done = dialer("import", "accounts", str(path), env=environ(world))
    assert done.returncode == 1
    assert "2 rows: 1 new, 0 added to, 0 known already, 1 left out" in done.stdout
    told = (tmp_path / "名单-errors.csv").read_text("utf-8-sig")
    assert told.splitlines()[1].startswith("上海模具,王,call me,[Numbers]")
    with world.sessions.read() as session:
        assert session.scalars(sa.select(Account.name)).all() == ["华东机械", "成都仪器"]


def test_a_dry_run_shows_the_first_rows_and_leaves_nothing(world: World, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(TEXT)
    done = dialer("import", "accounts", str(path), "--dry-run", env=environ(world))
    assert "3. 电话 → numbers" in done.stdout
    assert "row 3: failed [Numbers]" in done.stdout
    with world.sessions.read() as session:
        assert session.scalars(sa.select(Import)).all() == []
        assert session.scalars(sa.select(Account.name)).all() == ["华东机械"]


def test_a_file_that_was_stopped_goes_on(world: World, tmp_path: Path) -> None:
    content = "公司,电话\n" + "".join(f"公司{i},139{i:08}\n" for i in range(2_100))
    import_id = running(world, content)
    with closing(open_work(world.rt, import_id)) as begun:
        step(world.rt, begun)
    stop_import(world.rt, None, import_id)
    path = tmp_path / "again.csv"
    path.write_text(content)
    done = dialer("import", "accounts", str(path), env=environ(world))
    assert "goes on after 2,000 rows" in done.stderr
    assert "2,100 rows: 2,100 new" in done.stdout
    with world.sessions.read() as session:
        assert session.scalars(sa.select(Import.state)).all() == [ImportState.DONE]


def test_what_is_wrong_is_one_line_and_leaves_nothing(world: World, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(TEXT)
    done = dialer("import", "accounts", str(path), "--encoding", "ebcdic", env=environ(world))
    assert done.returncode == 2
    assert done.stderr.strip() == "Error: encoding: must be one of those offered"
    with world.sessions.read() as session:
        assert session.scalars(sa.select(Import)).all() == []
