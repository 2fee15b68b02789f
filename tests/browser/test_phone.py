"""The rep's phone is the page: the demo as it is started, with the carrier's own SDK in it."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, run_demo
from tests.browser.phones import eventually, give_microphone, hears, phone_hears
from tests.browser.test_a_call import write_brief
from tests.browser.walking import log_in

Card = dict[str, Any]
Arrive = Callable[..., Page]
REMOTE = "document.querySelector('[data-phone]').handset.remoteStream"
REP, BOSS, CUSTOMER = 480, 880, 600
# -26 dB, at which telephone speech is nominally (ITU-T P.56); a tenth of it is 20 dB less.
USUAL_SPEECH = 0.05
SEND = """async ([url, fields]) => {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const headers = { Accept: "application/json", "X-CSRF-Token": token };
  const body = new URLSearchParams(fields);
  return (await fetch(url, { method: "POST", body, headers })).status;
}"""
# The line comes back so soon that nobody would see it go.
WATCH_LINE = """
  window.lines = [];
  const dock = document.querySelector("[data-phone]");
  const note = () => lines.at(-1) === dock.dataset.line || lines.push(dock.dataset.line);
  new MutationObserver(note).observe(dock, { attributeFilter: ["data-line"], attributes: true });
"""
BLOCKED = """
  navigator.permissions.query = async () => ({ state: "denied" });
  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("", "NotAllowedError");
  };
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Card]:
    """A demo of its own, for people change their phones here."""
    with run_demo(tmp_path_factory.mktemp("phones"), speed=10) as card:
        yield card


@pytest.fixture
def arrive(demo: Card, open_page: Opener) -> Arrive:
    """Somebody logs in, with a tone for a voice, and their phone gets ready."""

    def come(name: str, hertz: int = REP) -> Page:
        page = open_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(15_000)
        give_microphone(page, hertz)
        log_in(page, demo, name)
        is_ready(page)
        return page

    return come


def is_ready(page: Page) -> None:
    page.wait_for_selector("[data-phone][data-sign=ready]")


def customer_of(page: Page) -> str:
    """The number that the brief would dial."""
    number = page.locator("#number option").first.inner_text()
    return number.replace(" ", "").replace("-", "")


def behaves(demo: Card, number: str, **manner: Any) -> None:
    wish: Any = {"number": number, "manner": {"after": 1, **manner}}
    requests.post(f"{demo['simulator_url']}/simulator/phones", json=wish, timeout=5)


def does(demo: Card, number: str, verb: str) -> None:
    url = f"{demo['simulator_url']}/simulator/phones/{quote(number)}/{verb}"
    assert requests.post(url, json={}, timeout=5).ok


def mood(demo: Card, effect: str, **limits: Any) -> None:
    requests.post(
        f"{demo['simulator_url']}/simulator/moods", json={"effect": effect, **limits}, timeout=5
    )


def dials(page: Page, demo: Card, contact: int) -> str:
    """The rep dials a customer, who is a tone; the number."""
    page.goto(f"{demo['base_url']}/desk?contact={contact}")
    page.wait_for_selector("[data-brief]")
    is_ready(page)
    number = customer_of(page)
    behaves(demo, number, sound=f"tone:{CUSTOMER}")
    write_brief(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-live-call]")
    return number


def talks(page: Page, demo: Card, contact: int) -> str:
    number = dials(page, demo, contact)
    page.wait_for_selector("[data-status=talking]")
    page.click(".point")
    return number


def send(page: Page, path: str, **fields: str) -> int:
    return int(page.evaluate(SEND, [path, fields]))


def wraps_up(page: Page) -> None:
    """Leave the desk as the next test wants it."""
    page.wait_for_selector("[data-wrap-up]")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-wrap-up]", state="detached")


def test_a_click_rings_the_page_and_both_sides_hear_each_other(demo: Card, arrive: Arrive) -> None:
    page = arrive("wang.min")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).hostname or ""))
    number = talks(page, demo, 7)
    sim = demo["simulator_url"]
    eventually(lambda: phone_hears(sim, number, REP, CUSTOMER) == [True, False], page)
    assert hears(page, REMOTE, CUSTOMER, REP) == [True, False]
    page.keyboard.press("m")
    eventually(lambda: phone_hears(sim, number, REP) == [False], page)
    page.keyboard.press("m")
    page.keyboard.press("#")
    page.click("[data-phone-key='5']")
    eventually(lambda: "5" in keys_of(demo), page)
    does(demo, number, "hang-up")
    wraps_up(page)
    assert set(asked) == {"127.0.0.1"}


def keys_of(demo: Card) -> str:
    """Keys that were pressed at browsers."""
    log = requests.get(f"{demo['simulator_url']}/simulator/state", timeout=5).json()["log"]
    pressed = [x["what"] for x in log if x["kind"] == "key" and x["who"].startswith("client:")]
    return "".join(pressed)


def test_a_supervisor_is_heard_by_whom_it_should_and_by_nobody_else(
    demo: Card, arrive: Arrive
) -> None:
    rep, boss = arrive("wang.min"), arrive("chen.jie", BOSS)
    number = talks(rep, demo, 5)
    call_id = rep.locator("[data-live-call]").get_attribute("data-live-call")
    sim, supervise = demo["simulator_url"], f"/desk/calls/{call_id}/supervise"

    def everybody_hears(boss_at_rep: bool, boss_at_customer: bool) -> None:
        wanted = [REP, BOSS, CUSTOMER]
        eventually(
            lambda: phone_hears(sim, number, *wanted) == [True, boss_at_customer, False], boss
        )
        assert hears(rep, REMOTE, *wanted) == [False, boss_at_rep, True]
        assert hears(boss, REMOTE, *wanted) == [True, False, True]

    assert send(boss, supervise, how="listen") == 200
    boss.wait_for_selector("[data-phone][data-mode=live]")
    everybody_hears(boss_at_rep=False, boss_at_customer=False)
    assert send(boss, supervise, how="whisper") == 200
    eventually(lambda: hears(rep, REMOTE, BOSS) == [True], rep)
    everybody_hears(boss_at_rep=True, boss_at_customer=False)
    assert send(boss, supervise, how="barge") == 200
    eventually(lambda: phone_hears(sim, number, BOSS) == [True], boss)
    everybody_hears(boss_at_rep=True, boss_at_customer=True)
    assert send(boss, supervise, how="leave") == 200
    boss.wait_for_selector("[data-phone][data-mode=idle]")
    rep.keyboard.press("e")
    wraps_up(rep)


