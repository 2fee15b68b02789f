"""The live floor by program, and its stream in the demo and in a process of its own."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dialer.api.board import LIFE_SECONDS, MOST_STREAMS
from dialer.api.watching import may_watch
from dialer.app import create_app
from dialer.domain.words import UserRole
from dialer.live import create_live
from dialer.models import User
from dialer.models.board import Scope
from dialer.people.log_in import open_session
from tests.api.caller import Caller, caller, problem
from tests.make import make_team
from tests.web.visitor import Visitor
from tests.world import World

STREAM = "/api/v1/board/stream"


@pytest.fixture
def boss(world: World) -> Caller:
    with world.sessions.write() as session:
        session.get_one(User, world.here.other_rep_id).role = UserRole.SUPERVISOR
    return caller(world, "liu.fang", "board")


def disable(world: World) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.other_rep_id).disabled_at = world.rt.now()


def test_the_floor_is_one_json_document(boss: Caller) -> None:
    board = boss.get("/board").json
    assert [tile["state"] for tile in board["tiles"]] == ["free"]
    assert len(board["today"]["hours"]) == 24
    assert board["at"] == "2026-03-02T02:00:00Z"


@pytest.mark.parametrize("path", ["/board", "/board/stream"])
def test_the_floor_is_for_bosses_with_the_scope(world: World, boss: Caller, path: str) -> None:
    assert problem(caller(world).get(path)) == "forbidden"
    assert problem(caller(world, "liu.fang", "calls").get(path)) == "scope"
    assert world.app.test_client().get(f"/api/v1{path}").status_code == 401


def test_outside_the_demo_web_gives_no_thread_to_a_stream(boss: Caller) -> None:
    assert problem(boss.get("/board/stream")) == "no_stream"


@pytest.fixture
def demo(world: World) -> Any:
    """An app of the demo, whose floor looks without sleeping on the simulator's clock."""
    settings = replace(world.rt.settings, dialer_mode="demo")
    return create_app(replace(world.rt, settings=settings, wait=lambda _seconds: None))


def stream(demo: Any, boss: Caller) -> Any:
    headers = {"Authorization": f"Bearer {boss.token}"}
    return demo.test_client().get(STREAM, headers=headers, buffered=False)


def test_in_the_demo_web_streams_the_same_floor(demo: Any, boss: Caller) -> None:
    answer = stream(demo, boss)
    chunks = iter(answer.response)
    assert next(chunks) == b"retry: 200\n\n"
    frame = next(chunks).decode()
    answer.close()
    assert answer.mimetype == "text/event-stream"
    assert json.loads(frame.partition("data: ")[2]) == boss.get("/board").json


def test_half_of_the_threads_are_never_given_to_streams(demo: Any, boss: Caller) -> None:
    taken = [stream(demo, boss) for _ in range(MOST_STREAMS)]
    assert problem(stream(demo, boss)) == "no_stream"
    taken.pop().close()
    freed = stream(demo, boss)
    assert freed.status_code == 200
    for answer in (*taken, freed):
        answer.close()


def test_a_stream_ends_when_its_watcher_may_not_watch_any_more(
    world: World, demo: Any, boss: Caller
) -> None:
    answer = stream(demo, boss)
    chunks = iter(answer.response)
    next(chunks)
    disable(world)
    world.skip(LIFE_SECONDS)
    assert list(chunks) == []
    assert problem(stream(demo, boss)) == "unauthorized"


def test_a_logged_in_browser_is_known_by_its_cookie(world: World, boss: Caller) -> None:
    visitor = Visitor(world.app)
    with world.sessions.write() as session:
        secret = open_session(world.rt, session, world.here.other_rep_id, "")
    visitor.bring(secret)
    cookie = visitor.client.get_cookie("__Host-session", domain="dialer.test")
    assert cookie is not None
    headers = {"cookie": f"__Host-session={cookie.value}"}
    assert may_watch(world.rt, headers) == Scope(team_id=None)
    forged = {"cookie": f"__Host-session={cookie.value}x"}
    with pytest.raises(Exception, match="log-in"):
        may_watch(world.rt, forged)


class Browser:
    """The other side of an ASGI stream."""

    def __init__(self, world: World, path: str, token: str) -> None:
        self.rt = replace(world.rt, wait=lambda _seconds: None)
        headers = [(b"authorization", f"Bearer {token}".encode())]
        self.scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
        self.status, self.body = 0, b""
        self.leaves: asyncio.Event | None = None
        self.upon_frame: Callable[[], None] = self.leave

    def leave(self) -> None:
        assert self.leaves is not None
        self.leaves.set()

    async def receive(self) -> dict[str, Any]:
        assert self.leaves is not None
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")
        if b"event: board" in self.body:
            self.upon_frame()

    async def visit(self, check_seconds: float = 15) -> None:
        self.leaves = asyncio.Event()
        live = create_live(self.rt, check_seconds)
        await asyncio.wait_for(live(self.scope, self.receive, self.send), 20)


def test_the_process_of_its_own_streams_the_same_floor(world: World, boss: Caller) -> None:
    browser = Browser(world, STREAM, boss.token)
    asyncio.run(browser.visit())
    assert browser.status == 200
    frame = browser.body.decode().partition("data: ")[2].partition("\n")[0]
    assert json.loads(frame) == boss.get("/board").json


def test_the_process_of_its_own_cuts_off_who_may_not_watch_any_more(
    world: World, boss: Caller
) -> None:
    browser = Browser(world, STREAM, boss.token)
    browser.upon_frame = lambda: disable(world)
    asyncio.run(browser.visit(check_seconds=0.1))
    assert browser.status == 200


@pytest.mark.parametrize(
    ("path", "status"), [("/healthz", 200), ("/api/v1/calls", 404), (STREAM, 401)]
)
def test_the_process_of_its_own_does_nothing_else(world: World, path: str, status: int) -> None:
    browser = Browser(world, path, "nobody")
    asyncio.run(browser.visit())
    assert browser.status == status


def test_another_team_is_another_scope(world: World, boss: Caller) -> None:
    with world.sessions.write() as session:
        west = make_team(session, "West").id
        session.get_one(User, world.here.other_rep_id).team_id = west
    headers = {"authorization": f"Bearer {boss.token}"}
    assert may_watch(world.rt, headers) == Scope(team_id=west)
