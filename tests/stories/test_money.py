"""The way of the money over the simulator: calls that meet a payment, and endings that log."""

from datetime import timedelta

import sqlalchemy as sa

from dialer.calling.wrap_up import WrapUp, wrap_up
from dialer.domain.credit import Terms
from dialer.domain.money import PromiseState, ReceivableState
from dialer.domain.words import Disposition, Language, Mode, Outcome, Purpose, TaskState
from dialer.models import Call, CallTask, Contact, Letter, Promise, Receivable
from dialer.models.pace import SENDS, hold_back
from dialer.selling.terms import NewDeal, agree_deal
from tests.make import (
    REP_PHONE,
    ZHANG_WEI,
    make_account,
    make_contact,
    make_receivable,
    make_task,
)
from tests.selling.owing import owe, pay, receivable, rep
from tests.stories.test_machine_calls import (
    call_of,
    fill_the_carriers_queue,
    next_of,
    one,
    presses,
    schedule,
    task_of,
)
from tests.world import World


def live(world: World, seconds: float) -> None:
    """Time passes, and the clock looks around every second of it."""
    world.sim.advance(seconds, tick=1, each_tick=world.run_duties)


def rung(world: World) -> int:
    return len(world.sim.rings(ZHANG_WEI))


def heard(world: World) -> str:
    return " ".join(world.sim.heard(ZHANG_WEI))


def test_a_payment_while_it_rings_ends_the_call(world: World) -> None:
    world.sim.phone(ZHANG_WEI).answers_after(20)
    task_id = schedule(world)
    live(world, 8)
    assert rung(world) == 1
    pay(world)
    live(world, 20)
    assert world.sim.heard(ZHANG_WEI) == []
    task, call = task_of(world, task_id), call_of(world, task_id)
    assert (task.state, task.held_by) == (TaskState.CANCELLED, "receivable:paid")
    assert (call.outcome, call.ended_at is not None) == (Outcome.CANCELED, True)
    assert [follow_up.purpose for follow_up in next_of(world, task_id)] == []


def test_a_payment_while_the_carrier_holds_the_call_keeps_it_from_ringing(world: World) -> None:
    fill_the_carriers_queue(world, seconds=120)
    task_id = schedule(world)
    live(world, 5)
    pay(world)
    live(world, 180)
    assert rung(world) == 0
    assert task_of(world, task_id).state is TaskState.CANCELLED


def test_a_payment_before_a_planned_leg_has_left_keeps_it_from_leaving(world: World) -> None:
    task_id = schedule(world)
    with world.sessions.write() as session:  # others have taken the turns of a minute
        now = world.rt.now()
        hold_back(session, SENDS, now, now + timedelta(minutes=1))
    live(world, 3)
    pay(world)
    live(world, 90)
    assert world.sim.accepted("Calls.json") == []
    assert task_of(world, task_id).state is TaskState.CANCELLED
    assert call_of(world, task_id).outcome is Outcome.CANCELED


def test_whoever_answers_after_the_payment_hears_thanks_and_no_word_to_others(
    world: World,
) -> None:
    world.sim.phone(ZHANG_WEI).answers_after(3).presses("1", on_hearing="press", after=2)
    task_id = schedule(world)
    live(world, 7)
    pay(world)
    live(world, 60)
    assert "settled" in world.sim.heard(ZHANG_WEI)[-1]
    assert task_of(world, task_id).disposition is Disposition.PAID
    assert next_of(world, task_id) == []


def test_a_stranger_is_not_told_that_a_payment_arrived(world: World) -> None:
    world.sim.phone(ZHANG_WEI).answers_after(3).presses("2", on_hearing="press", after=2)
    schedule(world)
    live(world, 7)
    pay(world)
    live(world, 60)
    assert "no longer needed" in world.sim.heard(ZHANG_WEI)[-1]
    assert not any(word in heard(world) for word in ("payment", "settled", "INV-7"))


def test_nine_is_an_opt_out_also_when_the_money_has_come(world: World) -> None:
    world.sim.phone(ZHANG_WEI).answers_after(3).presses("9", on_hearing="press", after=2)
    task_id = schedule(world)
    live(world, 7)
    pay(world)
    live(world, 60)
    assert task_of(world, task_id).disposition is Disposition.OPTED_OUT


