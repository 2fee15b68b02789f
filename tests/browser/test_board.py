"""The floor in a real browser: pushed within a second, ticking, and right again after a pause."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Opener, run_demo

Keep = Callable[[Page, str], None]
Card = dict[str, Any]
CALLS = 50
WITHIN_MS = 1000


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Card]:
    """A demo in which people speak no faster than people, so that many calls live at once."""
    with run_demo(tmp_path_factory.mktemp("floor"), speed=1) as card:
        yield card


def ask(card: Card, path: str, body: Any = None, key: str = "") -> Any:
    """The API as the demo's first rep."""
    headers = {"Authorization": f"Bearer {card['token']}", "Content-Type": "application/json"}
    request = urllib.request.Request(  # noqa: S310 - our own demo
        f"{card['base_url']}/api/v1{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={**headers, **({"Idempotency-Key": key} if key else {})},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.loads(answer.read())


def go_to(page: Page, card: Card, path: str, role: str = "supervisor") -> Page:
    """A logged-in browser at a page of the floor."""
    login = next(one for one in card["logins"] if one["role"] == role)
    page.goto(f"{card['base_url']}/login")
    page.fill("#name", login["name"])
    page.fill("#password", login["password"])
    page.press("#password", "Enter")
    page.wait_for_selector(".nav")
    page.goto(card["base_url"] + path)
    return page


def tile(page: Page, name: str = "王敏") -> Locator:
    return page.locator(".tile").filter(has=page.locator(f"[data-name]:text-is('{name}')"))


def remind_many(card: Card) -> None:
    """Calls by machine to people who listen and press nothing: each lives for half a minute."""
    for n in range(CALLS):
        contact = ask(card, "/contacts", {"name": f"客户 {n}", "numbers": [f"+8621555{n:03}25"]})
        task = {
            "contact_id": contact["id"], "purpose": "reminder", "mode": "machine",
            "due_at": ask(card, "/contacts/1")["created_at"], "note": "明天上门",
        }  # fmt: skip
        ask(card, "/tasks", task, f"remind-{n}")


def click(card: Card, key: str) -> Any:
    """The first rep calls the first contact."""
    return ask(
        card, "/calls",
        {"contact_id": 1, "purpose": "follow_up",
         "brief": {"point": "三年保修，今晚签约送安装", "target_stage": 3}}, key,
    )  # fmt: skip


def first_callback(page: Page, card: Card, call_id: int) -> Any:
    """The first thing that the carrier told of a call, as soon as it is known."""
    while True:
        events = ask(card, f"/calls/{call_id}/events")["events"]
        told = [event for event in events if event["source"] not in ("product", "poll")]
        if told:
            return told[0]
        page.wait_for_timeout(50)


def test_fifty_calls_are_going_and_an_event_is_on_the_wall_within_a_second(
    slow: Card, open_page: Opener, screenshot: Keep
) -> None:
    page = go_to(open_page(viewport={"width": 1920, "height": 1080}), slow, "/board/wall")
    remind_many(slow)
    expect(page.locator("[data-run-count]")).to_have_text(re.compile(r"^[5-9]\d$"), timeout=60_000)
    event = first_callback(page, slow, click(slow, "wall")["id"])
    page.wait_for_function(
        "id => Number(document.querySelector('[data-board]').dataset.eventId) >= id",
        arg=event["id"],
        timeout=WITHIN_MS,
    )
    expect(tile(page)).to_contain_text("张伟", timeout=WITHIN_MS)
    screenshot(page, "board-wall-50-calls")


def test_a_rep_who_rings_out_goes_through_all_states_without_a_reload(
    slow: Card, open_page: Opener, screenshot: Keep
) -> None:
    page = go_to(open_page(viewport={"width": 1280, "height": 800}), slow, "/board")
    page.evaluate("window.same = true")
    expect(tile(page).locator("[data-band]")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-pulse]")).not_to_be_empty()
    screenshot(page, "board")
    listen_by_keyboard(page, screenshot)
    tile(page).locator("[data-end]").click()
    page.locator("[data-end-now]").click()
    expect(tile(page).locator("[data-band]")).to_be_hidden(timeout=30_000)
    assert page.evaluate("window.same") is True


def listen_by_keyboard(page: Page, screenshot: Keep) -> None:
    """J goes to the talk, L rings the supervisor into it unheard, X leaves."""
    page.keyboard.press("j")
    expect(tile(page)).to_be_focused()
    page.keyboard.press("l")
    expect(tile(page).locator("[data-helpers]")).to_contain_text("监听中", timeout=30_000)
    pressed = tile(page).locator('[data-help="listen"]')
    expect(pressed).to_have_attribute("aria-pressed", "true")
    screenshot(page, "board-listening")
    page.keyboard.press("x")
    expect(tile(page).locator("[data-helpers]")).to_be_hidden(timeout=30_000)


def throw_switch(page: Page) -> None:
    page.locator("[data-opens=stop]").click()
    page.fill("#stop-reason", "演习")
    page.locator("#stop [type=submit]").click()


def test_the_kill_switch_asks_first_and_is_seen_on_the_wall(
    slow: Card, open_page: Opener, screenshot: Keep
) -> None:
    wall = go_to(open_page(viewport={"width": 1920, "height": 1080}), slow, "/board/wall")
    page = go_to(open_page(), slow, "/board")
    throw_switch(page)
    expect(wall.locator("[data-hold]")).to_be_visible(timeout=2 * WITHIN_MS)
    screenshot(page, "board-stopped")
    page.locator(".floor-head form [type=submit]").click()
    expect(wall.locator("[data-hold]")).to_be_hidden(timeout=2 * WITHIN_MS)


def test_after_sleep_the_wall_shows_the_present(
    slow: Card, open_page: Opener, browser: Browser
) -> None:
    # A context of its own: being offline is an error that the browser logs, and none of ours.
    sleeper = browser.new_context()
    wall = go_to(sleeper.new_page(), slow, "/board/wall")
    sleeper.set_offline(True)
    expect(wall.locator("[data-lost]")).to_be_visible(timeout=30_000)
    page = go_to(open_page(), slow, "/board")
    throw_switch(page)
    expect(wall.locator("[data-hold]")).to_be_hidden()
    sleeper.set_offline(False)
    expect(wall.locator("[data-hold]")).to_be_visible(timeout=30_000)
    expect(wall.locator("[data-lost]")).to_be_hidden()
    page.locator(".floor-head form [type=submit]").click()
    sleeper.close()