def rings_by_hand(page: Page) -> None:
    """The browser is the only phone, and answers nothing by itself."""
    assert send(page, "/phone/choice", mode="browser") == 200


def test_a_ring_is_answered_refused_or_missed(demo: Card, arrive: Arrive) -> None:
    page = arrive("liu.fang")
    rings_by_hand(page)

    dials(page, demo, 12)
    page.wait_for_selector("[data-phone][data-mode=ringing]")
    expect(page.locator("[data-phone-who]")).not_to_be_empty()
    page.click(".point")
    page.keyboard.press("d")
    page.wait_for_selector("[data-phone][data-mode=idle]")

    dials(page, demo, 12)
    page.wait_for_selector("[data-phone][data-mode=ringing]")
    page.click(".point")
    page.keyboard.press("e")
    expect(page.locator("[data-phone-notice]")).not_to_be_empty()

    dials(page, demo, 12)
    page.wait_for_selector("[data-phone][data-mode=ringing]")
    page.click(".point")
    page.keyboard.press("a")
    page.wait_for_selector("[data-status=talking]")
    page.keyboard.press("e")
    wraps_up(page)


def test_a_line_that_breaks_while_it_rings_is_noticed_and_mended(
    demo: Card, arrive: Arrive
) -> None:
    page = arrive("liu.fang")
    rings_by_hand(page)
    dials(page, demo, 12)
    page.wait_for_selector("[data-phone][data-mode=ringing]")
    mood(demo, "drop_signal", times=1)
    page.wait_for_selector("[data-phone][data-mode=idle]")
    expect(page.locator("[data-phone-notice]")).not_to_be_empty()
    page.wait_for_selector("[data-brief]")
    is_ready(page)


def test_a_broken_line_heals_within_a_call_and_a_pass_is_renewed(
    demo: Card, arrive: Arrive
) -> None:
    page = arrive("lin.yuting")
    number = talks(page, demo, 54)
    page.evaluate(WATCH_LINE)
    mood(demo, "drop_signal", times=1)
    eventually(lambda: page.evaluate("lines") == ["down", "clear"], page)
    page.evaluate("document.querySelector('[data-phone]').handset.refresh()")
    is_ready(page)
    eventually(lambda: phone_hears(demo["simulator_url"], number, REP) == [True], page)
    assert hears(page, REMOTE, CUSTOMER) == [True]
    does(demo, number, "hang-up")
    wraps_up(page)


def test_a_page_loaded_anew_says_what_became_of_the_call(demo: Card, arrive: Arrive) -> None:
    page = arrive("lin.yuting")
    talks(page, demo, 55)
    call_id = page.locator("[data-live-call]").get_attribute("data-live-call")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[data-phone-notice]")).not_to_be_empty()
    page.wait_for_selector("[data-wrap-up]")
    told = page.evaluate(f"fetch('/api/v1/calls/{call_id}').then((answer) => answer.json())")
    assert (told["status"], told["ended_by"]) == ("ended", "rep")
    events = page.evaluate(
        f"fetch('/api/v1/calls/{call_id}/events').then((answer) => answer.text())"
    )
    assert "page-left" in events
    wraps_up(page)


def test_the_phone_is_where_its_user_looked_last(demo: Card, arrive: Arrive) -> None:
    first = arrive("lin.yuting")
    second = first.context.new_page()
    second.goto(f"{demo['base_url']}/desk")
    is_ready(second)
    here = first.locator("[data-phone-do=take]")
    expect(here).to_be_visible()
    here.click()
    is_ready(first)
    expect(second.locator("[data-phone-do=take]")).to_be_visible()


def test_a_blocked_microphone_is_explained_and_nothing_rings(demo: Card, open_page: Opener) -> None:
    page = open_page()
    page.add_init_script(BLOCKED)
    log_in(page, demo, "chen.jie")
    expect(page.locator("[data-phone-trouble]")).not_to_be_empty()
    page.wait_for_selector("[data-phone][data-sign=bad]")


def test_the_piano_is_off_until_wanted_and_stays_far_below_speech(
    demo: Card, arrive: Arrive
) -> None:
    page = arrive("wang.min", hertz=0)
    number = talks(page, demo, 3)
    page.wait_for_timeout(500)
    assert loudness_at(demo, number) == 0
    page.click("[data-phone-do=bed]")
    levels = []
    for _ in range(12):
        page.wait_for_timeout(250)
        levels.append(loudness_at(demo, number))
    assert 0.0005 < max(levels) < USUAL_SPEECH / 10
    page.click("[data-phone-do=bed]")
    eventually(lambda: loudness_at(demo, number) == 0, page)
    page.keyboard.press("e")
    wraps_up(page)


def loudness_at(demo: Card, number: str) -> float:
    """Root mean square of what reached a simulated phone in the last half second."""
    url = f"{demo['simulator_url']}/simulator/phones/{quote(number)}/ear"
    return float(requests.get(url, timeout=5).json()["loudness"])
