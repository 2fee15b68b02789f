"""The colours: readable in light and in dark, and the two ways into the dark are one."""

import re
from pathlib import Path

import pytest

CSS = Path("dialer/static/src/css")
TOKENS = (CSS / "parts" / "tokens.css").read_text()
TEXT = (
    "ink", "ink-2", "ink-3", "accent", "ringing", "talking", "target", "late", "over", "waiting",
    "closed",
)  # fmt: skip
TONES = ("ringing", "talking", "target", "late", "over", "waiting", "closed")


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))


LIGHT = colours(TOKENS.partition("@media")[0])
DARK_WISHED = colours(TOKENS.partition('[data-theme="dark"]')[2])
DARK_BY_SYSTEM = colours(
    TOKENS.partition("@media")[2].partition('[data-theme="light"] {\n  color')[0]
)


def brightness(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(d * 2 for d in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((brightness(one), brightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK_WISHED], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "wash"])
def test_every_text_is_readable(theme: dict[str, str], ground: str) -> None:
    faint = {name: contrast(theme[name], theme[ground]) for name in TEXT}
    assert {name: value for name, value in faint.items() if value < 4.5} == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK_WISHED], ids=["light", "dark"])
def test_every_tone_is_readable_on_its_own_wash(theme: dict[str, str]) -> None:
    faint = {name: contrast(theme[name], theme[f"{name}-wash"]) for name in TONES}
    assert {name: value for name, value in faint.items() if value < 4.5} == {}
    assert contrast(theme["on-accent"], theme["accent"]) >= 4.5
    assert contrast(theme["accent"], theme["accent-wash"]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK_WISHED], ids=["light", "dark"])
def test_the_edges_of_fields_can_be_seen(theme: dict[str, str]) -> None:
    assert contrast(theme["line-strong"], theme["paper"]) >= 3


def test_dark_is_the_same_whoever_wished_for_it() -> None:
    assert DARK_BY_SYSTEM == DARK_WISHED
    assert len(DARK_WISHED) > 20


def test_no_other_style_names_a_colour() -> None:
    parts = [path for path in CSS.rglob("*.css") if path.name not in ("tokens.css", "dialog.css")]
    assert [path for path in parts if re.search(r"#[0-9a-f]{3,8}\b|rgb\(", path.read_text())] == []
