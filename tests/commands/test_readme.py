"""The README's steps towards a real carrier, typed as they stand there; the simulator is it."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.commands.shell import free_port
from tests.world import ACCOUNT_SID, AUTH_TOKEN, CALLER_IDS, CONFIG

ROOT = CONFIG.parent
SECONDS = 90


def steps() -> str:
    """Every block of the README that is to be typed, in its order, for this machine's ports."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", (ROOT / "README.md").read_text(), re.S | re.M)
    return "".join(blocks)


def filled_in(port: int, sim_port: int) -> str:
    """`config/env.example` as an operator leaves it."""
    values = {
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}", "SECRET_KEY": "k" * 16 + "1234567890abcdef",
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
    }  # fmt: skip
    text = (CONFIG / "env.example").read_text()
    for name, value in values.items():
        text = re.sub(f"^{name}=.*$", f"{name}={value}", text, flags=re.M)
    return f"{text}\nTWILIO_API_BASE_URL=http://127.0.0.1:{sim_port}\n"


@contextmanager
def carrier(port: int) -> Iterator[None]:
    account = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
               "CALLER_IDS": ",".join(CALLER_IDS)}  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "dialer.simulator", "--port", str(port)],
        cwd=ROOT, env={**os.environ, **account}, stdout=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            wait_for(f"http://127.0.0.1:{port}/")
            yield
        finally:
            process.terminate()


def wait_for(url: str) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  this machine
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


def test_the_steps_towards_a_carrier_work_as_they_are_written(tmp_path: Path) -> None:
    port, live_port, sim_port = free_port(), free_port(), free_port()
    (tmp_path / ".env").write_text(filled_in(port, sim_port))
    (tmp_path / "password.txt").write_text("correct horse battery\n")
    (tmp_path / "config").symlink_to(CONFIG)
    typed = steps().replace("--port 8000", f"--port {port}").replace("8001", str(live_port))
    # People wait until the processes answer before they ask the doctor; so does this.
    ready = f"until curl -sf {f'http://127.0.0.1:{port}/readyz'} >/dev/null; do sleep 0.2; done\n"
    typed = typed.replace("dialer doctor", f"{ready}sleep 2\ndialer doctor")
    script = f"set -eu\ntrap 'kill $(jobs -p)' EXIT\n{typed}echo all done\n"
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with carrier(sim_port):
        said = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path, env={**env, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    assert said.stdout.endswith("all done\n"), said.stdout + said.stderr
    assert "✗" not in said.stdout
    assert (tmp_path / "var" / "backup.db").exists()
