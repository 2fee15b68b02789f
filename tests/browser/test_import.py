"""A messy customer list, from the drop zone to the corrected mistakes, in a real browser."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Opener
from tests.browser.test_a_call import log_in

Keep = Callable[[Page, str], None]
SIZES = {"laptop": {"width": 1280, "height": 720}, "phone": {"width": 390, "height": 844}}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
MESSY = """客户名单（华东区）,,,,,
公司名称,联系人,联系电话（必填）,客户等级,销售,备注
杭州精工{tag},周婷,0571-8765 4{n:03} / １３６００１３６{n:03},Ａ类,wang.min,老客户
宁波海运{tag},吴磊,手机:137 0013 7{n:03},B,,
苏州纺织{tag},郑洁,021-55550190转801,C,,
无锡电机{tag},冯强,1.38E+10,D,nobody,
南京食品{tag},陈静,0086-138-0025-0{n:03},d,,=1+1
"""


def messy(n: int) -> bytes:
    return MESSY.format(tag=n, n=n).encode("gb18030")


def choose(page: Page, demo: dict[str, Any], content: bytes, name: str = "名单.csv") -> None:
    page.goto(f"{demo['base_url']}/imports")
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "", "buffer": content})


def read_language(page: Page, demo: dict[str, Any], language: str) -> None:
    page.goto(f"{demo['base_url']}/settings")
    page.check(f'[name="language"][value="{language}"]', force=True)
    page.click('form[action$="/look"] button')


@pytest.mark.parametrize(
    ("n", "size", "theme", "language"),
    [
        (101, "laptop", "light", "zh-CN"),
        (202, "laptop", "dark", "en"),
        (303, "phone", "light", "zh-TW"),
    ],
)
def test_a_messy_list_is_checked_and_brought_in(
    demo: dict[str, Any],
    open_page: Opener,
    screenshot: Keep,
    n: int,
    size: str,
    theme: str,
    language: str,
) -> None:
    page = open_page(viewport=SIZES[size], color_scheme=theme, locale=language)
    log_in(page, demo, "admin")
    read_language(page, demo, language)
    look = f"{size}-{theme}-{language}"
    choose(page, demo, messy(n))
    screenshot(page, f"imports-1-{look}")
    page.click(".import-form [type=submit]")
    expect(page.locator(".preview tbody tr")).to_have_count(5)
    expect(page.locator(".preview .is-failed")).to_have_count(2)
    assert page.evaluate(OVERFLOW) <= 0
    screenshot(page, f"imports-2-{look}")
    page.click('[name="deed"][value="start"]')
    page.wait_for_selector(".import-faults")
    expect(page.locator('[data-figure="created"]')).to_have_text("3")
    assert page.evaluate(OVERFLOW) <= 0
    screenshot(page, f"imports-3-{look}")


def test_mistakes_are_taken_away_put_right_and_brought_in_again(
    demo: dict[str, Any], open_page: Opener
) -> None:
    page = open_page(viewport=SIZES["laptop"], locale="en")
    log_in(page, demo, "admin")
    for content in (messy(404), None):
        choose(page, demo, content or corrected(page), "list.csv")
        page.click(".import-form [type=submit]")
        page.click('[name="deed"][value="start"]')
        page.wait_for_selector(".import-steps:not(:has([aria-current]))")
    expect(page.locator('[data-figure="created"]')).to_have_text("2")
    expect(page.locator('[data-figure="failed"]')).to_have_text("0")


def corrected(page: Page) -> bytes:
    """The rows with mistakes as a person puts them right."""
    with page.expect_download() as download:
        page.click("a[download]")
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    for place, row in enumerate(rows[1:]):
        row[2], row[4] = f"1350013540{place}", ""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def test_the_columns_are_corrected_by_keyboard_alone(
    demo: dict[str, Any], open_page: Opener
) -> None:
    page = open_page(viewport=SIZES["laptop"], locale="en")
    log_in(page, demo, "admin")
    choose(page, demo, b"A,B\nOak Ltd,+1 305 555 0777\n")
    page.focus(".import-form [type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".preview")
    expect(page.locator(".preview tbody tr")).to_have_count(2)  # no heading that says anything
    page.focus("#heading_row")
    page.select_option("#heading_row", "1")
    expect(page.locator(".preview tbody tr")).to_have_count(1)
    page.select_option('[name="column-0"]', "account")
    page.wait_for_load_state()
    expect(page.locator(".preview .is-unused")).to_have_count(2)
    page.select_option('[name="column-1"]', "numbers")
    expect(page.locator(".preview .is-unused")).to_have_count(0)
    expect(page.locator(".preview .tag")).to_have_class("tag tone-talking")


def test_what_is_no_table_is_refused_beside_the_file(
    demo: dict[str, Any], browser: Browser, screenshot: Keep
) -> None:
    page = browser.new_page(locale="en")  # 422 stands in its console
    log_in(page, demo, "admin")
    choose(page, demo, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8, "photo.png")
    page.click(".import-form [type=submit]")
    expect(page.locator("[data-error=file]")).not_to_be_empty()
    expect(page.locator(".import-form [type=submit]")).to_be_enabled()
    screenshot(page, "imports-refused")
    page.close()
