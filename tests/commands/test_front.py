"""Before the threads: nobody gets one by talking slowly, and what arrives is what was sent."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.commands.front import MOST_BYTES, Front
from tests.world import World

Message = dict[str, Any]
SCOPE: Message = {
    "type": "http", "method": "POST", "path": "/x", "query_string": b"", "scheme": "http",
    "http_version": "1.1", "headers": [], "client": ("192.0.2.7", 5), "server": ("h", 80),
}  # fmt: skip


def echo(environ: Message, start: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def ask(app: Any, *bodies: bytes | None, front: Front | None = None, **scope: Any) -> list[Message]:
    """What comes back; a body of None never comes."""
    sent: list[Message] = []
    messages = list(bodies) or [b""]

    async def receive() -> Message:
        body = messages.pop(0) if messages else None
        if body is None:
            await asyncio.sleep(3600)
        return {"type": "http.request", "body": body, "more_body": bool(messages)}

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        await (front or Front(app, 2))({**SCOPE, **scope}, receive, send)

    asyncio.run(run())
    return sent


def body_of(sent: list[Message]) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


def test_whoever_never_ends_is_sent_away_and_never_gets_a_thread() -> None:
    asked = threading.Event()

    def app(environ: Message, start: Any) -> list[bytes]:
        asked.set()
        return echo(environ, start)

    sent = ask(app, b"A=", None, front=Front(app, 2, quiet_seconds=0.01))
    assert sent[0]["status"] == 408
    assert not asked.is_set()


def test_a_body_without_end_is_refused() -> None:
    chunk = b"x" * 1024 * 1024
    sent = ask(echo, *[chunk] * (MOST_BYTES // len(chunk) + 1), front=Front(echo, 2))
    assert sent[0]["status"] == 413


def test_a_file_for_an_import_may_be_longer() -> None:
    chunk = b"x" * 1024 * 1024
    chunks = [chunk] * (MOST_BYTES // len(chunk) + 1)
    sent = ask(lambda e, s: s("204 No Content", []) and [], *chunks, path="/imports")
    assert sent[0]["status"] == 204


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_what_comes_in_pieces_arrives_whole(pieces: list[bytes]) -> None:
    assert body_of(ask(echo, *pieces)) == b"".join(pieces)


def test_an_answer_in_pieces_is_sent_as_it_comes() -> None:
    closed = threading.Event()

    def app(_environ: Message, start: Any) -> Iterator[bytes]:
        start("200 OK", [("X-A", "b")])
        try:
            yield b"one"
            yield b"two"
        finally:
            closed.set()

    sent = ask(app)
    assert [message.get("body") for message in sent] == [None, b"one", b"two", b""]
    assert [message.get("more_body") for message in sent] == [None, True, True, False]
    assert closed.is_set()


def test_no_thread_waits_for_a_client_when_the_process_ends() -> None:
    closed, loop = threading.Event(), asyncio.new_event_loop()

    def app(_environ: Message, start: Any) -> Iterator[bytes]:
        start("200 OK", [])
        try:
            yield b"piece"
        finally:
            closed.set()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Message) -> None:
        loop.stop()
        await asyncio.sleep(3600)

    front = Front(app, 1)
    loop.create_task(front(SCOPE, receive, send))
    loop.run_forever()
    assert closed.wait(10)
    front.pool.shutdown()
    left = [task for task in asyncio.all_tasks(loop) if task.cancel()]
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()


def test_an_application_that_breaks_says_no_more_than_that() -> None:
    def app(_environ: Message, _start: Any) -> list[bytes]:
        raise ValueError("the secret")

    sent = ask(app)
    assert sent[0]["status"] == 500
    assert b"secret" not in body_of(sent)


def test_a_header_with_an_underscore_does_not_pass_for_another() -> None:
    seen: Message = {}

    def app(environ: Message, start: Any) -> list[bytes]:
        seen.update(environ)
        return echo(environ, start)

    headers = [
        (b"x-forwarded-for", b"192.0.2.1"), (b"x_forwarded_for", b"evil"), (b"cookie", b"a=1"),
        (b"cookie", b"b=2"), (b"transfer-encoding", b"chunked"),
    ]  # fmt: skip
    ask(app, b"abc", headers=headers)
    assert seen["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert seen["CONTENT_LENGTH"] == "3"
    assert "HTTP_TRANSFER_ENCODING" not in seen


@pytest.mark.parametrize("path", ["/login", "/nothing", "/static/icon.svg", "/api/v1/openapi.json"])
@pytest.mark.only_on("sqlite")
def test_the_product_answers_through_it_as_without_it(world: World, path: str) -> None:
    with world.app.test_client().get(path) as direct:
        length = len(direct.data)
    sent = ask(world.app, method="GET", path=path, headers=[(b"host", b"localhost")])
    assert sent[0]["status"] == direct.status_code
    assert dict(sent[0]["headers"])[b"content-type"] == direct.content_type.encode()
    assert len(body_of(sent)) == length
