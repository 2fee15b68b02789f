"""The pages for bringing in files."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from dialer.domain.words import UserRole
from dialer.models import Account, Import, User
from dialer.models.imports import ImportState
from dialer.selling.importing.layout import MAX_BYTES
from tests.make import make_team, make_user
from tests.web.conftest import Come
from tests.web.visitor import BASE_URL, Visitor
from tests.world import World

TEXT = "公司,姓名,电话,等级\n成都仪器,李娜,13900139000,A\n上海模具,王,call me,Q\n"


def become(world: World, role: UserRole) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).role = role


@pytest.fixture
def boss(world: World, come: Come) -> Visitor:
    become(world, UserRole.ADMIN)
    return come()


def send(visitor: Visitor, content: bytes, name: str = "名单.csv", **said: Any) -> TestResponse:
    """A file that is chosen on the page, and sent without the help of a script."""
    data = {"csrf_token": visitor.token, "kind": "accounts", "file": (io.BytesIO(content), name)}
    return visitor.client.post("/imports", data=data | said, base_url=BASE_URL,
                               content_type="multipart/form-data")  # fmt: skip


def state(world: World) -> Import:
    with world.sessions.read() as session:
        return session.scalars(sa.select(Import)).one()


def test_a_list_is_sent_checked_and_brought_in(world: World, boss: Visitor) -> None:
    answer = send(boss, TEXT.encode("gbk"))
    assert answer.headers["Location"].endswith("/imports/1")
    draft = boss.get("/imports/1").text
    assert "GBK" in draft
    assert draft.count('class="is-failed"') == 1
    assert boss.post("/imports/1/draft", deed="start").status_code == 302
    assert "You can leave this page" in boss.get("/imports/1").text
    world.advance(6)
    page = boss.get("/imports/1").text
    assert "“call me” has more than digits." in page
    assert boss.get("/imports/1/progress").json == {
        "state": "done", "share": 100, "rows": 2, "created": 1, "changed": 0, "same": 0,
        "failed": 1, "partly": 0,
    }  # fmt: skip
    mistakes = boss.get("/imports/1/errors.csv")
    assert mistakes.headers["Content-Disposition"].startswith("attachment")
    assert "上海模具,王,call me,Q" in mistakes.text


def test_columns_and_choices_are_corrected(world: World, boss: Visitor) -> None:
    send(boss, b"A,B\nOak,305 555 0142\n")
    boss.post("/imports/1/draft", heading_row="1", region="US")
    said = {"column-0": "account", "column-1": "numbers", "existing": "update"}
    boss.post("/imports/1/draft", **said)
    assert "+1 305-555-0142" in boss.get("/imports/1").text
    one = state(world)
    assert one.layout["columns"] == ["account", "numbers"]
    assert one.options == {"region": "US", "existing": "update"}


@pytest.mark.parametrize(
    "said",
    [
        {"encoding": "ebcdic"}, {"delimiter": "x"}, {"sheet": "x"}, {"region": "XX"},
        {"column-0": "salary"}, {"existing": "burn"},
        {"column-0": "account", "column-1": "account"},
    ],
)  # fmt: skip
def test_what_is_not_offered_is_refused_and_nothing_changes(
    world: World, boss: Visitor, said: dict[str, str]
) -> None:
    send(boss, TEXT.encode())
    before = state(world).layout
    assert boss.post("/imports/1/draft", deed="start", **said).status_code == 422
    assert (state(world).layout, state(world).state) == (before, ImportState.DRAFT)


def test_odd_values_are_no_crash(world: World, boss: Visitor) -> None:
    send(boss, TEXT.encode())
    for said in ({"heading_row": "9" * 30}, {"heading_row": "-1"}, {"heading_row": "x"}):
        assert boss.post("/imports/1/draft", **said).status_code in (302, 422)
    assert boss.get("/imports/1").status_code == 200


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "There is nothing in this file."),
        (b"%PDF-1.7\n\0\1\2\3" * 50, "neither CSV nor Excel"),
        (b"PK\x03\x04nonsense", "neither CSV nor Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file"),
    ],
)
def test_what_is_no_table_gets_a_sentence(boss: Visitor, content: bytes, sentence: str) -> None:
    answer = send(boss, content)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_form_without_a_file_or_with_an_unknown_kind_gets_a_sentence(boss: Visitor) -> None:
    data = {"csrf_token": boss.token, "kind": "accounts"}
    answer = boss.client.post("/imports", data=data, base_url=BASE_URL)
    assert answer.status_code == 422
    assert "Choose a file first." in answer.text
    assert send(boss, TEXT.encode(), kind="users").status_code == 400


def test_a_script_is_told_where_to_go_or_why_not(boss: Visitor) -> None:
    headers = {"Accept": "application/json", "X-CSRF-Token": boss.token}
    data = {"kind": "accounts", "file": (io.BytesIO(TEXT.encode()), "a.csv")}
    good = boss.client.post("/imports", data=data, headers=headers, base_url=BASE_URL)
    assert good.json == {"ok": True, "url": "/imports/1"}
    data["file"] = (io.BytesIO(b"%PDF\0\1\2\3" * 9), "a.csv")
    bad = boss.client.post("/imports", data=data, headers=headers, base_url=BASE_URL)
    assert (bad.status_code, bad.mimetype) == (422, "application/problem+json")


def test_a_file_may_be_larger_than_any_other_body_but_not_endless(boss: Visitor) -> None:
    answer = boss.client.post(
        "/imports", base_url=BASE_URL, content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(2 * MAX_BYTES)},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "larger than 200 MB" in answer.text
    large = boss.client.post(
        "/imports", base_url=BASE_URL, content_type="multipart/form-data; boundary=x",
        input_stream=io.BytesIO(body(boss.token, b"Company,Phone\n" + b"Oak," * 5_300_000)),
    )  # fmt: skip
    assert large.status_code == 422  # read to its end, and found to have one endless row
    assert "columns" in large.text


def body(token: str, content: bytes) -> bytes:
    """A form as it goes over the wire."""
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    fields = part.format("csrf_token", "") + token + "\r\n" + part.format("kind", "") + "accounts"
    file = part.format("file", '; filename="a.csv"')
    return f"{fields}\r\n{file}".encode() + content + b"\r\n--x--\r\n"


def test_the_same_file_again_is_said_so(world: World, boss: Visitor) -> None:
    for number in (1, 2):
        send(boss, TEXT.encode())
        page = boss.get(f"/imports/{number}").text
        assert ("brought in already" in page) is (number == 2)
        boss.post(f"/imports/{number}/draft", deed="start")
        world.advance(6)


def test_it_is_stopped_and_goes_on_and_a_draft_is_forgotten(world: World, boss: Visitor) -> None:
    send(boss, TEXT.encode())
    boss.post("/imports/1/draft", deed="start")
    boss.post("/imports/1/stop")
    assert state(world).state is ImportState.STOPPED
    assert "Go on" in boss.get("/imports/1").text
    boss.post("/imports/1/resume")
    assert state(world).state is ImportState.RUNNING
    assert boss.post("/imports/1/discard").status_code == 404  # it runs
    send(boss, TEXT.encode())
    boss.post("/imports/2/discard")
    assert boss.get("/imports/2").status_code == 404


def test_a_rep_brings_in_nothing(world: World, come: Come) -> None:
    rep = come()
    assert 'href="/imports"' not in rep.get("/accounts").text
    assert rep.get("/imports").status_code == 403
    assert send(rep, TEXT.encode()).status_code == 403


def test_a_supervisor_sees_the_teams_imports_alone(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        west = make_team(session, "West")
        make_user(session, world.rt.now(), "west", role=UserRole.SUPERVISOR, team_id=west.id,
                  phone=None)  # fmt: skip
    become(world, UserRole.SUPERVISOR)
    send(come(), TEXT.encode())
    stranger = come("west")
    assert "名单.csv" not in stranger.get("/imports").text
    for path in ("", "/progress", "/errors.csv"):
        assert stranger.get(f"/imports/1{path}").status_code == 404
    for deed in ("draft", "stop", "resume", "discard"):
        assert stranger.post(f"/imports/1/{deed}", deed="start").status_code == 404
    with world.sessions.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1


def test_cells_are_text_and_never_markup(boss: Visitor) -> None:
    send(boss, "公司,电话\n<script>alert(1)</script>,<b>\n".encode(), name="<img src=x>.csv")
    page = boss.get("/imports/1").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page + boss.get("/imports").text


def test_suppressions_ask_for_the_list_and_its_day(world: World, boss: Visitor) -> None:
    send(boss, b"Phone\n+13055550142\n", kind="suppressions")
    assert "The list is of" in boss.get("/imports/1").text
    answer = boss.post("/imports/1/draft", deed="start", list="US")
    assert answer.status_code == 422
    assert 'id="as_of-error"' in answer.text
    boss.post("/imports/1/draft", deed="start", list="US", as_of="2026-03-01")
    assert state(world).state is ImportState.RUNNING
