"""Scheduled calls without a rep: every ending logs itself."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dialer.app import create_app
from dialer.calling.suppress import suppress
from dialer.domain.money import ReceivableState
from dialer.domain.words import (
    CallStatus,
    Disposition,
    Language,
    Mode,
    Outcome,
    Purpose,
    SuppressionReason,
    TaskState,
)
from dialer.models import Call, CallTask, Contact, Promise, Receivable, Suppression, User
from dialer.models.database import Sessions, make_engine
from tests.make import REP_PHONE, ZHANG_WEI, make_task
from tests.world import World


def owe(world: World) -> int:
    with world.sessions.write() as session:
        receivable = Receivable(
            account_id=world.here.account_id, contact_id=world.here.contact_id,
            reference="INV-7", amount_minor=123450, currency="CNY", due_on=date(2026, 2, 20),
            created_at=world.sim.now(),
        )  # fmt: skip
        session.add(receivable)
        session.flush()
        return receivable.id


def schedule(world: World, purpose: Purpose = Purpose.COLLECTION, **fields: Any) -> int:
    now = world.sim.now()
    debt = owe(world) if purpose is Purpose.COLLECTION else None
    with world.sessions.write() as session:
        session.get_one(Contact, world.here.contact_id).language = Language.EN
        task = make_task(
            session, now, session.get_one(Contact, world.here.contact_id),
            **{
                "purpose": purpose, "mode": Mode.MACHINE, "owner_id": world.here.rep_id,
                "number_id": world.here.number_id, "ready_at": now, "receivable_id": debt,
                "note": "the meeting at 3" if purpose is Purpose.REMINDER else "", **fields,
            },
        )  # fmt: skip
        return task.id


def presses(world: World, *keys: str) -> None:
    """The customer answers and presses one key after each question."""
    phone = world.sim.phone(ZHANG_WEI).answers_after(3)
    for key in keys:
        phone.presses(key, on_hearing="press", after=1)


def task_of(world: World, task_id: int) -> CallTask:
    with world.sessions.read() as session:
        return session.get_one(CallTask, task_id)


def call_of(world: World, task_id: int) -> Call:
    with world.sessions.read() as session:
        found = sa.select(Call).where(Call.task_id == task_id).order_by(Call.id.desc()).limit(1)
        return session.execute(found).scalar_one()


def next_of(world: World, task_id: int) -> list[CallTask]:
    """What follows, other than the task itself."""
    with world.sessions.read() as session:
        found = sa.select(CallTask).where(CallTask.from_call_id == call_of(world, task_id).id)
        return list(session.execute(found).scalars())


def fill_the_carriers_queue(world: World, seconds: int) -> None:
    """Other traffic of the account: whatever comes now waits so long at the carrier."""
    for _ in range(int(seconds * world.sim.settings.calls_per_second)):
        world.sim.take_turn()


def one(world: World, model: type[Any]) -> Any:
    with world.sessions.read() as session:
        return session.execute(sa.select(model)).scalar_one()


def test_a_reminder_is_confirmed_by_key(world: World) -> None:
    presses(world, "1", "1")
    task_id = schedule(world, Purpose.REMINDER)
    world.advance(60)
    task, call = task_of(world, task_id), call_of(world, task_id)
    assert (task.state, task.disposition) == (TaskState.DONE, Disposition.CONFIRMED)
    assert (call.status, call.outcome) == (CallStatus.ENDED, Outcome.TALKED)
    assert "the meeting at 3" in " ".join(world.sim.heard(ZHANG_WEI))
    assert next_of(world, task_id) == []


def test_a_payment_is_promised_by_key_and_read_back(world: World) -> None:
    presses(world, "1", "1", "3")
    task_id = schedule(world)
    world.advance(90)
    promise = one(world, Promise)
    assert (promise.amount_minor, promise.due_on) == (123450, date(2026, 3, 5))
    spoken = "one thousand two hundred thirty-four point five zero Chinese yuan"
    assert spoken in world.sim.heard(ZHANG_WEI)[-1]
    assert "March 5, 2026" in world.sim.heard(ZHANG_WEI)[-1]
    (follow_up,) = next_of(world, task_id)
    assert (follow_up.purpose, follow_up.due_local) == (Purpose.COLLECTION, "2026-03-06T10:00")


def test_who_has_paid_is_left_in_peace_until_it_is_checked(world: World) -> None:
    presses(world, "1", "2")
    task_id = schedule(world)
    world.advance(60)
    assert task_of(world, task_id).disposition is Disposition.PAID
    (check,) = next_of(world, task_id)
    assert (check.mode, check.owner_id) == (Mode.REP, world.here.rep_id)


def test_the_owner_is_rung_and_bridged_when_free(world: World) -> None:
    presses(world, "1", "3")
    world.sim.phone(REP_PHONE).answers_after(3).presses("1", after=2)
    task_id = schedule(world)
    world.advance(45)
    call = call_of(world, task_id)
    assert call.rep_id == world.here.rep_id
    assert world.sim.hearers(ZHANG_WEI) == {REP_PHONE}


def test_an_owner_who_is_busy_calls_back(world: World) -> None:
    presses(world, "1", "3")
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).paused_at = world.sim.now()
    task_id = schedule(world)
    world.advance(60)
    assert world.sim.rings(REP_PHONE) == []
    assert task_of(world, task_id).disposition is Disposition.RESCHEDULED
    (call_back,) = next_of(world, task_id)
    assert call_back.mode is Mode.REP


def test_an_owner_who_does_not_answer_calls_back(world: World) -> None:
    presses(world, "1", "3")
    world.sim.phone(REP_PHONE).never_answers()
    task_id = schedule(world)
    world.advance(120)
    assert "call you back" in world.sim.heard(ZHANG_WEI)[-1]
    assert task_of(world, task_id).disposition is Disposition.RESCHEDULED


def test_a_dispute_stops_everything_about_the_debt(world: World) -> None:
    presses(world, "1", "4")
    task_id = schedule(world)
    world.advance(60)
    assert one(world, Receivable).state is ReceivableState.DISPUTED
    assert task_of(world, task_id).disposition is Disposition.DISPUTED
    (decision,) = next_of(world, task_id)
    assert (decision.mode, decision.note) == (Mode.REP, "disputed")


def test_who_is_not_the_one_hears_no_word_about_the_debt(world: World) -> None:
    presses(world, "2")
    task_id = schedule(world)
    world.advance(60)
    assert task_of(world, task_id).disposition is Disposition.WRONG_NUMBER
    assert not any("INV-7" in text or "1,234" in text for text in world.sim.heard(ZHANG_WEI))


@pytest.mark.parametrize("keys", [("9",), ("1", "9"), ("1", "1", "9")])
def test_nine_is_an_opt_out_at_every_step(world: World, keys: tuple[str, ...]) -> None:
    presses(world, *keys)
    task_id = schedule(world)
    world.advance(90)
    assert one(world, Suppression).reason is SuppressionReason.OPT_OUT
    assert task_of(world, task_id).disposition is Disposition.OPTED_OUT
    assert next_of(world, task_id) == []


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(("key", "is_heeded"), [("9", True), ("1", False)])
def test_an_opt_out_that_the_database_missed_is_in_force_when_it_is_back(
    world: World, key: str, is_heeded: bool
) -> None:
    presses(world, key)
    schedule(world)
    world.advance(5)
    assert len(world.sim.heard(ZHANG_WEI)) == 1
    away = Sessions(make_engine("sqlite:////nowhere/at/all/x.db"))
    world.sim.serves(create_app(replace(world.rt, sessions=away)))
    world.sim.advance(20)
    assert "sorry" in world.sim.heard(ZHANG_WEI)[-1] or "抱歉" in world.sim.heard(ZHANG_WEI)[-1]
    world.sim.serves(world)
    world.advance(60)
    with world.sessions.read() as session:
        suppressed = session.scalars(sa.select(Suppression)).all()
    assert [found.reason for found in suppressed] == [SuppressionReason.OPT_OUT] * is_heeded


def test_silence_is_asked_once_more_and_then_tried_another_day(world: World) -> None:
    world.sim.phone(ZHANG_WEI).answers_after(3)
    task_id = schedule(world)
    world.advance(120)
    task = task_of(world, task_id)
    assert len(world.sim.heard(ZHANG_WEI)) == 3
    assert (task.state, task.outcome) == (TaskState.WAITING, Outcome.NO_RESPONSE)
    assert task.ready_at is not None
    assert task.ready_at - world.sim.now() > timedelta(hours=23)


def test_an_early_hang_up_is_logged_without_a_human(world: World) -> None:
    world.sim.phone(ZHANG_WEI).answers_after(3).hangs_up_after(1)
    task_id = schedule(world)
    world.advance(60)
    task = task_of(world, task_id)
    assert (task.outcome, task.disposition) == (Outcome.NO_RESPONSE, Disposition.NO_RESPONSE)


def test_an_answering_machine_is_told_nothing_of_a_debt(world: World) -> None:
    world.sim.phone(ZHANG_WEI).is_voicemail()
    task_id = schedule(world)
    world.advance(120)
    assert task_of(world, task_id).outcome is Outcome.VOICEMAIL
    assert not any("call us back" in text for text in world.sim.heard(ZHANG_WEI))


def test_an_answering_machine_is_left_a_message_by_a_reminder(world: World) -> None:
    world.sim.phone(ZHANG_WEI).is_voicemail()
    schedule(world, Purpose.REMINDER)
    world.advance(120)
    assert "call us back" in world.sim.heard(ZHANG_WEI)[-1]
    assert "the meeting" not in world.sim.heard(ZHANG_WEI)[-1]


@pytest.mark.parametrize(
    ("manner", "outcome", "minutes"),
    [
        ("is_busy", Outcome.BUSY, 15),
        ("never_answers", Outcome.NO_ANSWER, 190),
        ("is_voicemail", Outcome.VOICEMAIL, 24 * 60),
        ("fails", Outcome.FAILED, 24 * 60),
    ],
)
def test_each_outcome_has_its_own_retry(
    world: World, manner: str, outcome: Outcome, minutes: int
) -> None:
    getattr(world.sim.phone(ZHANG_WEI), manner)()
    task_id = schedule(world)
    world.advance(120)
    task, call = task_of(world, task_id), call_of(world, task_id)
    assert (task.state, task.outcome, task.tries) == (TaskState.WAITING, outcome, 1)
    assert call.ended_at is not None
    assert task.ready_at == call.ended_at + timedelta(minutes=minutes)


def test_after_the_last_try_the_owner_gets_the_call(world: World) -> None:
    world.sim.phone(ZHANG_WEI).is_busy()
    task_id = schedule(world)
    for _ in range(3):
        world.advance(30)
        world.skip(15 * 60)
    assert task_of(world, task_id).tries == 3
    assert task_of(world, task_id).state is TaskState.DONE
    (handed,) = next_of(world, task_id)
    assert (handed.mode, handed.note) == (Mode.REP, "not reached")


def test_the_caller_id_stays_the_same_from_try_to_try(world: World) -> None:
    world.sim.phone(ZHANG_WEI).is_busy()
    schedule(world)
    world.advance(30)
    world.skip(15 * 60)
    world.advance(30)
    dialled = [post.form["From"] for post in world.sim.accepted("Calls.json")]
    assert dialled == ["+862155550100"] * 2


def test_a_task_outside_its_window_waits_for_the_opening(world: World) -> None:
    world.skip(11 * 3600)
    task_id = schedule(world)
    world.advance(5)
    task = task_of(world, task_id)
    assert (task.state, task.held_by) == (TaskState.WAITING, "purpose_hours:collection")
    assert task.ready_at is not None
    assert task.ready_at.isoformat() == "2026-03-03T01:00:00+00:00"


def test_a_task_that_came_too_late_expires_visibly(world: World) -> None:
    soon = world.sim.now() + timedelta(minutes=2)
    world.skip(11 * 3600)
    task_id = schedule(world, not_after_at=soon)
    world.advance(5)
    assert task_of(world, task_id).state is TaskState.EXPIRED


def test_a_suppressed_number_is_not_called_and_the_task_ends(world: World) -> None:
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "test")
    task_id = schedule(world)
    world.advance(5)
    task = task_of(world, task_id)
    assert (task.state, task.held_by) == (TaskState.CANCELLED, "suppressed")
    assert world.sim.rings() == []


def test_money_that_came_in_withdraws_the_call(world: World) -> None:
    task_id = schedule(world)
    with world.sessions.write() as session:
        session.execute(sa.update(Receivable).values(paid_minor=123450))
    world.advance(5)
    assert task_of(world, task_id).state is TaskState.CANCELLED
    assert world.sim.rings() == []


def test_a_carriers_refusal_ends_the_try_and_is_logged(world: World) -> None:
    world.sim.settings = replace(world.sim.settings, caller_ids=("+15005550006",))
    task_id = schedule(world)
    world.advance(30)
    assert call_of(world, task_id).outcome is Outcome.REFUSED_BY_CARRIER
    assert task_of(world, task_id).state is TaskState.DONE


def test_a_call_whose_fate_nobody_knows_is_never_dialled_again(world: World) -> None:
    world.sim.network.drop_before(kind="Calls.json", times=1)
    task_id = schedule(world)
    for _ in range(20):
        world.skip(60)
    assert task_of(world, task_id).state is TaskState.UNCERTAIN
    assert world.sim.rings(ZHANG_WEI) == []


def test_a_call_that_the_carrier_still_holds_when_its_window_closes_is_cancelled(
    world: World,
) -> None:
    world.skip(10 * 3600 - 75)
    fill_the_carriers_queue(world, seconds=120)
    task_id = schedule(world)
    world.advance(300)
    assert world.sim.rings(ZHANG_WEI) == []
    task = task_of(world, task_id)
    assert (task.state, task.outcome) == (TaskState.WAITING, Outcome.CANCELED)
