"""Servers to be measured, each a process group of its own, and wrk as the one who asks."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.commands.shell import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
UNPACKED = ROOT / ".venv" / "load"
CONNECTIONS = 32
READY_SECONDS = 30
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Load:
    """What wrk saw: answers a second, latencies in milliseconds, and what was not 2xx."""

    per_second: float
    p50_ms: float
    p99_ms: float
    answers: int
    errors: int


@contextmanager
def granian(
    target: str, environ: Mapping[str, str] = NOTHING, *, workers: int = 1, threads: int = 16
) -> Iterator[str]:
    """A WSGI app on granian; gives its address."""
    port = free_port()
    command = [
        "granian", "--interface", "wsgi", "--workers", str(workers), "--blocking-threads",
        str(threads), "--port", str(port), "--no-log", "--factory", target,
    ]  # fmt: skip
    with process(command, environ):
        yield wait_for(f"http://127.0.0.1:{port}")


@contextmanager
def dialer_web(environ: Mapping[str, str], *, workers: int = 1) -> Iterator[str]:
    """The product's web as it is shipped: `dialer web`."""
    port = free_port()
    command = ["dialer", "web", "--port", str(port), "--workers", str(workers)]
    with process(command, environ):
        yield wait_for(f"http://127.0.0.1:{port}")


@contextmanager
def gunicorn(target: str, *, workers: int = 1) -> Iterator[str]:
    """A WSGI app on gunicorn's sync workers."""
    port = free_port()
    command = ["gunicorn", "-k", "sync", "-w", str(workers), "-b", f"127.0.0.1:{port}",
               "--log-level", "error", f"{target}()"]  # fmt: skip
    with process(command, NOTHING):
        yield wait_for(f"http://127.0.0.1:{port}")


@contextmanager
def process(command: Sequence[str], environ: Mapping[str, str]) -> Iterator[None]:
    """One server and whatever it starts, ended together."""
    program = Path(sys.executable).parent / command[0]
    with subprocess.Popen(
        [program, *command[1:]],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as server:
        try:
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(READY_SECONDS)


def wait_for(base: str) -> str:
    """The address, once somebody answers there."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=2):  # noqa: S310  this machine
                return base
        except urllib.error.HTTPError:
            return base
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(base)


def find_wrk() -> str:
    """The system's, or the one that `make bench` has unpacked."""
    wrk = shutil.which("wrk") or shutil.which("wrk", path=str(UNPACKED / "usr" / "bin"))
    assert wrk is not None, "wrk is missing: make bench brings it"
    return wrk


def ask(base: str, script: Path, seconds: int, connections: int = CONNECTIONS) -> Load:
    """Ask as fast as answers come, from one thread that never waits for another's."""
    libraries = ":".join(str(path.parent) for path in UNPACKED.glob("usr/lib/*/libluajit*.so.2"))
    said = subprocess.run(
        [find_wrk(), "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script, base],
        capture_output=True, text=True, check=True,
        env={**os.environ, "LD_LIBRARY_PATH": libraries},
    )  # fmt: skip
    told = json.loads(said.stdout.splitlines()[-1])
    return Load(
        per_second=told["answers"] / (told["us"] / 1e6), p50_ms=told["p50"] / 1000,
        p99_ms=told["p99"] / 1000, answers=told["answers"], errors=told["errors"],
    )  # fmt: skip


REPORT = """
function done(summary, latency, requests)
  local e = summary.errors
  print(string.format('\\n{"answers": %d, "us": %d, "p50": %d, "p99": %d, "errors": %d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.status + e.connect + e.read + e.write + e.timeout))
end
"""
TELL = """
local tellings = {}
for line in io.lines("%s") do tellings[#tellings + 1] = line end
local at = 0
local head = {["Content-Type"] = "application/x-www-form-urlencoded"}
function request()
  at = at %% #tellings + 1
  local path, signature, body = tellings[at]:match("^(%%S+) (%%S+) (.*)$")
  head["X-Twilio-Signature"] = signature
  return wrk.format("POST", path, head, body)
end
"""


def write_script(folder: Path, tellings: Sequence[str]) -> Path:
    """A script that sends each line, `PATH SIGNATURE BODY`, once and in order."""
    lines, script = folder / "tellings.txt", folder / "tell.lua"
    lines.write_text("\n".join(tellings))
    script.write_text(TELL % lines + REPORT)
    return script
