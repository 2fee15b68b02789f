"""Logging in and out."""

import pytest
import sqlalchemy as sa

from dialer.models import User, UserSession
from tests.web.conftest import Come
from tests.world import World


def test_whoever_logs_in_comes_to_the_desk(come: Come) -> None:
    visitor = come(None)
    assert visitor.log_in("wang.min").headers["Location"] == "/"
    assert visitor.get("/").headers["Location"] == "/desk"
    assert visitor.get("/desk").status_code == 200


def test_a_wrong_password_is_refused_without_saying_what_was_wrong(come: Come) -> None:
    visitor = come(None)
    wrong = visitor.log_in("wang.min", "not the password")
    unknown = visitor.log_in("nobody", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    assert alert(wrong.text) == alert(unknown.text) != ""


def alert(page: str) -> str:
    return page.partition('role="alert"')[2].partition("</p>")[0]


def test_too_many_tries_say_when_to_come_back(come: Come) -> None:
    visitor = come(None)
    answers = [visitor.log_in("wang.min", f"guess number {n}").status_code for n in range(12)]
    assert answers[-1] == 429


def test_logging_out_ends_the_session_on_the_server(come: Come) -> None:
    visitor = come()
    stolen = visitor.client.get_cookie("__Host-session", domain="dialer.test")
    visitor.post("/logout")
    assert stolen is not None
    visitor.client.set_cookie("__Host-session", stolen.value, domain="dialer.test", secure=True)
    assert visitor.get("/desk").status_code == 302


def test_logging_in_again_ends_the_session_before(world: World, come: Come) -> None:
    visitor = come()
    visitor.log_in("wang.min")
    with world.sessions.read() as session:
        open_ones = sa.select(UserSession).where(UserSession.revoked_at.is_(None))
        assert len(session.scalars(open_ones).all()) == 1


def test_a_disabled_user_is_out_at_once(world: World, come: Come) -> None:
    visitor = come()
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).disabled_at = world.rt.now()
    assert visitor.get("/desk").status_code == 302


def test_after_logging_in_one_stands_where_one_wanted_to_go(come: Come) -> None:
    visitor = come(None)
    way = visitor.get("/calls?purpose=closing").headers["Location"]
    assert way == "/login?after=/calls?purpose%3Dclosing"
    assert 'value="/calls?purpose=closing"' in visitor.get(way).text
    response = visitor.log_in("wang.min", after="/calls?purpose=closing")
    assert response.headers["Location"] == "/calls?purpose=closing"


@pytest.mark.parametrize(
    "after", ["//evil.example", "https://evil.example", "/\\evil.example", "/\tx", "evil"]
)
def test_nobody_is_led_to_another_site(come: Come, after: str) -> None:
    assert come(None).log_in("wang.min", after=after).headers["Location"] == "/"


def test_the_cookie_is_for_this_site_alone(come: Come) -> None:
    response = come(None).log_in("wang.min")
    cookies = response.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    for mark in ("__Host-session=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert mark in cookies[0]


def test_a_stranger_chooses_the_language_of_the_log_in(come: Come) -> None:
    visitor = come(None)
    visitor.get("/login")
    visitor.post("/language", language="zh-TW")
    assert '<html lang="zh-Hant-TW"' in visitor.get("/login").text


@pytest.mark.parametrize(
    ("asked", "given"),
    [("zh-HK,zh;q=0.8", "zh-Hant-TW"), ("zh", "zh-Hans-CN"), ("en-GB", "en"), ("fr", "zh-Hans-CN")],
)
def test_a_stranger_is_addressed_in_the_browsers_language(
    come: Come, asked: str, given: str
) -> None:
    page = come(None).get("/login", headers={"Accept-Language": asked}).text
    assert f'<html lang="{given}"' in page
