"""A new colleague: invited by a link, with a password and a second factor, in three languages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.test_a_call import log_in

Keep = Callable[[Page, str], None]
Card = dict[str, Any]
LAPTOP, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PASSWORD = "three violet otters"
PAGES = (
    "/people", "/people/1", "/people/invite", "/programs", "/audit", "/settings/sessions",
    "/settings/second-factor",
)  # fmt: skip


def speak(page: Page, demo: Card, language: str) -> None:
    page.goto(f"{demo['base_url']}/settings")
    page.check(f'[name="language"][value="{language}"]', force=True)
    page.click('form[action$="/look"] button')


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [(LAPTOP, "light", "zh-CN"), (LAPTOP, "dark", "en"), (PHONE, "light", "zh-TW")],
)
def test_a_colleague_is_invited_and_comes_in(
    demo: Card, open_page: Opener, screenshot: Keep, size: Any, theme: str, language: str
) -> None:
    look: dict[str, Any] = {"viewport": size, "color_scheme": theme, "locale": language}
    admin, name = open_page(**look), f"new.{language.lower()}"
    log_in(admin, demo, "admin")
    speak(admin, demo, language)
    admin.goto(f"{demo['base_url']}/people/invite")
    admin.fill("#name", name)
    admin.fill("#full_name", "新同事")
    admin.check(f'[name="language"][value="{language}"]', force=True)
    admin.click("main form button[type=submit]")
    screenshot(admin, f"people-link-{language}")
    link = admin.input_value("#link")

    guest = open_page(**look)
    guest.goto(link)
    expect(guest).to_have_url(re.compile("/welcome$"))
    guest.fill("#password", "short")
    expect(guest.locator(".strength-word")).to_contain_text("7")
    guest.fill("#password", PASSWORD)
    expect(guest.locator(".strength")).to_have_class("strength tone-talking")
    guest.fill("#again", PASSWORD)
    screenshot(guest, f"people-welcome-{language}")
    guest.click("main form button[type=submit]")
    guest.fill("#password", PASSWORD)
    guest.press("#password", "Enter")
    guest.wait_for_selector(".nav")
    assert guest.locator("html").get_attribute("lang") in ("en", "zh-Hans-CN", "zh-Hant-TW")
    guest.goto(f"{demo['base_url']}/settings/second-factor")
    guest.click("main .empty button")
    expect(guest.locator(".factor-show img")).to_be_visible()
    screenshot(guest, f"people-factor-{language}")
    for path in PAGES:
        admin.goto(demo["base_url"] + path)
        screenshot(admin, f"people-{path.strip('/').replace('/', '-')}-{language}")
        assert admin.evaluate(OVERFLOW) <= 0, path


def test_whoever_is_shut_out_is_out_at_the_next_step(demo: Card, open_page: Opener) -> None:
    admin, rep = open_page(locale="en"), open_page(locale="en")
    log_in(admin, demo, "admin")
    log_in(rep, demo, "lin.yuting")
    admin.goto(f"{demo['base_url']}/people?q=lin.yuting")
    admin.click(".row-link")
    admin.click('form[action$="/disable"] button')
    rep.goto(f"{demo['base_url']}/accounts")
    expect(rep).to_have_url(re.compile("/login"))
    admin.click('form[action$="/enable"] button')
    expect(admin.locator('form[action$="/disable"] button')).to_be_visible()
