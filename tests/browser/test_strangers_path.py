"""A stranger's first hour, in three languages, with a picture of each step.

`make run` is the set-up, with which `make test` begins too, and then `dialer demo`, whose opening
in an empty folder tests/commands/test_demo.py shows. Here its floor is open.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import SCREENSHOTS, Opener, run_demo
from tests.browser.test_a_call import wait_for
from tests.browser.walking import choose_look, log_in

Card = dict[str, Any]
Keep = Callable[[Page, str], None]
LAPTOP: ViewportSize = {"width": 1280, "height": 800}
PASSWORD = "three violet otters"
MORE_ROWS = 800


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """What somebody of a language brings along; the first row of the list is whom they call."""

    encoding: str
    region: str
    headings: str
    rows: tuple[str, ...]
    more: str
    account: str
    rep: str
    rep_name: str
    phone: str
    point: str
    note: str


STRANGERS = {
    "en": Stranger(
        encoding="utf-8-sig",
        region="AU",
        headings="Company;Contact person;Phone;Class;Remarks",
        rows=(
            "Harbour Glass;Olivia Hart;０２ ５５５０ １２３１ / +61 2 5550 1232;Ａ;old friend",
            "Bondi Boats;Jack Moore;mobile: 0412 555 033;B;",
            "Kiama Dairy;Ruby Stone;3.9E+10;C;",
        ),
        more="Harbour Shop {n:04};;+61 2 5551 {n:04};D;",
        account="Harbour Glass",
        rep="grace.miller",
        rep_name="Grace Miller",
        phone="+61 2 5550 1294",
        point="Three years of warranty, installed tomorrow",
        note="Wants the offer in writing",
    ),
    "zh-CN": Stranger(
        encoding="gb18030",
        region="CN",
        headings="公司名称,联系人,联系电话（必填）,客户等级,备注",
        rows=(
            "湖州光学,周婷,０５７１-８７６５ ４１３１ / 13600136131,Ａ类,老客户",
            "宁波海运,吴磊,手机:137 0013 7132,B,",
            "无锡电机,冯强,1.38E+10,D,",
        ),
        more="湖州商行{n:04},,0571-8766{n:04},D,",
        account="湖州光学",
        rep="zhou.ming",
        rep_name="周明",
        phone="021-5555 0195",
        point="三年保修，明天上门安装",
        note="要书面报价",
    ),
    "zh-TW": Stranger(
        encoding="utf-16",
        region="TW",
        headings="公司名稱\t聯絡人\t電話\t客戶等級\t備註",
        rows=(
            "淡水精機\t張雅雯\t０２-５５５５ ０１３１ / 0912 555 131\tＡ級\t老客戶",
            "高雄航運\t黃志豪\t手機:0912-555-132\tB\t",
            "新竹電機\t許淑芬\t9.12E+08\tD\t",
        ),
        more="淡水商行{n:04}\t\t02-5556{n:04}\tD\t",
        account="淡水精機",
        rep="chen.yijun",
        rep_name="陳怡君",
        phone="+886 2 5555 0196",
        point="三年保固，明天到府安裝",
        note="要書面報價",
    ),
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Card]:
    """The floor as `make run` opens it."""
    with run_demo(tmp_path_factory.mktemp("stranger"), speed=10) as card:
        yield card


@pytest.fixture
def keep(language: str) -> Keep:
    """Numbers the pictures of one path."""
    folder = SCREENSHOTS / f"stranger-{language}"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    names = iter(range(1, 100))

    def keep_one(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{next(names):02}-{name}.png", full_page=True)

    return keep_one


@pytest.mark.parametrize("language", STRANGERS)
def test_a_stranger_brings_customers_in_invites_a_rep_who_calls_and_sees_it_on_the_board(
    fresh: Card, open_page: Opener, keep: Keep, language: str
) -> None:
    mine = STRANGERS[language]
    admin, rep, boss = (open_page(viewport=LAPTOP, locale=language) for _ in range(3))
    log_in(admin, fresh, "admin")
    choose_look(admin, fresh, language)
    bring_in(admin, fresh, mine, keep)
    link = invite(admin, fresh, mine, language, keep)
    come_in(rep, link, keep)
    find_customer(rep, fresh, mine, keep)

    log_in(boss, fresh, "chen.jie")
    choose_look(boss, fresh, language)
    boss.goto(f"{fresh['base_url']}/board")
    tile = boss.locator(".tile").filter(has_text=mine.rep_name)
    expect(tile).to_be_visible()
    call(rep, mine, keep)
    expect(tile).to_contain_text(mine.point)
    expect(tile.locator("[data-band]")).to_be_visible()
    keep(boss, "board")
    wrap_up(rep, mine, keep)
    expect(tile.locator("[data-band]")).to_be_hidden(timeout=30_000)


def bring_in(page: Page, demo: Card, mine: Stranger, keep: Keep) -> None:
    """The list, looked at first, with one number that nobody can read any more."""
    page.goto(f"{demo['base_url']}/imports")
    keep(page, "import")
    lines = [mine.headings, *mine.rows, *(mine.more.format(n=n) for n in range(MORE_ROWS))]
    content = "\r\n".join(lines).encode(mine.encoding)
    page.set_input_files(
        "input[type=file]", {"name": "customers.csv", "mimeType": "", "buffer": content}
    )
    page.click(".import-form [type=submit]")
    page.wait_for_selector(".preview")
    page.select_option("#region", mine.region)
    expect(page.locator(".preview .is-failed")).to_have_count(1)
    keep(page, "preview")
    page.click('[name="deed"][value="start"]')
    keep(page, "progress")
    page.wait_for_selector(".import-faults", timeout=60_000)
    expect(page.locator('[data-figure="failed"]')).to_have_text("1")
    keep(page, "brought-in")


def invite(page: Page, demo: Card, mine: Stranger, language: str, keep: Keep) -> str:
    """The link for a new rep of the demo's team."""
    page.goto(f"{demo['base_url']}/people/invite")
    page.fill("#name", mine.rep)
    page.fill("#full_name", mine.rep_name)
    page.select_option("#team", label="East")
    page.fill("#phone", mine.phone)
    page.check(f'[name="language"][value="{language}"]', force=True)
    keep(page, "invite")
    page.click("main form button[type=submit]")
    keep(page, "link")
    return page.input_value("#link")


