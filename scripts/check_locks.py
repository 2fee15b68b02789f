"""The lock files must answer what is asked for: *.in by *.txt, package.json by its lock.

Asks no registry: it compares names and versions, so a newer release is not a fault.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.setup import BROWSER_PROJECT, ROOT

REQUIREMENTS = ROOT / "requirements"
PINNED = re.compile(r"^(?P<name>[\w.-]+)(?:\[[\w,-]+\])?==(?P<version>[^\s;\\]+)", re.M)


def main() -> int:
    wrong = [
        *(fault for name in ("tools", "base", "dev", "bench") for fault in python_faults(name)),
        *(fault for project in (ROOT, BROWSER_PROJECT) for fault in npm_faults(project)),
    ]
    print("\n".join(f"{fault}: make lock" for fault in wrong))
    return 1 if wrong else 0


def python_faults(name: str) -> Iterator[str]:
    asked = asked_for(name)
    blocks = blocks_of((REQUIREMENTS / f"{name}.txt").read_text())
    for requirement in asked:
        pinned = blocks.get(canonicalize_name(requirement.name))
        version = PINNED.match(pinned) if pinned else None
        if version is None or not requirement.specifier.contains(version["version"]):
            yield f"{name}.txt does not satisfy {requirement}"
    names = {canonicalize_name(requirement.name) for requirement in asked}
    for package, block in blocks.items():
        if f"-r requirements/{name}.in" in block and package not in names:
            yield f"{name}.txt locks {package}, which {name}.in no longer asks for"
        if "--hash=sha256:" not in block:
            yield f"{name}.txt locks {package} without a hash"


def asked_for(name: str) -> list[Requirement]:
    lines = (REQUIREMENTS / f"{name}.in").read_text().splitlines()
    return [Requirement(line) for line in lines if line.strip() and line[0] not in "#-"]


def blocks_of(lock: str) -> dict[str, str]:
    """Each locked package's lines: its pin, hashes and the comment that says who asked."""
    blocks = re.split(r"^(?=[\w])", lock, flags=re.M)
    matches = ((PINNED.match(block), block) for block in blocks)
    return {canonicalize_name(match["name"]): block for match, block in matches if match}


def npm_faults(project: Path) -> Iterator[str]:
    asked = json.loads((project / "package.json").read_text())
    locked = json.loads((project / "package-lock.json").read_text())["packages"]
    for kind in ("dependencies", "devDependencies"):
        if asked.get(kind) != locked[""].get(kind):
            yield f"{project.name}/package-lock.json does not answer {kind} of package.json"
    for path, package in locked.items():
        if "resolved" in package:
            yield f"{project.name}/package-lock.json names a registry for {path}"
        if path and "integrity" not in package:
            yield f"{project.name}/package-lock.json has no hash for {path}"


if __name__ == "__main__":
    sys.exit(main())
