"""`dialer …` as people type it: a process of its own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.world import CONFIG, World

SETTINGS = (
    "PUBLIC_BASE_URL", "SECRET_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "DATABASE_URL",
)  # fmt: skip


def environ(world: World, **changes: str) -> dict[str, str]:
    """What an operator of this world's database would have set."""
    settings = world.rt.settings
    ours = {name: str(getattr(settings, name.lower())) for name in SETTINGS}
    return {
        **os.environ,
        **ours,
        "CALLER_IDS": ",".join(settings.caller_ids),
        "POLICY_DIR": str(CONFIG),
        "SPOOL_DIR": str(settings.spool_dir),
        **changes,
    }


def dialer(
    *arguments: str, env: dict[str, str], stdin: str = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dialer.cli", *arguments],
        env={**env, "PYTHONPATH": str(CONFIG.parent)},
        input=stdin,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
