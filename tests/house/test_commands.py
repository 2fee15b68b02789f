"""What people type: make's targets, the Procfile, the README's lines."""

import importlib
import re
import subprocess
from pathlib import Path

import click
import pytest

from dialer.cli import main as dialer

ROOT = Path(__file__).resolve().parent.parent.parent
PROMISED = {
    "setup", "run", "test", "check", "help", "bench", "bench-large", "chaos"
}  # fmt: skip


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def find_command(words: list[str]) -> click.Command | None:
    """What `dialer WORDS…` would run; options and arguments are left over."""
    command: click.Command = dialer
    for word in words:
        if not isinstance(command, click.Group):
            break
        found = command.get_command(click.Context(command), word)
        if found is None:
            return None
        command = found
    return command


def test_help_lists_every_target() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^  make ([a-z-]+) ", said.stdout, re.M))
    assert listed == targets()


def test_every_promised_target_is_there() -> None:
    assert targets() >= PROMISED


def test_the_procfile_has_the_promised_processes() -> None:
    assert {"web", "clock", "release"} <= set(procfile())


@pytest.mark.parametrize("process", sorted(procfile()))
def test_every_process_starts_a_command_that_exists(process: str) -> None:
    program, *words = procfile()[process].split()
    assert program == "dialer"
    assert find_command(words) is not None


def test_the_installed_script_is_the_one_that_is_tested() -> None:
    entry = re.search(r'^dialer = "([\w.]+):(\w+)"', (ROOT / "pyproject.toml").read_text(), re.M)
    assert entry is not None
    assert getattr(importlib.import_module(entry[1]), entry[2]) is dialer


def test_the_readme_names_only_targets_that_exist() -> None:
    named = re.findall(r"\bmake ([a-z][a-z-]+)\b", code_of_the_readme())
    assert named
    assert set(named) <= targets()


def test_the_readme_names_only_commands_that_exist() -> None:
    named = re.findall(r"\bdialer ((?:[a-z][a-z-]*\s?)+)", code_of_the_readme())
    assert named
    assert [words for words in named if find_command(words.split()) is None] == []


def code_of_the_readme() -> str:
    """Only what stands in backquotes: prose may say `make sure`."""
    text = (ROOT / "README.md").read_text()
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))
