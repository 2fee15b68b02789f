"""Every locked package, Python and npm, must come under a licence of the list."""

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata

from scripts.setup import BROWSER_PROJECT, ROOT

ALLOWED = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0",
    "ISC", "LGPL-3.0-only", "MIT", "MIT-0", "MPL-2.0", "OFL-1.1", "PSF-2.0", "PostgreSQL",
    "Unlicense", "ZPL-2.1", "Zlib",
}  # fmt: skip
# What packages without an SPDX expression write instead.
SPELLINGS = {
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}


def main() -> int:
    wrong = [*python_faults(), *npm_faults()]
    print("\n".join(wrong))
    return 1 if wrong else 0


def python_faults() -> Iterator[str]:
    """Packages of other platforms are locked too, but not here to be asked."""
    locked = (ROOT / "requirements" / "dev.txt").read_text()
    for name in re.findall(r"^([\w.-]+)==", locked, re.M):
        try:
            told = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        licence = licence_of(told)
        if not is_allowed(licence):
            yield f"Python package {name}: {licence!r} is not on the list"


def licence_of(told: metadata.PackageMetadata) -> str:
    """The expression; else the classifiers, of which all must do; else the first line of text."""
    if "License-Expression" in told:
        return told["License-Expression"]
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in told.get_all("Classifier", [])
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    texts = told.get_all("License", [""])
    names = classifiers or [next(iter(texts[0].splitlines()), "")]
    return " AND ".join(SPELLINGS.get(name, name) for name in names)


def npm_faults() -> Iterator[str]:
    for project in (ROOT, BROWSER_PROJECT):
        packages = json.loads((project / "package-lock.json").read_text())["packages"]
        for path, package in packages.items():
            licence = package.get("license", "")
            if not is_allowed(licence):
                yield f"npm package {path}: {licence!r} is not on the list"


def is_allowed(expression: str) -> bool:
    """Of alternatives one must be on the list, of conditions all."""
    alternatives = expression.strip("()").split(" OR ")
    return any(
        all(part.strip("() ") in ALLOWED for part in alternative.split(" AND "))
        for alternative in alternatives
    )


if __name__ == "__main__":
    sys.exit(main())
