"""A rep's whole day by the keyboard alone: no mouse is touched."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener

Keep = Callable[[Page, str], None]
TABS = 30
TRIES = 3


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(TABS):
        if page.evaluate("wanted => document.activeElement?.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached with Tab")


def press_until_focused(page: Page, key: str, selector: str) -> None:
    """Press a key, as people do: once more where the page was just being drawn anew."""
    for _ in range(TRIES):
        page.keyboard.press(key)
        with suppress(AssertionError):
            return expect(page.locator(selector)).to_be_focused(timeout=1500)
    where = "[document.activeElement.outerHTML, document.querySelector('dialog[open]')?.outerHTML]"
    raise AssertionError(f"{key} leads to {page.evaluate(where)}")


def dial(page: Page, point: str) -> None:
    tab_to(page, "#point")
    page.keyboard.type(point)
    expect(page.locator("[data-dial]")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector('[data-status="talking"]', timeout=60_000)


def test_a_rep_works_without_a_mouse(
    demo: dict[str, Any], open_page: Opener, screenshot: Keep
) -> None:
    page = open_page(viewport={"width": 1280, "height": 720})
    login = next(one for one in demo["logins"] if one["name"] == "wang.min")
    page.goto(demo["base_url"])
    for field, text in (("#name", login["name"]), ("#password", login["password"])):
        tab_to(page, field)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-brief]")
    first = page.locator(".callee h1").inner_text()

    tab_to(page, "[data-next-call]")
    page.keyboard.press("n")
    expect(page.locator(".callee h1")).not_to_have_text(first)
    second = page.locator(".callee h1").inner_text()

    dial(page, "三年保修")
    page.keyboard.press("h")
    page.wait_for_selector('[data-on-hold="yes"]')
    page.keyboard.press("h")
    page.wait_for_selector('[data-on-hold="no"]')
    page.keyboard.press("t")
    expect(page.locator("[data-transfer]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-transfer]")).to_be_hidden()
    press_until_focused(page, "/", "[data-talk-search]")
    page.keyboard.type("贵")
    expect(page.locator(".talk-piece:visible")).to_have_count(1)
    screenshot(page, "by-keyboard-talk")
    page.keyboard.press("Escape")
    page.keyboard.press("e")

    page.wait_for_selector("[data-wrap-up]", timeout=60_000)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-brief]")
    expect(page.locator(".callee h1")).not_to_have_text(second)

    tab_to(page, "[data-pause]")
    page.keyboard.press("p")
    page.keyboard.press("2")
    expect(page.locator("[data-resume]")).to_be_visible()
    screenshot(page, "by-keyboard-paused")
    tab_to(page, "[data-resume]")
    page.keyboard.press("p")
    expect(page.locator("[data-resume]")).to_be_hidden()
