"""The phone in the page: passes, which tab it is, what rings on it, and what is told of it."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dialer.domain.words import PhoneMode
from dialer.models import User
from dialer.models.browser_phones import FRESH, client_address
from dialer.people.users import disable_user
from dialer.simulator.webphone.tickets import BadTicket, Issuer, read_ticket
from tests.make import REP_PHONE
from tests.web.conftest import Come
from tests.web.talking import brief
from tests.web.visitor import Visitor
from tests.world import MONDAY_MORNING, World

KEY_SID, KEY_SECRET = "SK" + "5" * 32, "a-key-secret-for-the-tests-alone"
TAB, OTHER_TAB = "tab1", "tab2"


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    key = {"TWILIO_API_KEY_SID": KEY_SID, "TWILIO_API_KEY_SECRET": KEY_SECRET}
    opened = World(database_url, tmp_path / "spool", MONDAY_MORNING, 1, **key).open_floor()
    yield opened
    opened.close()


def issuer(world: World) -> Issuer:
    return Issuer(
        account_sid=world.rt.settings.twilio_account_sid, key_sid=KEY_SID,
        secret=KEY_SECRET,
    )  # fmt: skip


def is_alive(visitor: Visitor, tab: str = TAB, **fields: Any) -> dict[str, Any]:
    answer = visitor.ask("/phone/alive", tab=tab, ready="1", **fields)
    return dict(answer.get_json())


def browser_answers(world: World, user_id: int) -> str:
    """The carrier's end of a browser, played by a scripted phone."""
    address = client_address(user_id)
    world.sim.phone(address).answers_after(1)
    return address


def rung(world: World) -> list[str]:
    return [ring.number for ring in world.sim.rings()]


def test_a_pass_is_what_the_carrier_wants_to_see(world: World, come: Come) -> None:
    given = come().ask("/phone/pass").get_json()
    ticket = read_ticket(given["token"], issuer(world), world.sim.now())
    assert (ticket.identity, ticket.may_be_called) == (f"user_{world.here.rep_id}", True)
    assert not ticket.may_call
    assert ticket.expires_at - world.sim.now() <= timedelta(minutes=15)


def test_a_pass_is_the_readers_own_whatever_is_asked_for(world: World, come: Come) -> None:
    given = come().ask("/phone/pass", identity="user_2", user_id="2").get_json()
    payload = given["token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["grants"]["identity"] == given["identity"] == f"user_{world.here.rep_id}"


def test_a_pass_is_worth_nothing_after_its_time(world: World, come: Come) -> None:
    token = come().ask("/phone/pass").get_json()["token"]
    with pytest.raises(BadTicket, match="expired"):
        read_ticket(token, issuer(world), world.sim.now() + timedelta(minutes=15))


def test_there_is_no_pass_without_a_session(world: World, come: Come) -> None:
    visitor = come()
    visitor.post("/logout")
    assert visitor.ask("/phone/pass").status_code == 401
    assert come(None).ask("/phone/pass").status_code in {302, 400, 401}


def test_there_is_no_pass_for_one_who_is_rung_on_a_telephone(world: World, come: Come) -> None:
    visitor = come()
    visitor.post("/phone/choice", mode="telephone")
    assert visitor.ask("/phone/pass").status_code == 409
    assert "data-phone" not in visitor.get("/desk").text


def test_a_click_rings_the_browser_that_is_there(world: World, come: Come) -> None:
    visitor, address = come(), browser_answers(world, world.here.rep_id)
    is_alive(visitor)
    visitor.ask("/desk/dial", **brief(world))
    world.advance(5)
    assert rung(world)[0] == address


def test_a_click_rings_the_telephone_where_no_browser_is(world: World, come: Come) -> None:
    visitor = come()
    is_alive(visitor)
    world.skip(FRESH.total_seconds())
    visitor.ask("/desk/dial", **brief(world))
    world.advance(5)
    assert rung(world)[0] == REP_PHONE


def test_a_browser_alone_is_no_phone_while_it_is_not_there(world: World, come: Come) -> None:
    visitor = come()
    visitor.post("/phone/choice", mode="browser")
    refusal = visitor.ask("/desk/dial", **brief(world))
    assert (refusal.status_code, refusal.get_json()["type"]) == (422, "/problems/no-phone")


def test_the_end_of_a_session_is_the_end_of_its_phone(world: World, come: Come) -> None:
    is_alive(come())
    disable_user(world.rt, world.here.rep_id, None)
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).disabled_at = None
    come().ask("/desk/dial", **brief(world))
    world.advance(5)
    assert rung(world)[0] == REP_PHONE


