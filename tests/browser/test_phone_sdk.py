"""The carrier's own SDK against the simulator: sound both ways, and every trap that it holds."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, Page

from tests.browser.conftest import Opener
from tests.browser.phones import (
    Lab,
    a_lab,
    eventually,
    give_microphone,
    hears,
    phone_hears,
)

CUSTOMER = "+8613800138000"
REMOTE = "call.getRemoteStream()"


@pytest.fixture
def lab(open_page: Opener) -> Iterator[Lab]:
    with a_lab(open_page) as lab:
        yield lab


def test_two_browsers_hear_each_other_and_each_own_tone_stays_out(lab: Lab) -> None:
    pages = [lab.registered("alice", 600), lab.registered("bob", 900)]
    for name, page in zip(("alice", "bob"), pages, strict=True):
        lab.rings(name)
        page.wait_for_function("call && call.status() === 'pending'")
        page.evaluate("void call.accept()")
        page.wait_for_function("call.status() === 'open'")
    alice, bob = pages
    eventually(lambda: hears(alice, REMOTE, 900, 600) == [True, False], alice)
    assert hears(bob, REMOTE, 600, 900) == [True, False]
    alice.evaluate("call.mute(true)")
    eventually(lambda: hears(bob, REMOTE, 600) == [False], bob)
    bob.evaluate("call.sendDigits('5')")
    eventually(lambda: lab.keys("bob") == "5", bob)


def test_a_call_from_a_browser_reaches_the_application_and_ends_from_there(lab: Lab) -> None:
    alice = lab.registered("alice", 600)
    alice.evaluate("dial({To: '+8613800138000'})")
    alice.wait_for_function("call && call.status() === 'open'")
    lab.joins(CUSTOMER, "tone")
    eventually(lambda: phone_hears(lab.simulator, CUSTOMER, 600) == [True], alice)
    sid = alice.evaluate("call.parameters.CallSid")
    alice.evaluate("call.disconnect()")
    eventually(lambda: lab.status(sid) == "completed", alice)


def test_a_call_outlives_a_fresh_token_a_broken_line_and_a_silent_network(lab: Lab) -> None:
    alice = talking(lab)
    alice.evaluate("token => device.updateToken(token)", lab.token("alice"))
    lab.mood("drop_signal", "alice", times=1)
    alice.wait_for_function("events.includes('reconnected')")
    assert hears(alice, REMOTE, 600) == [True]
    alice.wait_for_function("device.state === 'registered'")
    lab.mood("dead_media", "alice")
    alice.wait_for_function("events.filter(e => e === 'reconnecting').length === 2", timeout=20_000)
    lab.calm()
    alice.wait_for_function("events.filter(e => e === 'reconnected').length === 2", timeout=20_000)
    eventually(lambda: hears(alice, REMOTE, 600) == [True], alice)
    assert alice.evaluate("call.status()") == "open"


def talking(lab: Lab) -> Page:
    """Alice in the room with a customer who is a tone of 600 Hz."""
    alice = lab.registered("alice", 880)
    lab.rings("alice")
    alice.wait_for_function("call && call.status() === 'pending'")
    alice.evaluate("void call.accept()")
    alice.wait_for_function("call.status() === 'open'")
    lab.joins(CUSTOMER, "tone")
    eventually(lambda: phone_hears(lab.simulator, CUSTOMER, 880) == [True], alice)
    return alice


def test_a_browser_that_crashes_leaves_nobody_waiting(lab: Lab) -> None:
    alice = talking(lab)
    sid = alice.evaluate("call.parameters.CallSid")
    other = lab.registered("bob", 900)
    with pytest.raises(Error):
        alice.goto("chrome://crash", timeout=2000)
    eventually(lambda: lab.status(sid) == "completed", other)


def test_a_refused_token_never_settles_and_a_good_one_registers(lab: Lab) -> None:
    alice = lab.phone("alice", 880, valid_until=1)
    alice.wait_for_function("events.includes('error 20104')")
    assert alice.evaluate("device.state") == "registering"
    alice.evaluate("token => device.updateToken(token)", lab.token("alice"))
    alice.wait_for_function("device.state === 'registered'")


def test_a_line_that_breaks_while_it_rings_loses_the_call_without_a_word(lab: Lab) -> None:
    alice = lab.registered("alice", 880)
    sid = lab.rings("alice")
    alice.wait_for_function("call && call.status() === 'pending'")
    lab.mood("drop_signal", "alice", times=1)
    alice.wait_for_function("device.calls.length === 0")
    alice.evaluate("void call.accept()")
    assert "cancel" not in alice.evaluate("events")
    assert lab.status(sid) == "ringing"


def test_an_ignored_call_rings_on(lab: Lab) -> None:
    alice = lab.registered("alice", 880)
    sid = lab.rings("alice")
    alice.wait_for_function("call && call.status() === 'pending'")
    alice.evaluate("call.ignore()")
    assert lab.status(sid) == "ringing"


def test_a_colleague_at_the_wall_of_phones_is_the_customer(lab: Lab, open_page: Opener) -> None:
    alice = lab.registered("alice", 880)
    lab.rings("alice")
    alice.wait_for_function("call && call.status() === 'pending'")
    alice.evaluate("void call.accept()")
    alice.wait_for_function("call.status() === 'open'")
    lab.joins(CUSTOMER, "person")
    colleague = open_page()
    give_microphone(colleague, 300)
    colleague.goto(lab.simulator)
    card = colleague.locator(".phone", has_text=CUSTOMER)
    card.locator("[data-verb=answer]").click()
    card.locator("[data-speak]").click()
    eventually(lambda: hears(alice, REMOTE, 300, 880) == [True, False], alice)
    assert phone_hears(lab.simulator, CUSTOMER, 880) == [True]
    card.locator("[data-speak]").click()
    alice.wait_for_timeout(500)
    assert hears(alice, REMOTE, 300) == [False]
    colleague.close()
