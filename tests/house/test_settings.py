"""config/env.example and the code know the same settings."""

import dataclasses
import re
from pathlib import Path

from dialer.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent


def settings() -> set[str]:
    return {field.name.upper() for field in dataclasses.fields(Settings)}


def test_the_example_names_exactly_the_settings_that_are_read() -> None:
    example = (ROOT / "config" / "env.example").read_text()
    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.M))
    assert named == settings()


def test_nothing_but_settings_is_read_from_the_environment() -> None:
    """The demo hands the exceptions to its own processes, or make hands them to the demo."""
    asked = re.compile(r"""os\.(?:getenv\(|environ(?:\.get\(|\[))["'](\w+)|envvar=["'](\w+)""")
    source = "".join(path.read_text() for path in (ROOT / "dialer").rglob("*.py"))
    names = {first or second for first, second in asked.findall(source)}
    assert names - settings() <= {"DIALER_CLOCK_BEGUN", "PORT", "SIM_PORT", "SPEED"}
