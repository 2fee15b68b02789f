"""What the pages look like: on a laptop and a phone, light and dark, in three languages."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.browser.test_a_call import log_in

Keep = Callable[[Page, str], None]
SIZES = {"laptop": {"width": 1280, "height": 720}, "phone": {"width": 390, "height": 844}}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = (
    "/desk", "/accounts", "/accounts/1", "/calls", "/settings",
    "/rules", "/unreachable", "/suppressions", "/evidence",
)  # fmt: skip


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [
        ("laptop", "light", "zh-CN"),
        ("laptop", "dark", "en"),
        ("phone", "light", "zh-TW"),
        ("phone", "dark", "en"),
    ],
)
def test_every_page_fits_and_is_kept_as_a_picture(
    demo: dict[str, Any],
    open_page: Opener,
    screenshot: Keep,
    size: str,
    theme: str,
    language: str,
) -> None:
    page = open_page(viewport=SIZES[size], color_scheme=theme, locale=language)
    log_in(page, demo, "wang.min")
    page.goto(f"{demo['base_url']}/settings")
    page.check(f'[name="language"][value="{language}"]', force=True)
    page.click('form[action$="/look"] button')
    for path in PAGES:
        page.goto(demo["base_url"] + path)
        screenshot(page, f"{path.strip('/').replace('/', '-')}-{size}-{theme}-{language}")
        assert page.evaluate(OVERFLOW) <= 0, path


def test_the_page_follows_the_users_theme(demo: dict[str, Any], open_page: Opener) -> None:
    page = open_page(color_scheme="light")
    log_in(page, demo, "liu.fang")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.goto(f"{demo['base_url']}/settings")
    page.check('[name="theme"][value="dark"]', force=True)
    page.click('form[action$="/look"] button')
    assert page.evaluate(paper) != light
