"""Nothing is installed that was not named, with its hash, by us."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))
PACKAGE_LOCKS = [
    ROOT / "package-lock.json",
    ROOT / "scripts" / "browser" / "package-lock.json",
]


@pytest.mark.parametrize("lock", REQUIREMENTS, ids=lambda path: path.stem)
def test_every_python_package_has_a_version_and_a_hash(lock: Path) -> None:
    packages = re.split(r"^(?=[a-z])", lock.read_text(), flags=re.M)[1:]
    assert packages
    assert [text for text in packages if "==" not in text or "--hash=sha256:" not in text] == []


@pytest.mark.parametrize("lock", PACKAGE_LOCKS, ids=["pages", "browser"])
def test_every_npm_package_has_a_hash_and_no_registry(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    locked = [package for path, package in packages.items() if path]
    assert locked
    assert all("integrity" in package and "resolved" not in package for package in locked)
