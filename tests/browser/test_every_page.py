"""Every page that there is, found by its links: in three languages, light, dark, wide, narrow.

A page that is added is looked at here from the moment a link leads to it.
"""

import re
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import ROOT, SCREENSHOTS, Opener, run_demo
from tests.browser.reading import strangers
from tests.browser.walking import ask, choose_look, kind_of, log_in, walk

Card = dict[str, Any]
Theme = Literal["light", "dark"]
LAPTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
# Each language is looked at on a laptop by day, and in one more way. What has to do with colours
# and sizes is the same in all languages, so each look is checked in one of them.
LOOKS: dict[str, tuple[ViewportSize, Theme]] = {
    "en": (LAPTOP, "dark"), "zh-CN": (PHONE, "light"), "zh-TW": (PHONE, "dark"),
}  # fmt: skip
CHECKED = {("en", "light"), ("zh-TW", "dark")}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
AXE = ROOT / "scripts" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
FAULTS = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200))}`);
}"""
# The demo's own people and firms, and what this test writes.
WRITTEN = (
    *("East", "Administrator", "admin", "wang.min", "liu.fang", "lin.yuting", "chen.jie", "demo"),
    *("INV-7", "三年保修", "电话桥", "電話橋", "简体中文", "繁體中文", "English"),
)


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Names of customers and colleagues, which stand in their own script in every language."""
    floor = tomllib.loads((ROOT / "config" / "demo.toml").read_text())
    users = [user["full_name"] for user in floor["users"]]
    contacts = [contact for account in floor["accounts"] for contact in account["contacts"]]
    rows = [*floor["accounts"], *contacts]
    return {
        *users,
        *(name[0] for name in users if not name.isascii()),
        *(row["name"] for row in rows),
        *WRITTEN,
    }


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Card]:
    """A demo of its own, which nobody else writes names into, with something on every page."""
    with run_demo(tmp_path_factory.mktemp("lived-in"), speed=10) as card:
        live_in(card)
        yield card


def live_in(demo: Card) -> None:
    """A call, a debt, and a planned reminder."""
    brief = {"point": "三年保修", "target_stage": 3}
    wish = {"contact_id": 1, "purpose": "follow_up", "brief": brief}
    call_id = ask(demo, "/calls", wish, "every-page")["id"]
    debt = {"account_id": 1, "contact_id": 1, "reference": "INV-7", "amount_minor": 123450,
            "currency": "CNY", "due_on": "2026-02-01"}  # fmt: skip
    ask(demo, "/receivables", debt)
    task = {"contact_id": 2, "purpose": "reminder", "mode": "machine", "note": "三年保修",
            "due_at": "2026-03-05T03:00:00Z"}  # fmt: skip
    ask(demo, "/tasks", task, "every-page")
    wait_until(lambda: ask(demo, f"/calls/{call_id}")["answered_at"])
    ask(demo, f"/calls/{call_id}/hangup", {})
    wait_until(lambda: ask(demo, f"/calls/{call_id}")["ended_at"])
    ask(demo, f"/calls/{call_id}/disposition", {"disposition": "said", "note": "三年保修"})


def wait_until(true: Callable[[], Any]) -> None:
    while not true():
        time.sleep(0.2)


@pytest.mark.parametrize("language", LOOKS)
def test_every_page_reads_well(
    lived_in: Card, open_page: Opener, names: set[str], language: str
) -> None:
    page = open_page(viewport=LAPTOP, locale=language)
    log_in(page, lived_in, "admin")
    choose_look(page, lived_in, language)
    faults, seen = [], []
    for path in walk(page, lived_in["base_url"]):
        seen.append(path)
        faults += [f"{path}: {fault}" for fault in look_at(page, path, language, names)]
    assert len(seen) >= 25, seen
    assert not faults, "\n".join(faults)


def look_at(page: Page, path: str, language: str, names: set[str]) -> Iterator[str]:
    """Keep its pictures, and say what is wrong with it."""
    name = re.sub(r"\W+", "-", kind_of(path)).strip("-") or "home"
    by_day: tuple[ViewportSize, Theme] = (LAPTOP, "light")
    for size, theme in (by_day, LOOKS[language]):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme)
        keep(page, f"{language}-{'phone' if size is PHONE else 'laptop'}-{theme}", name)
        if page.evaluate(OVERFLOW) > 0:
            yield f"wider than {size['width']}"
        if (language, theme) in CHECKED:
            yield from faults_of(page, theme)
    yield from (f"in another language: {text!r}" for text in strangers(page, language, names))
    page.set_viewport_size(LAPTOP)


def faults_of(page: Page, theme: Theme) -> list[str]:
    """What the accessibility checker calls serious."""
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(FAULTS)
    return [f"{theme}: {fault}" for fault in found]


def keep(page: Page, folder: str, name: str) -> None:
    place: Path = SCREENSHOTS / folder
    place.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=place / f"{name}.png", full_page=True)
