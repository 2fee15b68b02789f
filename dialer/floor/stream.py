"""Pushing the floor to whoever watches: one loop per process, however many watch.

The loop asks for the log's latest mark; where it moved, one snapshot per watched team becomes one
frame for all who watch it. It looks again a second after the last move, for PostgreSQL's ids may
commit out of order, and sends every 15 seconds in any case.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from dialer.floor.board import snapshot_at
from dialer.floor.snapshot import Snapshot, encode
from dialer.models.board import Mark, Scope, latest_mark
from dialer.runtime import Runtime

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.4
SETTLED_SECONDS = 1.0
REPEAT_SECONDS = 15.0
# A frame holds all that the one before did: whoever lags by so many has lost nothing else.
MOST_FRAMES = 8

PING = b": ping\n\n"
HELLO = b"retry: 2000\n\n"


def frame_of(snapshot: Snapshot) -> bytes:
    """A snapshot as a server-sent event."""
    return b"id: %d\nevent: board\ndata: %s\n\n" % (snapshot.event_id, encode(snapshot))


class Watcher:
    """One who watches: frames wait here until they are taken, and not too many of them.

    `ring` is called, from the loop's thread, when something has come. One who does not take
    frames in time is dropped: the browser comes again and sees the present at once.
    """

    def __init__(self, scope: Scope, ring: Callable[[], None]) -> None:
        self.scope = scope
        self.ring = ring
        self.is_new = True
        self.is_dropped = False
        self.frames: deque[bytes] = deque()

    def put(self, frame: bytes) -> None:
        """Leave a frame."""
        if len(self.frames) >= MOST_FRAMES:
            self.is_dropped = True
            self.frames.clear()
        else:
            self.is_new = False
            self.frames.append(frame)
        self.ring()

    def take(self) -> bytes | None:
        """The next frame, if there is one."""
        return self.frames.popleft() if self.frames else None


@dataclass
class Pulse:
    """What the loop remembers: where the log stood, and when it moved and was sent (monotonic)."""

    mark: Mark | None = None
    settles_at: float | None = None
    sent_at: float | None = None

    def beats(self, mark: Mark, at: float) -> bool:
        """Whether everybody is to be sent the floor now."""
        if mark != self.mark:
            self.mark, self.settles_at = mark, at + SETTLED_SECONDS
        elif self.settles_at is not None and at >= self.settles_at:
            self.settles_at = None
        elif self.sent_at is not None and at < self.sent_at + REPEAT_SECONDS:
            return False
        self.sent_at = at
        return True


class Floor:
    """The process's loop and its watchers. The loop lives while somebody watches."""

    def __init__(self, rt: Runtime) -> None:
        self.rt = rt
        self.pulse = Pulse()
        self.lock = threading.Lock()
        self.watchers: set[Watcher] = set()
        self.loop: threading.Thread | None = None

    def join(self, watcher: Watcher) -> None:
        """Watch from now on; the first frame comes with the loop's next look."""
        with self.lock:
            self.watchers.add(watcher)
            if self.loop is None:
                self.loop = threading.Thread(target=self.run, name="floor", daemon=True)
                self.loop.start()

    def leave(self, watcher: Watcher) -> None:
        """Watch no more."""
        with self.lock:
            self.watchers.discard(watcher)

    def run(self) -> None:
        """Look again and again until nobody watches."""
        while True:
            with self.lock:
                if not self.watchers:
                    self.loop = None
                    return
            self.look_safely()
            self.rt.wait(LOOK_SECONDS)

    def look_safely(self) -> None:
        """Look; with the database away the watchers keep what they have and are told nothing."""
        try:
            self.look()
        except SQLAlchemyError:
            log.warning("the floor cannot be read; its watchers wait", exc_info=True)

    def look(self) -> None:
        """Send what is to be sent: to all after a move, else to those who have just come."""
        with self.rt.sessions.read() as session:
            mark = latest_mark(session)
        beats = self.pulse.beats(mark, self.rt.monotonic())
        with self.lock:
            watchers = [watcher for watcher in self.watchers if beats or watcher.is_new]
        for scope in {watcher.scope for watcher in watchers}:
            frame = frame_of(snapshot_at(self.rt, scope))
            for watcher in watchers:
                if watcher.scope == scope:
                    watcher.put(frame)
