"""The second factor on the pages: set up, asked for, and required by a rule."""

import re
from dataclasses import replace

import pyotp
import pytest

from dialer.app import create_app
from dialer.domain.words import UserRole
from dialer.settings.people import PeopleRules
from tests.web.conftest import Come
from tests.web.visitor import PASSWORD, Visitor
from tests.world import World

# The verbs behind the pages are tested on both databases, in tests/people.
pytestmark = pytest.mark.only_on("sqlite")


def app_on(page: str) -> pyotp.TOTP:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found is not None, page
    return pyotp.TOTP(found[1])


def set_up(world: World, visitor: Visitor) -> tuple[pyotp.TOTP, list[str]]:
    """The app that was set up, and the recovery codes that were shown."""
    visitor.post("/settings/second-factor/begin")
    app = app_on(visitor.get("/settings/second-factor").text)
    done = visitor.post("/settings/second-factor/confirm", code=app.at(world.rt.now()))
    codes = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", done.text)
    assert len(codes) == 8
    world.sim.advance(60)
    return app, codes


def test_the_picture_for_the_app_breaks_no_policy(come: Come) -> None:
    visitor = come()
    visitor.post("/settings/second-factor/begin")
    page = visitor.get("/settings/second-factor")
    assert 'src="data:image/svg+xml' in page.text
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_the_log_in_asks_for_a_code_and_leads_on(world: World, come: Come) -> None:
    app, _ = set_up(world, come())
    visitor = come(None)
    assert visitor.log_in("wang.min", after="/calls").headers["Location"] == "/login/code"
    assert visitor.get("/desk").status_code == 302
    visitor.get("/login/code")
    answer = visitor.post("/login/code", code=app.at(world.rt.now()))
    assert answer.headers["Location"] == "/calls"
    assert visitor.get("/desk").status_code == 200


def test_a_wrong_code_is_refused_and_a_recovery_code_is_taken(world: World, come: Come) -> None:
    _, codes = set_up(world, come())
    visitor = come(None)
    visitor.log_in("wang.min")
    visitor.get("/login/code")
    assert visitor.post("/login/code", code="000000").status_code == 401
    assert visitor.post("/login/code", code=codes[0]).status_code == 302
    assert "7 recovery codes are left" in visitor.get("/settings/second-factor").text


def test_without_a_password_before_it_the_code_page_is_of_no_use(come: Come) -> None:
    visitor = come(None)
    assert visitor.get("/login/code").headers["Location"] == "/login"
    visitor.get("/login")
    assert visitor.post("/login/code", code="000000").headers["Location"] == "/login?ended=1"


def test_the_recovery_codes_are_shown_once(world: World, come: Come) -> None:
    visitor = come()
    _, codes = set_up(world, visitor)
    page = visitor.get("/settings/second-factor").text
    assert not any(code in page for code in codes)


def test_turning_it_off_asks_for_the_password(world: World, come: Come) -> None:
    visitor = come()
    set_up(world, visitor)
    answer = visitor.post("/settings/second-factor/off", password="guess")
    assert (answer.status_code, "present password" in answer.text) == (422, True)
    visitor.post("/settings/second-factor/off", password=PASSWORD)
    assert come(None).log_in("wang.min").headers["Location"] == "/"


@pytest.fixture
def strict(world: World) -> World:
    """The same house, in which reps need a second factor."""
    rules = PeopleRules(second_factor_roles=frozenset({UserRole.REP}))
    world.app = create_app(replace(world.rt, people=rules))
    return world


def test_a_role_that_needs_it_comes_nowhere_without_it(strict: World, come: Come) -> None:
    visitor = come()
    for path in ("/desk", "/calls", "/accounts/1", "/settings/sessions"):
        assert visitor.get(path).headers["Location"] == "/settings/second-factor"
    script = visitor.ask("/desk/dial")
    assert (script.status_code, script.json and script.json["type"]) == (
        403,
        "/problems/second-factor",
    )
    api = visitor.client.get("/api/v1/calls", base_url="https://dialer.test")
    assert api.status_code == 403


def test_once_it_is_set_up_the_day_goes_on(strict: World, come: Come) -> None:
    visitor = come()
    visitor.get("/settings/second-factor")
    set_up(strict, visitor)
    assert visitor.get("/desk").status_code == 200
