"""Runs every check that needs no test, two at a time, and shows only what failed."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
CHECKS = {
    "types": ["mypy"],
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "imports": ["lint-imports", "--no-cache"],
    "configuration": ["dialer", "check-config"],
    "translations": ["python", "-m", "scripts.translations", "check"],
    "licences": ["python", "-m", "scripts.check_licences"],
    "locks": ["python", "-m", "scripts.check_locks"],
    "files": ["python", "-m", "scripts.check_files"],
}


@dataclass(frozen=True, kw_only=True)
class Result:
    name: str
    passed: bool
    seconds: float
    said: str


def main() -> int:
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = []
        for result in pool.map(check, CHECKS):
            print(
                f"  {'ok    ' if result.passed else 'FAILED'} {result.name} {result.seconds:.1f} s"
            )
            results.append(result)
    failed = [result for result in results if not result.passed]
    for result in failed:
        print(f"\n--- {result.name}\n{result.said}")
    return 1 if failed else 0


def check(name: str) -> Result:
    program, *arguments = CHECKS[name]
    started_at = time.monotonic()
    ended = subprocess.run(
        [BIN / program, *arguments],
        cwd=ROOT,
        env=own_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Result(
        name=name,
        passed=ended.returncode == 0,
        seconds=time.monotonic() - started_at,
        said=ended.stdout,
    )


def own_environment() -> dict[str, str]:
    """The shipped files are judged, not what the caller happens to have set."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    home = os.environ.get("HOME", "/")
    return {"PATH": path, "HOME": home, "LANG": "C.UTF-8", "DIALER_MODE": "demo"}


if __name__ == "__main__":
    sys.exit(main())
