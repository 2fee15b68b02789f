"""The live floor for programs: as JSON, and pushed as server-sent events."""

import queue
import threading
from collections.abc import Callable, Iterator

from flask import Blueprint, Response, request
from pydantic import RootModel

from dialer.api.problems import Problem, answer_problem
from dialer.api.route import BOSSES, Asked, Route
from dialer.api.watching import may_watch
from dialer.floor.board import snapshot_at
from dialer.floor.snapshot import Snapshot
from dialer.floor.stream import PING, Floor, Watcher
from dialer.models.board import Scope, scope_of
from dialer.runtime import Runtime

# Half of the threads of `dialer web`: the others are for webhooks and pages, come what may.
MOST_STREAMS = 16
LIFE_SECONDS = 5
QUIET_SECONDS = 2
AGAIN = b"retry: 200\n\n"
STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}


class BoardOut(RootModel[Snapshot]):
    """The floor now: tiles, the machine's runs, uncertain calls, today's figures."""


def show_board(asked: Asked) -> BoardOut:
    """The live floor: a supervisor's own team, an admin's whole house."""
    return BoardOut(snapshot_at(asked.rt, scope_of(asked.who.user)))


ROUTES = (
    Route(method="GET", path="/board", view=show_board, scope="board", roles=BOSSES,
          answer=BoardOut, tag="board"),
)  # fmt: skip


def make_stream(rt: Runtime) -> Blueprint:
    """/api/v1/board/stream by `web` itself: in the demo only, for a bounded number of watchers.

    Elsewhere a process of its own answers it (`dialer live`), for here each one costs a thread.
    """
    pages = Blueprint("stream", __name__, url_prefix="/api/v1")
    floor, seats = Floor(rt), threading.BoundedSemaphore(MOST_STREAMS)

    @pages.get("/board/stream")
    def board_stream() -> Response:
        """The floor, pushed within a second of every event."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        scope = may_watch(rt, headers)
        if not rt.settings.is_demo or not seats.acquire(blocking=False):
            raise Problem(503, "no_stream", "No stream is free here: poll /api/v1/board.")
        return Response(Stream(rt, floor, scope, seats.release), headers=STREAM_HEADERS)

    pages.register_error_handler(Problem, answer_problem)
    return pages


class Stream:
    """One browser's stream, for a few seconds: it comes again by itself, is asked again whether
    it may watch, and keeps no thread when the process has to end. The server closes it when the
    browser has gone, which frees its seat even if nothing was ever read from it."""

    def __init__(self, rt: Runtime, floor: Floor, scope: Scope, free: Callable[[], None]) -> None:
        self.rt, self.floor, self.free = rt, floor, free
        self.bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.watcher = Watcher(scope, lambda: self.bell.put(None))
        self.ends_at = rt.monotonic() + LIFE_SECONDS
        self.is_open = True

    def __iter__(self) -> Iterator[bytes]:
        """Frames while the watcher keeps up and its time is not over."""
        self.floor.join(self.watcher)
        yield AGAIN
        while not self.watcher.is_dropped and self.rt.monotonic() < self.ends_at:
            yield self.wait_for_frame() or PING
        self.close()

    def wait_for_frame(self) -> bytes | None:
        """The next frame; None after a quiet while."""
        try:
            self.bell.get(timeout=QUIET_SECONDS)
        except queue.Empty:
            return None
        return self.watcher.take()

    def close(self) -> None:
        """Stop watching, and give the seat back, once."""
        self.floor.leave(self.watcher)
        if self.is_open:
            self.is_open = False
            self.free()
