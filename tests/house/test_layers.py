"""The picture of the house is kept by import-linter; here it must find no fault."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_room_imports_only_what_stands_below_it() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    ended = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout
