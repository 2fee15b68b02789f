"""The audit log: who reads what of it, and that it can be read."""

import ast
import csv
import io
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from dialer.domain.words import Language
from dialer.models import AuditEntry, User
from dialer.models.imports import ImportState
from dialer.people.users import move_user
from dialer.web.audit_words import ACTIONS, ROOMS, SUBJECTS
from tests.people.cast import Cast, open_house
from tests.web.conftest import Come
from tests.world import World


@pytest.fixture
def cast(world: World) -> Cast:
    return open_house(world)


def write(world: World, actor: User, action: str, **fields: object) -> None:
    row = {"subject_kind": "user", "subject_id": None, "detail": {}, **fields}
    with world.sessions.write() as session:
        session.add(AuditEntry(at=world.rt.now(), actor_id=actor.id, action=action, **row))


def test_a_deed_is_told_with_who_what_whom_and_where(world: World, cast: Cast, come: Come) -> None:
    admin = come("admin")
    admin.post(f"/people/{cast.rep.id}/place", role="supervisor", team=str(cast.east))
    page = admin.get("/audit?action=user.role").text
    for shown in ("Admin", "changed a role", "Sales rep → Supervisor", "王敏", "127.0.0.1"):
        assert shown in page


def test_a_supervisor_reads_what_the_own_team_did_and_suffered(
    world: World, cast: Cast, come: Come
) -> None:
    write(world, cast.rep, "task.move")
    write(world, cast.far_rep, "task.cancel")
    write(world, cast.admin, "team.add")
    write(world, cast.admin, "user.disable", subject_id=cast.rep.id)
    page = come("chen.jie").get("/audit").text
    assert "moved a planned call" in page
    assert "shut a user out" in page
    assert "took a planned call back" not in page
    assert "added a team" not in page


def test_a_rep_reads_none_of_it(cast: Cast, come: Come) -> None:
    rep = come("ma.li")
    assert rep.get("/audit").status_code == 403
    assert rep.get("/audit.csv").status_code == 403


def test_it_comes_in_pages(world: World, cast: Cast, come: Come) -> None:
    with world.sessions.write() as session:
        for n in range(60):
            session.add(
                AuditEntry(at=world.rt.now(), actor_id=cast.rep.id, action="task.move",
                           subject_kind="task", subject_id=1000 + n)
            )  # fmt: skip
    admin = come("admin")
    first = admin.get("/audit?action=task").text
    assert first.count("moved a planned call") == 50
    assert "Planned call 1059" in first
    with world.sessions.read() as session:
        tenth = session.scalars(sa.select(AuditEntry.id).where(AuditEntry.subject_id == 1010)).one()
    second = admin.get(f"/audit?action=task&before={tenth}").text
    assert second.count("moved a planned call") == 10


def test_the_file_is_safe_for_spreadsheets_and_its_making_is_on_record(
    world: World, cast: Cast, come: Come
) -> None:
    with world.sessions.write() as session:
        session.get_one(User, cast.rep.id).name = "=HYPERLINK(1)"
    write(world, cast.rep, "task.move")
    answer = come("admin").get("/audit.csv?action=task")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 2
    assert rows[1][1] == "'=HYPERLINK(1)"
    assert rows[1][2:4] == ["task.move", "moved a planned call"]
    with world.sessions.read() as session:
        last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert (last.action, last.detail) == ("audit.export", {"filter": "action=task"})


def test_what_people_change_for_themselves_is_told_too(cast: Cast, come: Come) -> None:
    rep = come("ma.li")
    rep.post("/settings/phone", phone="021 5555 0177")
    rep.post("/phone/choice", mode="telephone")
    page = come("admin").get("/audit?action=user").text
    assert "changed the own telephone" in page
    assert "chose which phone rings" in page


def test_filters_that_mean_nothing_are_not_asked_for(cast: Cast, come: Come) -> None:
    asked = "actor=x&action=%27;--&since=yesterday&until=9999-12-31&before=-5"
    assert come("admin").get(f"/audit?{asked}").status_code == 200


def test_it_is_written_in_the_readers_language(world: World, cast: Cast, come: Come) -> None:
    move_user(world.rt, cast.admin, cast.rep.id, cast.rep.role, cast.west)
    admin = come("admin")
    admin.post("/settings/look", language=Language.ZH_CN, theme="auto")
    assert admin.get("/audit").status_code == 200


ROOMS_OF_VERBS = ("calling", "people", "selling")
ACTION = re.compile(rf"({'|'.join({*ROOMS, *SUBJECTS})})\.[a-z_]+")


def written_actions() -> set[str]:
    """Every text in the verbs' rooms that is a subject, a dot and a deed."""
    paths = [path for room in ROOMS_OF_VERBS for path in Path("dialer", room).rglob("*.py")]
    texts = [
        node.value
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {text for text in texts if ACTION.fullmatch(text)}


def test_every_action_has_words_in_the_log() -> None:
    """Whoever writes a new action gives it words in `dialer/web/audit_words.py`."""
    assert len(written_actions()) > 50
    told = written_actions() | {f"import.{state}" for state in set(ImportState) - {"draft"}}
    assert told - set(ACTIONS) == set()
