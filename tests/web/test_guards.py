"""Who may open which page, for every route of the pages."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from dialer.domain.words import UserRole
from dialer.models import User
from dialer.web.install import PAGES
from tests.web.conftest import Come
from tests.world import World

OURS = {pages.name for pages in PAGES}
# A mail program posts there with one click, and has no token; its own test guards it.
WITHOUT_TOKEN = {"unsubscribe.end"}


def our_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in OURS]


def path_of(rule: Rule) -> str:
    return re.sub(r"<[^>]+>", "1", rule.rule)


def method_of(rule: Rule) -> str:
    return "POST" if "POST" in (rule.methods or ()) else "GET"


def test_every_route_says_who_may_use_it(world: World) -> None:
    for rule in our_rules(world.app):
        view = world.app.view_functions[rule.endpoint]
        assert hasattr(view, "allowed_roles") or hasattr(view, "is_public"), rule.endpoint


def test_only_the_way_in_is_public(world: World) -> None:
    views = world.app.view_functions
    names = [rule.endpoint for rule in our_rules(world.app)]
    public = {name for name in names if hasattr(views[name], "is_public")}
    assert public == {
        "session.log_in_page", "session.log_in_now", "session.choose_language",
        "factor.code_page", "factor.show_code_now",
        "join.open_link", "join.choose_page", "join.choose",
        "unsubscribe.ask", "unsubscribe.end",
    }  # fmt: skip


def test_a_stranger_is_led_to_the_log_in_from_every_page(world: World, come: Come) -> None:
    for rule in our_rules(world.app):
        if hasattr(world.app.view_functions[rule.endpoint], "is_public"):
            continue
        response = come(None).client.open(path_of(rule), method=method_of(rule))
        assert response.status_code == 302, rule
        assert response.headers["Location"].startswith("/login"), rule


def test_a_script_of_a_stranger_gets_401(world: World, come: Come) -> None:
    for rule in our_rules(world.app):
        if hasattr(world.app.view_functions[rule.endpoint], "is_public"):
            continue
        response = come(None).client.open(
            path_of(rule), method=method_of(rule), headers={"Accept": "application/json"}
        )
        assert response.status_code == 401, rule
        assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize("role", UserRole)
def test_a_role_that_is_not_named_gets_403(world: World, come: Come, role: UserRole) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).role = role
    visitor = come()
    for rule in our_rules(world.app):
        allowed = getattr(world.app.view_functions[rule.endpoint], "allowed_roles", set(UserRole))
        if role not in allowed:
            assert visitor.client.open(
                path_of(rule), method=method_of(rule), base_url="https://dialer.test"
            ).status_code == 403, rule  # fmt: skip


def test_a_route_that_declares_nothing_is_refused(world: World, come: Come) -> None:
    world.app.view_functions["people.settings_page"] = lambda: "wide open"
    assert come().get("/settings").status_code == 403


def test_every_post_needs_the_csrf_token(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).role = UserRole.ADMIN  # who may send them all
    visitor = come()
    for rule in our_rules(world.app):
        if method_of(rule) == "POST" and rule.endpoint not in WITHOUT_TOKEN:
            response = visitor.client.post(path_of(rule), base_url="https://dialer.test")
            assert response.status_code == 400, rule
            assert "too old" in response.text, rule


def test_nothing_that_changes_anything_answers_get(world: World) -> None:
    for rule in our_rules(world.app):
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert methods in ({"GET"}, {"POST"}), rule
