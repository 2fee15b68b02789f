"""python -m tests.chaos.zygote: forks real webs and clocks on demand, so that a life costs little.

Each line on stdin is a wish, {"role": "clock" or "web" or "record_after", "port": 0, "log": PATH,
"death": {"point": "committed", "step": "intend", "nth": 1} or null}; each line on stdout is the
new process's id. A child is as if it had been started by hand: it has a session of its own, opens
its own database and sockets, and knows nothing of its siblings. What is to die at a named step
does so by itself, with SIGKILL: at a commit of SQLAlchemy's, or as a request's bytes leave.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from dialer.app import create_app
from dialer.commands.house import open_runtime
from dialer.scheduling.__main__ import main as run_clock
from tests.chaos import record_after

Wish = dict[str, Any]
HOST = "127.0.0.1"


def serve_web(port: int) -> int:
    """The web's application, in as many threads as are asked for."""
    make_server(HOST, port, create_app(open_runtime()), threaded=True).serve_forever()
    return 0


ROLES: dict[str, Callable[[int], int]] = {
    "clock": lambda _port: run_clock(),
    "web": serve_web,
    "record_after": lambda _port: record_after.main(),
}


class Death:
    """Waits for the n-th time that a step is reached, and kills the process there."""

    def __init__(self, point: str, step: str, nth: int) -> None:
        self.point, self.step, self.left = point, step, nth

    def watch(self) -> None:
        if self.point in ("before_commit", "committed"):
            event = "before_commit" if self.point == "before_commit" else "after_commit"
            sa.event.listen(Session, event, lambda _session: self.reach(step_of_caller(self.step)))
        else:
            sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """A request's first bytes: nothing has left yet, or everything is about to."""
        if event == "http.client.send" and bytes(arguments[1][:5]) == b"POST ":
            self.reach(self.step if b"alls.json" in arguments[1][:200] else "")

    def reach(self, step: str) -> None:
        self.left -= step == self.step
        if self.left == 0 and step == self.step:
            self.strike()

    def strike(self) -> None:
        if self.point == "sent":
            delay = (os.getpid() % 8) * 0.004
            threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL)).start()
        else:
            os.kill(os.getpid(), signal.SIGKILL)


def step_of_caller(wanted: str) -> str:
    """The wanted step, if it is among the functions that are being run."""
    frame = sys._getframe(1)  # noqa: SLF001 - which verb commits
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code.co_name == wanted:
            return wanted
    return ""


def live(wish: Wish) -> None:
    """A child's whole life."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (0, 1, 2):
        os.dup2(log, stream)
    if wish["death"]:
        Death(**wish["death"]).watch()
    os._exit(ROLES[wish["role"]](wish["port"]))


def main() -> None:
    """Fork for each wish until stdin ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                live(json.loads(line))
            finally:
                os._exit(70)
        print(child, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