def test_the_customer_may_speak_instead_of_pressing(world: World) -> None:
    phone = world.sim.phone(ZHANG_WEI).answers_after(3)
    for words in ("Yes, speaking", "I will pay", "tomorrow"):
        phone.says(words, on_hearing="press", after=1)
    task_id = schedule(world)
    live(world, 90)
    assert task_of(world, task_id).disposition is Disposition.PROMISED
    assert call_of(world, task_id).outcome is Outcome.TALKED


def test_his_wife_hears_no_word_about_the_debt(world: World) -> None:
    world.sim.phone(ZHANG_WEI).answers_after(3).says("yes, I am his wife", on_hearing="press")
    task_id = schedule(world)
    live(world, 120)
    assert "INV-7" not in heard(world)
    assert task_of(world, task_id).outcome is Outcome.NO_RESPONSE


def test_a_doubtful_detector_is_taken_for_a_human(world: World) -> None:
    world.sim.phone(ZHANG_WEI).behaves("mute")
    task_id = schedule(world)
    live(world, 120)
    assert len(world.sim.heard(ZHANG_WEI)) == 3
    assert task_of(world, task_id).outcome is Outcome.NO_RESPONSE


def test_the_owner_reads_what_the_call_is_about_while_it_rings(world: World) -> None:
    presses(world, "1", "3")
    world.sim.phone(REP_PHONE).answers_after(10)
    task_id = schedule(world)
    live(world, 45)
    assert "INV-7, CN¥1,234.50" in call_of(world, task_id).brief_point


def test_a_call_back_is_booked_inside_the_window(world: World) -> None:
    presses(world, "1", "3")
    with world.sessions.write() as session:
        rep_row = session.merge(rep(world))
        rep_row.paused_at = world.sim.now()
    world.skip(10 * 3600 - 120)  # 19:58 where the customer is
    task_id = schedule(world)
    live(world, 60)
    (call_back,) = next_of(world, task_id)
    assert call_back.due_at.isoformat() == "2026-03-03T01:00:00+00:00"


def test_what_the_carrier_refuses_goes_to_the_owner(world: World) -> None:
    task_id = schedule(world)
    with world.sessions.write() as session:
        session.get_one(Contact, world.here.contact_id).from_number = "+862155550100"
    world.sim.settings = type(world.sim.settings)(
        **{**vars(world.sim.settings), "caller_ids": ("+15005550006",)}
    )
    live(world, 30)
    (handed,) = next_of(world, task_id)
    assert (handed.mode, handed.note) == (Mode.REP, "refused by carrier")
    assert task_of(world, task_id).disposition is Disposition.NO_RESPONSE


def test_a_call_whose_fate_nobody_knows_goes_to_a_person(world: World) -> None:
    world.sim.network.drop_before(kind="Calls.json", times=1)
    task_id = schedule(world)
    for _ in range(20):
        world.skip(60)
    (handed,) = next_of(world, task_id)
    assert (handed.mode, handed.note) == (Mode.REP, "uncertain")


MANNERS = (
    "busy", "no-answer", "declines", "unknown-number", "voicemail", "voicemail-no-beep", "fax",
    "hangs-up-early", "mute", "wrong-person", "opts-out", "disputes", "paid", "listener",
)  # fmt: skip


def test_every_ending_writes_an_outcome_a_disposition_and_what_is_next(world: World) -> None:
    tasks = {manner: schedule_with(world, place, manner) for place, manner in enumerate(MANNERS)}
    live(world, 200)
    for manner, task_id in tasks.items():
        task, call = task_of(world, task_id), call_of(world, task_id)
        assert call.ended_at is not None, manner
        said = (task.outcome, task.disposition, call.outcome, call.disposition)
        assert None not in said, manner
        goes_on = task.state is TaskState.WAITING or next_of(world, task_id) != []
        assert goes_on != (manner == "opts-out"), manner


