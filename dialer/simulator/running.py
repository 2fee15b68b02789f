"""Wall time for the exchange: one lock, one thread that lives through what is due."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from dialer.simulator.courier import Answer, Done
from dialer.simulator.exchange import Exchange
from dialer.simulator.posting import HttpPort

LONGEST_NAP_SECONDS = 0.5
log = logging.getLogger(__name__)


def wall_time() -> datetime:
    return datetime.now(UTC)


class Runner:
    """Lets an exchange live at the wall clock's pace. All access goes through `held()`.

    What is in `closing` is closed along with it.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._ahead: timedelta = exchange.now() - wall_time()
        self._woken = threading.Condition(threading.RLock())
        self._stopped = False
        self.closing: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._live, name="exchange", daemon=True)
        exchange.deliver = HttpPort(self._settle)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._woken:
            self._stopped = True
            self._woken.notify_all()
        self._thread.join(timeout=2)
        for close in self.closing:
            close()

    @contextmanager
    def held(self) -> Iterator[Exchange]:
        """The exchange, caught up with the clock and ours alone."""
        with self._woken:
            self._catch_up()
            yield self._exchange
            self._woken.notify_all()

    def _catch_up(self) -> None:
        self._exchange.agenda.catch_up(wall_time() + self._ahead)

    def _live(self) -> None:
        with self._woken:
            while not self._stopped:
                try:
                    self._catch_up()
                except Exception:
                    log.exception("an event failed; the others go on")
                nap = self._exchange.agenda.seconds_to_next()
                self._woken.wait(min(LONGEST_NAP_SECONDS, max(0.001, nap or LONGEST_NAP_SECONDS)))

    def _settle(self, done: Done, answer: Answer) -> None:
        with self.held():
            done(answer)
