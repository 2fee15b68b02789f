"""The streaming process: an ASGI application in which a waiting stream costs no thread."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any

from dialer.api.board import STREAM_HEADERS
from dialer.api.problems import MIMETYPE, Problem
from dialer.api.watching import may_watch
from dialer.floor.stream import HELLO, PING, Floor, Watcher
from dialer.models.board import Scope
from dialer.runtime import Runtime

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Deed = Coroutine[Any, Any, None]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Mapping[str, Any], Receive, Send], Awaitable[None]]

CHECK_SECONDS = 15
QUIET_SECONDS = 5
STREAM = "/api/v1/board/stream"
# One who takes no bytes for so long is gone, or wants to be waited for: neither is our work.
SEND_SECONDS = 10


def create_live(rt: Runtime, check_seconds: float = CHECK_SECONDS) -> Application:
    """The application: the stream, and a sign of life.

    So often it is looked up whether who watches still may.
    """
    floor = Floor(rt)

    async def live(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        if path == "/healthz":
            await answer(send, 200, "text/plain", b"ok\n")
        elif path == STREAM and method == "GET":
            await watch(rt, floor, scope["headers"], check_seconds, receive, send)
        else:
            await refuse(send, Problem(404, "not_found", "There is nothing here."))

    return live


async def watch(
    rt: Runtime,
    floor: Floor,
    pairs: Iterable[tuple[bytes, bytes]],
    seconds: float,
    receive: Receive,
    send: Send,
) -> None:
    """The stream, for whoever may watch."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}
    try:
        scope = await asyncio.to_thread(may_watch, rt, headers)
    except Problem as problem:
        await refuse(send, problem)
        return
    await stream(floor, scope, guard(rt, headers, scope, seconds), receive, send)


async def answer(send: Send, status: int, kind: str, body: bytes) -> None:
    """A whole answer at once."""
    await begin(send, status, {"Content-Type": kind, "Cache-Control": "no-store"})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, problem: Problem) -> None:
    """A problem document."""
    await answer(send, problem.status, MIMETYPE, json.dumps(problem.body).encode())


async def begin(send: Send, status: int, headers: Mapping[str, str]) -> None:
    """Status and headers."""
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})


async def stream(floor: Floor, scope: Scope, allowed: Deed, receive: Receive, send: Send) -> None:
    """Frames for one browser, until it goes, falls behind, or is not `allowed` any more."""
    bell, here = asyncio.Event(), asyncio.get_running_loop()
    watcher = Watcher(scope, lambda: ring(here, bell))
    floor.join(watcher)
    deeds = [
        asyncio.ensure_future(deed) for deed in (push(watcher, bell, send), allowed, gone(receive))
    ]
    try:
        await asyncio.wait(deeds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        floor.leave(watcher)
        for deed in deeds:
            deed.cancel()
        await asyncio.gather(*deeds, return_exceptions=True)
    await end(send)


def ring(loop: asyncio.AbstractEventLoop, bell: asyncio.Event) -> None:
    """Wake a stream from the floor's thread; at the process's end there is nobody to wake."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(bell.set)


async def push(watcher: Watcher, bell: asyncio.Event, send: Send) -> None:
    """Send what comes, and a sign of life when nothing does."""
    await begin(send, 200, STREAM_HEADERS)
    await say(send, HELLO)
    while not watcher.is_dropped:
        try:
            await asyncio.wait_for(bell.wait(), QUIET_SECONDS)
        except TimeoutError:
            await say(send, PING)
        bell.clear()
        while (frame := watcher.take()) is not None:
            await say(send, frame)


async def say(send: Send, chunk: bytes) -> None:
    """Send a piece, within a time."""
    message = {"type": "http.response.body", "body": chunk, "more_body": True}
    await asyncio.wait_for(send(message), SEND_SECONDS)


async def guard(rt: Runtime, headers: Mapping[str, str], scope: Scope, seconds: float) -> None:
    """End when the watcher may not watch this any more."""
    while True:
        await asyncio.sleep(seconds)
        try:
            if await asyncio.to_thread(may_watch, rt, headers) != scope:
                return
        except Problem:
            return


async def gone(receive: Receive) -> None:
    """End when the browser has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def end(send: Send) -> None:
    """Close the answer, if anybody is still there to hear it."""
    try:
        await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), 1)
    except Exception:  # noqa: BLE001 - the other side is gone, in whatever way the server says so
        return
