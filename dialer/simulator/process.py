"""Small processes on the virtual clock: generators that yield what they wait for.

`yield Wait(seconds=3)` sleeps; `key = yield Wait(promise, 5)` waits for a promise for at most five
seconds and gives None when the time is over.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from dialer.simulator.agenda import Agenda, Appointment


class Promise:
    """A value that comes once. The first `keep` counts; the rest is ignored."""

    def __init__(self) -> None:
        self.kept = False
        self.value: Any = None
        self._waiting: list[Callable[[Any], None]] = []

    def keep(self, value: Any = True) -> None:
        if self.kept:
            return
        self.kept, self.value = True, value
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell(value)

    def then(self, tell: Callable[[Any], None]) -> None:
        if self.kept:
            tell(self.value)
        else:
            self._waiting.append(tell)


@dataclass(frozen=True)
class Wait:
    """What a process waits for: a promise, a number of seconds, or whichever comes first."""

    promise: Promise | None = None
    seconds: float | None = None


Steps = Generator[Wait, Any, Any]


class Process:
    """A running generator. It starts at the next event, never inside the caller."""

    def __init__(self, agenda: Agenda, steps: Steps) -> None:
        self.ended = Promise()
        self._agenda = agenda
        self._steps = steps
        self._turn = 0
        self._running = False
        self._cancelled = False
        self._alarm: Appointment | None = agenda.after(0, lambda: self._resume(0, None))

    def cancel(self) -> None:
        """Stop where it stands; a process may cancel itself."""
        self._cancelled = True
        self._drop_alarm()
        if not self._running:
            self._steps.close()

    def _drop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _resume(self, turn: int, value: Any) -> None:
        if turn != self._turn or self._cancelled:
            return
        self._drop_alarm()
        self._turn += 1
        self._running = True
        try:
            wait = self._steps.send(value)
        except StopIteration as end:
            self.ended.keep(end.value)
            return
        finally:
            self._running = False
        self._await(wait)

    def _await(self, wait: Wait) -> None:
        if self._cancelled:
            self._steps.close()
            return
        turn, promise = self._turn, wait.promise

        def expire() -> None:
            self._resume(turn, promise.value if promise else None)

        if wait.seconds is not None:
            self._alarm = self._agenda.after(wait.seconds, expire)
        if promise is not None:
            promise.then(lambda value: self._soon(turn, value))

    def _soon(self, turn: int, value: Any) -> None:
        """Go on at the next event, never inside whoever kept the promise."""
        self._agenda.after(0, lambda: self._resume(turn, value))
