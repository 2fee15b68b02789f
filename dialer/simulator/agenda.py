"""The virtual clock: a heap of appointments that moves only when told to.

Instants are whole microseconds since the start, so that no sum of seconds ever drifts.
"""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

Deed = Callable[[], None]


def nothing() -> None:
    """What a cancelled appointment does."""


class Appointment:
    """One deed at one instant; cancelling it leaves the heap alone."""

    __slots__ = ("cancelled", "deed")

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True
        self.deed = nothing


class Agenda:
    """All that is going to happen, in order; equal instants keep the order of their making."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("start must be an aware instant")
        self._start = start
        self._elapsed = 0
        self._heap: list[tuple[int, int, Appointment]] = []
        self._order = itertools.count()
        self._watchers: list[Deed] = []
        self._depth = 0

    def now(self) -> datetime:
        return self._start + timedelta(microseconds=self._elapsed)

    def after(self, seconds: float, deed: Deed) -> Appointment:
        appointment = Appointment(deed)
        due = self._elapsed + max(0, round(seconds * 1_000_000))
        heapq.heappush(self._heap, (due, next(self._order), appointment))
        return appointment

    def each_step(self, watcher: Deed) -> None:
        """Have `watcher` run after every event (not after those inside a slow request)."""
        self._watchers.append(watcher)

    def seconds_to_next(self) -> float | None:
        """Seconds until the next appointment, None if the agenda is empty."""
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
        return (self._heap[0][0] - self._elapsed) / 1_000_000 if self._heap else None

    def advance(
        self, seconds: float, *, tick: float | None = None, each_tick: Deed = nothing
    ) -> None:
        """Live through `seconds`; with `tick`, also call `each_tick` every that many seconds."""
        end = self._elapsed + round(seconds * 1_000_000)
        stride = round(tick * 1_000_000) if tick else end - self._elapsed
        while self._elapsed < end:
            self._live_until(min(end, self._elapsed + stride))
            each_tick()
        self._live_until(end)

    def catch_up(self, instant: datetime) -> None:
        """Live until `instant`; an instant that has passed changes nothing."""
        self._live_until((instant - self._start) // timedelta(microseconds=1))

    def wait(self, seconds: float) -> None:
        """Live through `seconds` inside a slow request: the world goes on, no watcher is called."""
        self._depth += 1
        try:
            self._live_until(self._elapsed + round(seconds * 1_000_000))
        finally:
            self._depth -= 1

    def _live_until(self, end: int) -> None:
        self._depth += 1
        try:
            while self._heap and self._heap[0][0] <= end:
                self._live_next()
        finally:
            self._depth -= 1
        self._elapsed = max(self._elapsed, end)

    def _live_next(self) -> None:
        due, _, appointment = heapq.heappop(self._heap)
        if appointment.cancelled:
            return
        self._elapsed = max(self._elapsed, due)
        appointment.deed()
        if self._depth == 1:
            for watcher in self._watchers:
                watcher()
