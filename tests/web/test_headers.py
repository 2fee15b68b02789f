"""What every answer tells the browser."""

import re

import pytest

from dialer.web.security import everyone
from tests.web.conftest import Come
from tests.world import World

PAGES = ("/desk", "/accounts", "/calls", "/settings")


@pytest.mark.parametrize("path", [*PAGES, "/login", "/nothing"])
def test_every_answer_forbids_what_no_page_of_ours_needs(come: Come, path: str) -> None:
    headers = come().get(path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "max-age" in headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", PAGES)
def test_no_cache_keeps_a_page_of_somebody_who_is_logged_in(come: Come, path: str) -> None:
    assert come().get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [*PAGES, "/accounts/1", "/login", "/nothing"])
def test_no_page_carries_script_or_style_of_its_own(come: Come, path: str) -> None:
    page = come().get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page)


def test_the_hosts_name_in_a_request_is_never_used(come: Come) -> None:
    page = come(None).get("/login", headers={"Host": "evil.example"}).text
    assert "evil.example" not in page


def test_a_crash_tells_the_reader_nothing(world: World, come: Come) -> None:
    visitor = come()

    def crash() -> str:
        raise RuntimeError("the secret of +8613800138000")

    world.app.view_functions["people.settings_page"] = everyone(crash)
    response = visitor.get("/settings")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text
