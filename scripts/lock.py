"""Writes the lock files anew; `--upgrade` asks for the newest releases, else pins stay."""

import sys

from scripts.setup import BROWSER_PROJECT, PYTHON, ROOT, VENV, install_npm_packages, run

UV = (
    *(str(VENV / "bin" / "uv"), "pip", "compile", "--quiet", "--universal"),
    *("--python", str(PYTHON), "--python-version", "3.11"),
    *("--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "make lock"),
)


def main() -> None:
    for name in ("tools", "base", "dev", "bench"):
        files = (f"requirements/{name}.in", "-o", f"requirements/{name}.txt")
        run(*UV, *sys.argv[1:], *files)
    for project in (ROOT, BROWSER_PROJECT):
        install_npm_packages(project, "install", "--package-lock-only")


if __name__ == "__main__":
    main()