def come_in(page: Page, link: str, keep: Keep) -> None:
    """The rep chooses a password and logs in with it."""
    page.goto(link)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    keep(page, "welcome")
    page.click("main form button[type=submit]")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector(".nav")
    keep(page, "desk")


def find_customer(page: Page, demo: Card, mine: Stranger, keep: Keep) -> None:
    """From the search to the desk with the customer on it."""
    page.goto(f"{demo['base_url']}/accounts")
    page.fill("[data-search]", mine.account)
    page.press("[data-search]", "Enter")
    keep(page, "found")
    page.click(f".row-link >> text={mine.account}")
    keep(page, "account")
    page.click(".dial-link")
    page.wait_for_selector("[data-brief]")


def call(page: Page, mine: Stranger, keep: Keep) -> None:
    """The one point, a click, and somebody answers."""
    page.fill("#point", mine.point)
    page.check('[name="target_stage"][value="2"]')
    expect(page.locator("[data-dial]")).to_be_enabled()
    keep(page, "brief")
    page.click("[data-dial]")
    page.wait_for_selector("[data-live-call]")
    keep(page, "ringing")
    wait_for(page, "talking")
    page.fill("[data-note]", mine.note)
    keep(page, "talking")


def wrap_up(page: Page, mine: Stranger, keep: Keep) -> None:
    """What came of it, by keys; then the log has it."""
    page.click(".point")
    page.keyboard.press("e")
    page.wait_for_selector("[data-wrap-up]", timeout=30_000)
    page.keyboard.press("1")
    keep(page, "wrap-up")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/desk$"))
    keep(page, "after")
