"""Calls about money before they are made, what the voice says, and what came of it all."""

from datetime import timedelta

import pytest

from dialer.domain.words import Disposition, Language, Purpose
from dialer.models import Account
from dialer.selling.disputes import dispute
from tests.make import make_task
from tests.selling.owing import TODAY, boss, owe, pay, receivable, rep
from tests.web.conftest import Come
from tests.web.logged import log_call
from tests.web.test_money_pages import owe_elsewhere
from tests.web.visitor import Visitor
from tests.world import World

pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture
def chief(world: World, come: Come) -> Visitor:
    """A supervisor."""
    boss(world)
    visitor = come("chen.jie")
    visitor.get("/settings")
    return visitor


def test_the_plan_says_who_would_be_called_and_who_is_held_back_and_why(
    world: World, chief: Visitor
) -> None:
    owe(world, due_on=TODAY - timedelta(days=4))
    disputed = owe(world, reference="INV-8", due_on=TODAY - timedelta(days=4))
    dispute(world.rt, rep(world), disputed, "never delivered")
    page = chief.get("/money/plan?on=2026-03-02").text
    assert "4 days after" in page
    assert "Disputed: a supervisor decides" in page
    assert "INV-7" in page
    assert chief.get("/money/plan?on=9999-99-99").status_code == 200


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("purpose", ["reminder", "collection"])
def test_the_voice_can_be_read_before_anybody_hears_it(
    world: World, chief: Visitor, language: Language, purpose: str
) -> None:
    page = chief.get(f"/money/voice?language={language}&purpose={purpose}").text
    script = world.rt.scripts[language]
    assert script.texts["stopped"] in page
    assert "{" not in page.partition('<ol class="spoken">')[2]
    assert (script.texts["dates"] in page) is (purpose == "collection")


def test_the_report_sets_money_beside_the_cost_of_calls(world: World, chief: Visitor) -> None:
    owed = owe(world)
    with world.sessions.write() as session:
        contact = session.get_one(Account, world.here.account_id).contacts[0]
        task_id = make_task(
            session, world.rt.now(), contact, receivable_id=owed, step="overdue_10",
            purpose=Purpose.COLLECTION,
        ).id  # fmt: skip
    log_call(
        world, purpose=Purpose.COLLECTION, task_id=task_id, cost_minor=7, cost_currency="USD",
        disposition=Disposition.DEFERRED, note="the boss travels",
    )  # fmt: skip
    bounced = owe(world, reference="INV-9", amount_minor=999)
    pay(world), pay(world, 500, text="nobody")
    chief.post(f"/payments/{pay(world, 999, text='INV-9').payment_id}/return", reason="bounced")
    assert receivable(world, bounced).open_minor == 999
    page = chief.get("/money/reports").text
    by_step = page.partition("By step")[2].partition("By owner")[0]
    assert "10 days after" in by_step
    assert "Without a call" not in by_step
    for shown in ("CN¥1,234.50", "$0.07"):
        assert page.count(shown) == 4  # in all, by step, by owner, by day
    assert "the boss travels" in page
    assert "Nothing happened" in chief.get("/money/reports?until=2026-01-31").text


def test_another_teams_money_is_in_no_report(world: World, chief: Visitor) -> None:
    owe_elsewhere(world)
    for path in ("/money", "/money/plan", "/promises", "/disputes", "/money/reports"):
        page = chief.get(path).text
        assert "西方机械" not in page
        assert "W-1" not in page
