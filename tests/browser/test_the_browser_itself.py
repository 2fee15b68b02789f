"""What the other browser tests lean on: it draws Chinese, and it cannot leave this machine."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page

INK = """async text => {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  pen.font = "40px sans-serif";
  pen.fillText(text, 10, 60);
  return canvas.toDataURL();
}"""


def test_two_chinese_characters_look_different(page: Page) -> None:
    assert page.evaluate(INK, "坐") != page.evaluate(INK, "席")


def test_traditional_characters_are_not_the_missing_one(page: Page) -> None:
    assert page.evaluate(INK, "撥") != page.evaluate(INK, "\U0010fffd")


def test_a_screenshot_is_kept(page: Page, screenshot: Callable[[Page, str], None]) -> None:
    page.set_content("<h1>坐席看板 · 座席看板 · Floor</h1>")
    screenshot(page, "fonts")


def test_no_page_reaches_the_internet(page: Page) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.com/")