def schedule_with(world: World, place: int, manner: str) -> int:
    """A collection call, due now, to somebody who treats it in a certain manner."""
    number = f"+861380013{place + 1000}"
    world.sim.phone(number).behaves(manner)
    with world.sessions.write() as session:
        now = world.rt.now()
        account = make_account(session, now, f"account {place}", owner_id=world.here.rep_id)
        contact = make_contact(session, now, account, f"person {place}", number)
        debt = make_receivable(session, now, contact, reference=f"INV-{place}")
        return make_task(
            session, now, contact, purpose=Purpose.COLLECTION, mode=Mode.MACHINE, ready_at=now,
            owner_id=world.here.rep_id, number_id=contact.numbers[0].id, receivable_id=debt.id,
        ).id  # fmt: skip


def rep_call(world: World, receivable_id: int) -> int:
    """A rep's collection call about a debt, talked and ended."""
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=1)
    world.sim.phone(ZHANG_WEI).answers_after(2).hangs_up_after(20)
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        task_id = make_task(
            session, world.rt.now(), contact, purpose=Purpose.COLLECTION, mode=Mode.REP,
            receivable_id=receivable_id, owner_id=world.here.rep_id,
        ).id  # fmt: skip
    call_id = world.click(purpose=Purpose.COLLECTION, task_id=task_id)
    live(world, 60)
    return call_id


def test_a_rep_who_says_resent_sends_the_notice_and_the_clock_waits(world: World) -> None:
    receivable_id = owe(world)
    call_id = rep_call(world, receivable_id)
    said = WrapUp(user_id=world.here.rep_id, disposition=Disposition.RESENT)
    wrap_up(world.rt, call_id, said)
    wrap_up(world.rt, call_id, said)
    live(world, 40)
    assert one(world, Letter).call_id == call_id
    assert receivable(world, receivable_id).waited_days == 7


def test_a_rep_who_says_disputed_stops_everything(world: World) -> None:
    receivable_id = owe(world)
    call_id = rep_call(world, receivable_id)
    said = WrapUp(user_id=world.here.rep_id, disposition=Disposition.DISPUTED)
    wrap_up(world.rt, call_id, said)
    wrap_up(world.rt, call_id, said)
    assert receivable(world, receivable_id).state is ReceivableState.DISPUTED
    with world.sessions.read() as session:
        found = sa.select(CallTask).where(CallTask.note == "disputed")
        assert session.execute(found).scalar_one().state is TaskState.WAITING


def test_the_whole_way_from_the_deal_to_the_thank_you(world: World) -> None:
    with world.sessions.write() as session:
        session.get_one(Contact, world.here.contact_id).language = Language.EN
    agree_deal(
        world.rt, rep(world),
        NewDeal(
            account_id=world.here.account_id, contact_id=world.here.contact_id, reference="D-1",
            terms=Terms.ON_DELIVERY, amount_minor=50000, currency="CNY",
            delivery_on=(world.rt.now() + timedelta(days=5)).date(),
        ),
    )  # fmt: skip
    presses(world, "1", "1")  # confirms the reminder
    live(world, 120)
    assert call_made(world).disposition is Disposition.CONFIRMED
    presses(world, "1", "1", "2")  # promises for tomorrow, a day after the due date
    to_morning(world, days=6)
    assert call_made(world).disposition is Disposition.PROMISED
    to_morning(world, days=2)
    assert one(world, Promise).state is PromiseState.BROKEN
    calls = rung(world)
    pay(world, 50000, text="D-1")
    assert one(world, Receivable).state is ReceivableState.PAID
    to_morning(world, days=3)
    assert rung(world) == calls
    with world.sessions.read() as session:
        waiting = sa.select(CallTask.purpose).where(CallTask.state == TaskState.WAITING)
        assert session.scalars(waiting).all() == [Purpose.THANK_YOU]


def to_morning(world: World, days: int) -> None:
    """Through some days on which nobody calls, to shortly after the hour of the ladder's calls."""
    for _ in range(days):
        tomorrow = world.sim.now().replace(hour=1, minute=59, second=0, microsecond=0)
        world.skip((tomorrow + timedelta(days=1) - world.sim.now()).total_seconds())
    live(world, 150)


def call_made(world: World) -> Call:
    with world.sessions.read() as session:
        latest = sa.select(Call).order_by(Call.id.desc()).limit(1)
        return session.execute(latest).scalar_one()
