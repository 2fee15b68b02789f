"""No file of the repository holds a secret, a registry's address or a path of one machine."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "a registry's address": r"pypi[.]org|pythonhoste[d]|registry[.]npmjs|deb[.]debian[.]org",
    "a path of one machine": r"(?<![\w.-])/(?:home|root|work|farm|Users)/(?!\W)",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a carrier's API key": r"\bSK(?=[0-9a-f]*[1-9a-f])(?!(\w)\1{5})[0-9a-f]{32}\b",
    "a secret in the clear": r"(?i)(?:auth_token|secret_key|api_key_secret)=[\w/+-]{24,}",
    "a foreign service's key": r"\b(?:ghp_|github_pat_|AKIA|xox[abp]-)\w{16,}",
}
PATTERNS = {what: re.compile(pattern) for what, pattern in FORBIDDEN.items()}


def main() -> int:
    if shutil.which("git") is None:
        print("git is missing: apt install git")
        return 1
    wrong = [fault for path in files() for fault in faults(path)]
    print("\n".join(wrong))
    return 1 if wrong else 0


def files() -> list[Path]:
    """What git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


def faults(path: Path) -> Iterator[str]:
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return
    for what, pattern in PATTERNS.items():
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{path.relative_to(ROOT)}:{line}: {what}"


if __name__ == "__main__":
    sys.exit(main())
