"""The board during calls by rep and by machine, on a good network and on a bad one."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from dialer.calling.wrap_up import WrapUp, wrap_up
from dialer.domain.stats import day_around
from dialer.domain.words import Disposition, Language, Mode, Outcome, Purpose
from dialer.models import Contact, Receivable
from tests.floor.looking import figures, look
from tests.floor.recount import recount
from tests.make import LI_NA, REP_PHONE, ZHANG_WEI, make_contact, make_task
from tests.world import World

MINUTES = 60
Weather = Callable[[World], None]
BUSY_NUMBER = "+8613900139055"


def remind(world: World, contact_id: int, purpose: Purpose = Purpose.REMINDER) -> None:
    """A machine's call that is due now."""
    now = world.sim.now()
    with world.sessions.write() as session:
        contact = session.get_one(Contact, contact_id)
        contact.language = Language.EN
        debt = Receivable(
            account_id=world.here.account_id, contact_id=contact_id, currency="CNY",
            reference=f"INV-{contact_id}", amount_minor=123450, due_on=date(2026, 2, 20),
            created_at=now,
        )  # fmt: skip
        session.add(debt)
        session.flush()
        make_task(
            session, now, contact, purpose=purpose, mode=Mode.MACHINE, ready_at=now,
            owner_id=world.here.other_rep_id, number_id=contact.numbers[0].id,
            receivable_id=debt.id if purpose is Purpose.COLLECTION else None,
        )  # fmt: skip


def another(world: World, name: str, number: str) -> int:
    with world.sessions.write() as session:
        contact = make_contact(session, world.sim.now(), None, name, number)
        contact.account_id = world.here.account_id
        return contact.id


def live_a_morning(world: World) -> None:
    """A rep's long talk, a promise by key, a voicemail, a busy line, and nobody at home."""
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(5).hangs_up_after(400)
    payer = world.sim.phone(LI_NA).answers_after(3)
    for key in ("1", "1", "3"):
        payer.presses(key, on_hearing="press", after=1)
    world.sim.phone(BUSY_NUMBER).is_busy()
    call_id = world.click()
    remind(world, another(world, "李娜", LI_NA), Purpose.COLLECTION)
    remind(world, another(world, "吴桐", BUSY_NUMBER))
    world.advance(12 * MINUTES)
    said = WrapUp(user_id=world.here.rep_id, disposition=Disposition.SAID)
    wrap_up(world.rt, call_id, said)
    world.advance(1 * MINUTES)


def shuffled(world: World) -> None:
    world.sim.network.shuffle(kind="status", seconds=30)
    world.sim.network.shuffle(kind="conference", seconds=30)


def doubled(world: World) -> None:
    world.sim.network.duplicate(kind="status", seconds=3)
    world.sim.network.duplicate(kind="conference", seconds=3)


def lost(world: World) -> None:
    world.sim.network.lose(kind="status")


def calm(_world: World) -> None:
    """Nothing happens to any callback."""


@pytest.mark.parametrize("weather", [calm, shuffled, doubled, lost])
def test_the_figures_equal_a_recount_of_the_log(world: World, weather: Weather) -> None:
    weather(world)
    live_a_morning(world)
    start, _ = day_around(world.rt.now(), ZoneInfo("Asia/Shanghai"))
    shown = figures(world)
    counted = recount(world, start)
    talk = counted.pop("talk")
    assert abs(shown.pop("talk") - talk) <= shown["conversations"]
    assert shown == counted
    assert (shown["placed"], shown["over_six"], shown["promises"]) == (3, 1, 1)


def test_a_machines_run_shows_its_step(world: World) -> None:
    world.sim.phone(ZHANG_WEI).answers_after(3).presses("1", on_hearing="press", after=6)
    remind(world, world.here.contact_id, Purpose.COLLECTION)
    steps = []
    for _ in range(40):
        world.advance(0.5)
        steps += [run.step or str(run.status) for run in look(world).runs]
    seen = list(dict.fromkeys(steps))
    assert seen[-2:] == ["who", "matter"]
    assert look(world).runs[0].call.who == "张伟"


def test_a_machines_call_counts_for_the_machine(world: World) -> None:
    world.sim.phone(ZHANG_WEI).answers_after(3).presses("1", on_hearing="press", after=1).presses(
        "1", on_hearing="press", after=1
    )
    remind(world, world.here.contact_id)
    world.advance(60)
    rows = {row.rep_id: row.figures.conversations for row in look(world).today.reps}
    assert rows == {None: 1, world.here.rep_id: 0, world.here.other_rep_id: 0}
    assert look(world).runs == []


def test_an_owner_who_is_bridged_has_the_call_on_the_tile(world: World) -> None:
    phone = world.sim.phone(ZHANG_WEI).answers_after(3)
    phone.presses("1", on_hearing="press", after=1).presses("3", on_hearing="press", after=1)
    remind(world, world.here.contact_id)
    world.advance(30)
    tiles = {tile.rep_id: tile for tile in look(world).tiles}
    assert tiles[world.here.other_rep_id].by_machine


def test_unanswered_and_refused_calls_lower_the_rate(world: World) -> None:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).behaves("busy")
    call_id = world.click()
    world.advance(30)
    assert world.call(call_id).outcome is Outcome.BUSY
    assert look(world).today.all.answer_rate == 0
