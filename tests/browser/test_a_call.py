"""A rep's call in a real browser, from the log-in to the log, over the simulated carrier."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.walking import log_in as log_in

Keep = Callable[[Page, str], None]
Card = dict[str, Any]
LAPTOP = {"width": 1280, "height": 720}


def choose_customer(page: Page, demo: Card, account: str) -> None:
    """Search the account and open the desk with its first contact."""
    page.goto(f"{demo['base_url']}/accounts")
    page.fill("[data-search]", account)
    page.press("[data-search]", "Enter")
    page.click(f".row-link >> text={account}")
    page.click(".dial-link")
    page.wait_for_selector("[data-brief]")


def write_brief(page: Page, point: str = "三年保修，今晚签约送安装") -> None:
    page.fill("#point", point)
    page.check('[name="target_stage"][value="3"]')
    expect(page.locator("[data-dial]")).to_be_enabled()


def wait_for(page: Page, status: str) -> None:
    page.wait_for_selector(f'[data-status="{status}"]', timeout=30_000)


def count_calls(page: Page, demo: Card) -> int:
    page.goto(f"{demo['base_url']}/calls")
    return page.locator(".row-link").count()


def test_a_rep_calls_a_customer_and_the_call_logs_itself(
    demo: Card, open_page: Opener, screenshot: Keep
) -> None:
    page = open_page(viewport=LAPTOP)
    log_in(page, demo, "wang.min")
    choose_customer(page, demo, "华东机械")
    expect(page.locator("[data-dial]")).to_be_disabled()
    write_brief(page)
    screenshot(page, "call-1-brief")

    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-live-call]")
    expect(page.locator(".point-words")).to_have_text("三年保修，今晚签约送安装")
    screenshot(page, "call-2-ringing")
    wait_for(page, "talking")
    page.fill("[data-note]", "客户要书面报价")
    screenshot(page, "call-3-talking")

    page.click(".point")
    page.keyboard.press("e")
    page.wait_for_selector("[data-wrap-up]", timeout=30_000)
    expect(page.locator("[data-note]")).to_have_value("客户要书面报价")
    page.keyboard.press("1")
    expect(page.locator("[data-next-fields]")).to_be_visible()
    screenshot(page, "call-4-wrap-up")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-brief]")

    page.goto(f"{demo['base_url']}/calls")
    page.click("tbody tr:first-child .row-link")
    expect(page.locator("h1")).to_have_text("张伟")
    expect(page.locator(".timeline-note")).to_have_text("客户要书面报价")
    screenshot(page, "call-5-log")


def test_two_clicks_on_dial_place_one_call(demo: Card, open_page: Opener) -> None:
    page = open_page(viewport=LAPTOP)
    log_in(page, demo, "liu.fang")
    before = count_calls(page, demo)
    page.goto(f"{demo['base_url']}/desk")
    page.wait_for_selector("[data-brief]")
    write_brief(page)
    page.dblclick("[data-dial]")
    page.wait_for_selector("[data-live-call]")
    page.reload()
    page.wait_for_selector("[data-live-call], [data-wrap-up]")
    assert count_calls(page, demo) == before + 1


def test_a_second_tab_shows_the_same_call(demo: Card, open_page: Opener) -> None:
    first = open_page(viewport=LAPTOP)
    log_in(first, demo, "lin.yuting")
    second = first.context.new_page()
    second.goto(f"{demo['base_url']}/desk")
    second.wait_for_selector("[data-brief]")
    write_brief(first)
    first.click("[data-dial]")
    for page in (first, second):
        page.wait_for_selector("[data-live-call], [data-wrap-up]", timeout=30_000)
    assert count_calls(second, demo) == 1


def test_the_keys_are_explained_at_a_question_mark(demo: Card, open_page: Opener) -> None:
    page = open_page(viewport=LAPTOP)
    log_in(page, demo, "chen.jie")
    page.goto(f"{demo['base_url']}/accounts")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
