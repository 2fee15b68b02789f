"""The frame around every page: the reader's theme, and the ways to the rooms."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.walking import log_in

Card = dict[str, Any]
WAYS = "[...document.querySelectorAll('.nav > a, .nav summary')].filter(one => one.offsetParent)"

PHONES = (320, 390, 430)


def test_the_page_follows_the_users_theme(demo: Card, open_page: Opener) -> None:
    page = open_page(color_scheme="light")
    log_in(page, demo, "liu.fang")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.goto(f"{demo['base_url']}/settings")
    page.check('[name="theme"][value="dark"]', force=True)
    page.click('form[action$="/look"] button')
    assert page.evaluate(paper) != light


@pytest.mark.parametrize("width", PHONES)
def test_the_ways_stand_in_one_row_on_a_phone(demo: Card, open_page: Opener, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 700})
    log_in(page, demo, "chen.jie")
    tops = page.evaluate(f"{WAYS}.map(one => Math.round(one.getBoundingClientRect().top))")
    rights = page.evaluate(f"{WAYS}.map(one => one.getBoundingClientRect().right)")
    assert (len(tops), len(set(tops))) == (5, 1)
    assert max(rights) <= width


def test_the_menu_holds_the_other_rooms_and_closes_again(demo: Card, open_page: Opener) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    log_in(page, demo, "chen.jie")
    menu = page.locator(".more-menu")
    page.click("[data-more] summary")
    for path in ("/tasks", "/rules", "/duties"):
        expect(menu.locator(f'a[href="{path}"]')).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    open_menu_and_leave(page)
    expect(page.locator("[data-more] summary")).to_have_attribute("aria-current", "page")


def open_menu_and_leave(page: Page) -> None:
    page.click("[data-more] summary")
    page.click('.more-menu a[href="/duties"]')
    page.wait_for_url("**/duties")
