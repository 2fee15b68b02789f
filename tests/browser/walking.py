"""Going through the product as a person does: log in, choose a language, follow every link."""

import json
import re
import urllib.request
from collections import deque
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

Card = dict[str, Any]
# A link within a drawing has no address as text but the attribute's.
TARGETS = "all => all.map(one => new URL(one.getAttribute('href'), document.baseURI).href)"
# Pages to which no link leads from another one.
ENTRANCES = ("/", "/settings", "/board/wall")


def log_in(page: Page, demo: Card, name: str) -> None:
    password = next(login["password"] for login in demo["logins"] if login["name"] == name)
    page.goto(f"{demo['base_url']}/login")
    page.fill("#name", name)
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_selector(".nav")


def choose_look(page: Page, demo: Card, language: str, theme: str = "auto") -> None:
    page.goto(f"{demo['base_url']}/settings")
    page.check(f'[name="language"][value="{language}"]', force=True)
    page.check(f'[name="theme"][value="{theme}"]', force=True)
    page.click('form[action$="/look"] button')
    page.wait_for_selector(f'html[lang^="{language[:2]}"]')


def walk(page: Page, base_url: str) -> Iterator[str]:
    """Every kind of page that links lead to, once: `/calls/7` stands for all of them.

    The page is open when its path is given. Files are not opened.
    """
    waiting, known = deque(ENTRANCES), set(map(kind_of, ENTRANCES))
    while waiting:
        path = waiting.popleft()
        page.goto(base_url + path)
        yield path
        for link in page.eval_on_selector_all("a[href]", TARGETS):
            found = link.removeprefix(base_url).partition("#")[0]
            if found.startswith("/") and "." not in found and kind_of(found) not in known:
                known.add(kind_of(found))
                waiting.append(found)


def kind_of(path: str) -> str:
    return re.sub(r"\d+", "N", path.partition("?")[0])


def ask(demo: Card, path: str, body: Any = None, key: str = "") -> Any:
    """The API as the demo's first rep."""
    headers = {"Authorization": f"Bearer {demo['token']}", "Content-Type": "application/json"}
    request = urllib.request.Request(  # noqa: S310 - our own demo
        f"{demo['base_url']}/api/v1{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={**headers, **({"Idempotency-Key": key} if key else {})},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.loads(answer.read())
