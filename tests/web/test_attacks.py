"""What people with a browser try, with an account or without one."""

import html
import logging
import re
import sys
from types import FrameType
from typing import Any

import pytest
import sqlalchemy as sa

from dialer.domain.words import UserRole
from dialer.logs import JsonLines, TextLines
from dialer.models import Account, Call, Contact, Team, User, UserSession
from dialer.people.log_in import find_owner
from dialer.settings import SettingsError
from tests.people.cast import open_house
from tests.web.conftest import Come
from tests.web.logged import log_call
from tests.web.test_hostile_fields import state_of
from tests.web.visitor import PASSWORD, Visitor
from tests.world import World, make_settings

pytestmark = pytest.mark.only_on("sqlite")

INK = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
AGENT = {"User-Agent": INK}
SPOOFED = {
    "X-Forwarded-For": "198.51.100.99", "X-Real-IP": "198.51.100.99", "Forwarded": "for=evil",
    "X-Remote-User": "admin", "X-Forwarded-User": "admin", "Authorization": "Basic YWRtaW46YQ==",
}  # fmt: skip


@pytest.fixture
def admin(world: World, come: Come) -> Visitor:
    open_house(world)
    return come("admin")


def pages_of(world: World) -> list[str]:
    """Every page that needs no id, and those about the first thing of a kind."""
    rules = [rule.rule for rule in world.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    pages = [rule for rule in rules if not rule.startswith(("/api/", "/static/", "/welcome/"))]
    return [re.sub(r"<int:\w+>", "1", page) for page in pages if "<any" not in page]


def test_40_what_anybody_wrote_is_text_on_every_page(world: World, admin: Visitor) -> None:
    call_id = log_call(world, brief_point=INK, note=INK)
    with world.sessions.write() as session:
        session.get_one(Account, world.here.account_id).name = INK
        session.get_one(Contact, world.here.contact_id).name = INK
        session.get_one(Call, call_id).note = INK
        for user in session.scalars(sa.select(User)):
            user.full_name = INK
        session.execute(sa.update(Team).where(Team.name == "East").values(name=INK))
        session.execute(sa.update(UserSession).values(user_agent=INK, address="192.0.2.7"))
    shown = 0
    for path in pages_of(world):
        answer = admin.client.get(path, base_url="https://dialer.test", headers=AGENT)
        page = answer.text if answer.mimetype == "text/html" else ""
        answer.close()
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        shown += html.escape(INK) in page or "&lt;script&gt;alert" in page
    assert shown > 5


def test_43_a_page_that_is_only_looked_at_changes_nothing(world: World, admin: Visitor) -> None:
    before = state_of(world)
    for path in pages_of(world):
        for method in ("GET", "HEAD"):
            admin.client.open(path, method=method, base_url="https://dialer.test").close()
    assert state_of(world) == before


def test_44_a_cookie_from_before_the_log_in_is_worth_nothing_after_it(come: Come) -> None:
    victim, thief = come(None), come(None)
    victim.get("/login")
    planted = victim.client.get_cookie("__Host-session", domain="dialer.test")
    assert planted is not None
    assert victim.log_in("wang.min").status_code == 302
    thief.client.set_cookie(
        "__Host-session", planted.value, domain="dialer.test", secure=True, path="/"
    )
    assert thief.get("/desk").status_code == 302


def test_45_an_unknown_name_costs_as_much_work_as_a_known_one(world: World, come: Come) -> None:
    """Counted, not timed: how often Argon2 runs."""

    def hashes(name: str) -> int:
        count = 0

        def note(frame: FrameType, event: str, _argument: Any) -> None:
            nonlocal count
            inside = frame.f_globals.get("__name__", "").startswith("argon2.low_level")
            count += event == "call" and inside and frame.f_code.co_name.endswith("secret")

        sys.setprofile(note)
        try:
            find_owner(world.rt, name, "a wrong password")
        finally:
            sys.setprofile(None)
        return count

    known = {name: hashes(name) for name in ("wang.min", "nobody", "")}
    assert set(known.values()) == {known["wang.min"]}


@pytest.mark.parametrize("path", ["/settings/look", "/settings/phone"])
def test_47_fields_that_no_form_has_are_not_read(world: World, come: Come, path: str) -> None:
    more = {"role": "admin", "team_id": "1", "name": "admin", "disabled_at": "", "factor_at": "x"}
    come().post(path, language="en", theme="auto", phone="", **more)
    user = world.user(world.here.rep_id)
    assert (user.role, user.team_id, user.name) == (UserRole.REP, None, "wang.min")


def test_48_no_answer_invites_another_site(world: World, come: Come) -> None:
    visitor = come()
    for path in ["/desk", "/api/v1/calls", "/api/v1/board", "/api/v1/openapi.json", "/login"]:
        answer = visitor.client.get(
            path, base_url="https://dialer.test", headers={"Origin": "https://evil.example"}
        )
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_49_no_address_hands_out_a_recording(world: World, admin: Visitor) -> None:
    named = [rule.rule for rule in world.app.url_map.iter_rules() if "record" in rule.rule]
    assert all(rule.startswith("/webhooks/") for rule in named)
    sid = "RE" + "7" * 32
    for path in (f"/recordings/{sid}", f"/calls/1/recordings/{sid}", f"/api/v1/recordings/{sid}"):
        assert admin.get(path).status_code == 404


def test_50_nobody_says_of_themselves_who_or_where_they_are(world: World, come: Come) -> None:
    visitor = come(None)
    visitor.client.get("/desk", base_url="https://dialer.test", headers=SPOOFED)
    visitor.get("/login")
    answer = visitor.client.post(
        "/login", base_url="https://dialer.test", headers=SPOOFED,
        data={"csrf_token": visitor.token, "name": "wang.min", "password": PASSWORD},
    )  # fmt: skip
    assert answer.status_code == 302
    with world.sessions.read() as session:
        opened = session.scalars(sa.select(UserSession)).one()
    assert (opened.address, opened.user_id) == ("127.0.0.1", world.here.rep_id)
    stranger = come(None).client.get("/desk", base_url="https://dialer.test", headers=SPOOFED)
    assert stranger.status_code == 302


def test_51_no_debugger_is_on(world: World) -> None:
    assert not world.app.debug
    assert not world.app.testing
    assert world.app.test_client().get("/console").status_code == 404


@pytest.mark.parametrize(
    "key", ["", "secret", "a" * 40, "short-but-odd", "demo-secret-key-which-production-refuses"]
)
def test_52_a_weak_key_does_not_start(tmp_path: Any, key: str) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        make_settings(f"sqlite:///{tmp_path}/a.db", str(tmp_path), SECRET_KEY=key)


def test_52_no_setting_shows_a_secret_when_it_is_wrong(tmp_path: Any) -> None:
    with pytest.raises(SettingsError) as refused:
        make_settings(f"sqlite:///{tmp_path}/a.db", str(tmp_path), TWILIO_AUTH_TOKEN="oh no")
    assert "oh no" not in str(refused.value)


def test_52_no_line_of_a_log_in_has_a_secret(
    world: World, come: Come, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    visitor = come(None)
    visitor.log_in("wang.min")
    visitor.log_in("wang.min", "a wrong password")
    cookie = visitor.client.get_cookie("__Host-session", domain="dialer.test")
    said = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert cookie is not None
    for secret in (PASSWORD, "a wrong password", cookie.value, world.rt.settings.secret_key):
        assert secret not in said


@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()])
def test_53_one_entry_is_one_line_without_numbers(formatter: logging.Formatter) -> None:
    name = "张伟\r\n2026-01-01 INFO dialer: all is well +8613800138000"
    record = logging.LogRecord("dialer", logging.INFO, "x.py", 1, "from %s", (name,), None)
    record.caller = name
    line = formatter.format(record)
    assert "\n" not in line
    assert "\r" not in line
    assert "13800138000" not in line


def test_58_no_page_may_stand_in_a_frame_or_in_a_cache(world: World, admin: Visitor) -> None:
    for path in pages_of(world):
        with admin.client.get(path, base_url="https://dialer.test") as answer:
            headers = answer.headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        if path not in ("/healthz", "/readyz", "/metrics"):
            # What carries an ETag is kept by its own reader alone, who asks again each time.
            assert headers["Cache-Control"] in ("no-store", "private, no-cache"), path


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/v1/board", "/duties"])
def test_59_strangers_learn_that_it_lives_and_no_more(world: World, path: str) -> None:
    answer = world.app.test_client().get(path, environ_base={"REMOTE_ADDR": "203.0.113.1"})
    assert answer.status_code in (200, 302, 401)
    if answer.status_code == 200:
        assert len(answer.text) < 100
        assert "dialer" not in answer.text
