"""How long a machine that has it installed waits for the first page."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bench.measuring import alternate, keep
from tests.commands.shell import free_port

pytestmark = pytest.mark.bench

ROOT = Path(__file__).resolve().parent.parent.parent


def import_flask() -> None:
    subprocess.run([sys.executable, "-c", "import flask"], check=True)


def first_page(running: ExitStack) -> None:
    port, sim_port = free_port(), free_port()
    ports = [f"PORT={port}", f"SIM_PORT={sim_port}"]
    house = subprocess.Popen(
        ["make", "run", *ports], cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True
    )
    running.callback(stop, house)
    wait_for(f"http://127.0.0.1:{port}/login")


def stop(house: subprocess.Popen[bytes]) -> None:
    os.killpg(house.pid, signal.SIGINT)
    house.wait(30)


def wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  this machine
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise TimeoutError(url)


def test_make_run_to_the_first_page_beside_importing_flask() -> None:
    with ExitStack() as running:
        subjects = {
            "python -c 'import flask'": import_flask,
            "make run → first page": lambda: first_page(running),
        }
        figures = alternate(subjects, each=1, runs=5, after=running.close)
    keep("start", figures)
