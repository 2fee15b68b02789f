"""`dialer doctor`: what it finds, and what it makes of it."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest
import sqlalchemy as sa

from dialer.commands.doctor import Post, examine
from dialer.models.database import Sessions, make_engine
from dialer.settings.people import Network, PeopleRules
from tests.world import World

PROXY = ip_network("10.0.0.0/8")


def through(world: World) -> Post:
    """The public URL, answered by this world's own app."""

    def post(url: str, body: bytes, signature: str) -> tuple[int, str]:
        answer = world.app.test_client().post(
            url.removeprefix("https://dialer.test"),
            data=body,
            base_url="https://dialer.test",
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": signature,
            },
        )
        return answer.status_code, answer.text

    return post


def findings(
    world: World, post: Post | None = None, proxies: tuple[Network, ...] = (PROXY,)
) -> dict[str, str]:
    """What each step says, by the step's name."""
    rt = replace(world.rt, people=PeopleRules(trusted_proxies=proxies))
    found = examine(rt, post or through(world))
    return {f.sentence.partition(":")[0]: f"{f.mark} {f.sentence}" for f in found}


def test_a_healthy_house_has_nothing_wrong(world: World) -> None:
    world.click()
    world.advance(3)
    found = findings(world)
    if not world.sessions.is_sqlite:
        found.pop("durability")  # The tests' own PostgreSQL is forgetful, for speed.
    found.pop("time-zone data")  # Installed by the wall clock, years from this world's.
    assert {text[:2] for text in found.values()} == {"ok"}
    assert set(found) >= {"database", "clock", "pace", "credentials", "caller IDs", "public URL"}


def test_asking_stores_nothing(world: World) -> None:
    assert findings(world)["public URL"].startswith("ok")
    with world.sessions.read() as session:
        assert session.execute(sa.text("SELECT count(*) FROM call_events")).scalar_one() == 0


def test_a_proxy_that_nobody_trusts_is_a_warning(world: World) -> None:
    assert findings(world)["proxies"].startswith("ok")
    assert findings(world, proxies=())["proxies"].startswith("warning")


def test_a_clock_that_stands_still_is_a_warning(world: World) -> None:
    world.click()
    world.advance(3)
    world.sim.advance(timedelta(minutes=5).total_seconds())
    assert findings(world)["clock"].startswith("warning")


def test_a_forgetful_database_is_wrong(world: World) -> None:
    if world.sessions.is_sqlite:
        engine = make_engine(str(world.sessions.engine.url))
        sa.event.listen(
            engine, "connect", lambda opened, _: opened.execute("PRAGMA synchronous=NORMAL")
        )
        world.rt = replace(world.rt, sessions=Sessions(engine))
    assert findings(world)["durability"].startswith("wrong")


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ({True: (403, ""), False: (403, "")}, "PUBLIC_BASE_URL and TWILIO_AUTH_TOKEN"),
        ({True: (200, "<html>"), False: (200, "<html>")}, "is it this product?"),
        ({True: (502, ""), False: (502, "")}, "is it this product?"),
    ],
)
def test_a_public_url_that_leads_elsewhere_is_wrong(
    world: World, answers: dict[bool, tuple[int, str]], word: str
) -> None:
    found = findings(world, lambda _url, _body, signature: answers[signature != "wrong"])
    assert found["public URL"].startswith("wrong")
    assert word in found["public URL"]


def test_a_public_url_that_nobody_answers_is_wrong(world: World) -> None:
    def refuse(*_: object) -> tuple[int, str]:
        raise ConnectionRefusedError("nobody is there")

    assert "nobody is there" in findings(world, refuse)["public URL"]