def test_one_tab_is_the_phone_and_the_other_is_told_so(world: World, come: Come) -> None:
    visitor = come()
    assert is_alive(visitor) == {"mine": True, "where": ""}
    other = is_alive(visitor, OTHER_TAB)
    assert (other["mine"], bool(other["where"])) == (False, True)
    assert is_alive(visitor, OTHER_TAB, takes="1")["mine"]
    assert not is_alive(visitor)["mine"]


def test_nobody_takes_a_phone_that_talks(world: World, come: Come) -> None:
    visitor = come()
    browser_answers(world, world.here.rep_id)
    is_alive(visitor)
    visitor.ask("/desk/dial", **brief(world))
    world.advance(5)
    assert not is_alive(visitor, OTHER_TAB, takes="1")["mine"]


def test_a_tab_that_closes_makes_room_for_another(world: World, come: Come) -> None:
    visitor = come()
    is_alive(visitor)
    visitor.ask("/phone/leave", tab=TAB)
    world.skip(6)
    assert is_alive(visitor, OTHER_TAB)["mine"]


def test_a_tab_that_closes_in_a_call_stands_in_its_log(world: World, come: Come) -> None:
    visitor = come()
    browser_answers(world, world.here.rep_id)
    is_alive(visitor)
    call_id = visitor.ask("/desk/dial", **brief(world)).get_json()["call_id"]
    world.advance(5)
    visitor.ask("/phone/leave", tab=TAB, live="1")
    warnings = [e.data["warning"] for e in world.events(call_id) if e.kind == "phone_warning"]
    assert warnings == ["page-left"]
    visitor.get(f"/calls/{call_id}")


@pytest.mark.parametrize("tab", ["", "x" * 65, "a b", "标签"])
def test_a_tab_has_a_plain_name(world: World, come: Come, tab: str) -> None:
    assert come().ask("/phone/alive", tab=tab, ready="1").status_code == 400


def test_the_page_asks_who_rings(world: World, come: Come) -> None:
    visitor = come()
    browser_answers(world, world.here.rep_id)
    is_alive(visitor)
    assert visitor.get("/phone/ringing").get_json() == {}
    visitor.ask("/desk/dial", **brief(world))
    world.advance(1)
    told = visitor.get("/phone/ringing").get_json()
    assert (told["who"], told["asked_for"]) == ("张伟", True)
    assert come("liu.fang").get("/phone/ringing").get_json() == {}


def test_a_warning_stands_on_the_call_and_nonsense_nowhere(world: World, come: Come) -> None:
    visitor = come()
    assert visitor.ask("/phone/warning", warning="high-rtt", on="1").status_code == 409
    browser_answers(world, world.here.rep_id)
    is_alive(visitor)
    call_id = visitor.ask("/desk/dial", **brief(world)).get_json()["call_id"]
    world.advance(5)
    assert visitor.ask("/phone/warning", warning="high-rtt", on="1").status_code == 204
    assert visitor.ask("/phone/warning", warning="<b>", on="1").status_code == 409
    kept = [e.data for e in world.events(call_id) if e.kind == "phone_warning"]
    assert kept == [{"warning": "high-rtt", "on": True}]


def test_a_call_that_the_page_lost_stops_ringing_at_once(world: World, come: Come) -> None:
    visitor = come()
    world.sim.phone(client_address(world.here.rep_id)).never_answers()
    is_alive(visitor)
    call_id = visitor.ask("/desk/dial", **brief(world)).get_json()["call_id"]
    world.advance(3)
    assert visitor.ask("/phone/lost").get_json() == {"dropped": True}
    world.advance(3)
    assert world.call(call_id).ended_at is not None


def test_the_policy_names_the_carriers_door_and_no_other(world: World, come: Come) -> None:
    policy = come().get("/desk").headers["Content-Security-Policy"]
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["connect-src"] == "'self' wss://voice-js.roaming.twilio.com"
    assert parts["default-src"] == "'self'"


def test_the_choice_is_kept(world: World, come: Come) -> None:
    visitor = come()
    visitor.post("/phone/choice", mode="browser", answers_itself="")
    user = world.user(world.here.rep_id)
    assert (user.phone_mode, user.answers_itself) == (PhoneMode.BROWSER, False)
    assert visitor.post("/phone/choice", mode="pigeon").status_code == 400
