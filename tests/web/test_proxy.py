"""Where somebody comes from, when proxies stand between: only our own are believed."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
import sqlalchemy as sa

from dialer.app import create_app
from dialer.models import UserSession
from dialer.settings.people import PeopleRules
from dialer.web.proxy import client_address
from tests.web.conftest import Come
from tests.web.visitor import PASSWORD
from tests.world import World

OURS = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("203.0.113.5", "198.51.100.9", "203.0.113.5"),
        ("10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "198.51.100.9, 10.2.2.2", "198.51.100.9"),
        ("10.0.0.1", "192.0.2.1, 198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.9, <script>", "10.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("", "198.51.100.9", ""),
    ],
)
def test_the_nearest_address_that_is_not_ours_counts(peer: str, forwarded: str, seen: str) -> None:
    assert client_address(peer, forwarded, OURS) == seen


def test_behind_a_known_proxy_the_session_shows_the_client(world: World, come: Come) -> None:
    rules = PeopleRules(trusted_proxies=(ip_network("127.0.0.0/8"),))
    world.app = create_app(replace(world.rt, people=rules))
    visitor = come(None)
    visitor.get("/login")
    visitor.client.post(
        "/login", base_url="https://dialer.test", headers={"X-Forwarded-For": "198.51.100.9"},
        data={"csrf_token": visitor.token, "name": "wang.min", "password": PASSWORD},
    )  # fmt: skip
    with world.sessions.read() as session:
        assert session.scalars(sa.select(UserSession.address)).one() == "198.51.100.9"
