"""Money in: booked, withdrawn for, thanked for; or laid before a person."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dialer.domain.matching import Doubt
from dialer.domain.money import PaymentState, ReceivableState
from dialer.domain.words import Mode, Purpose, TaskState
from dialer.models import CallTask, Contact, Payment
from dialer.models.statements import undecided_payments
from dialer.selling.deciding import assign_payment, return_payment, settle_surplus
from dialer.selling.errors import BadValue, NotAllowed
from tests.make import make_task
from tests.selling.owing import TODAY, boss, owe, pay, payment, receivable, rep
from tests.world import World


def plan_call(world: World, receivable_id: int, purpose: Purpose = Purpose.COLLECTION) -> int:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        return make_task(
            session, world.rt.now(), contact, purpose=purpose, mode=Mode.MACHINE,
            receivable_id=receivable_id, ready_at=world.rt.now() + timedelta(hours=1),
        ).id  # fmt: skip


def task(world: World, task_id: int) -> CallTask:
    with world.sessions.read() as session:
        return session.get_one(CallTask, task_id)


def thanks(world: World) -> list[CallTask]:
    with world.sessions.read() as session:
        found = sa.select(CallTask).where(CallTask.purpose == Purpose.THANK_YOU)
        return list(session.scalars(found))


def test_a_payment_settles_withdraws_and_is_thanked_for(world: World) -> None:
    receivable_id = owe(world)
    call_id = plan_call(world, receivable_id)
    told = pay(world, text="invoice inv 7")
    assert told.state is PaymentState.MATCHED
    assert receivable(world, receivable_id).state is ReceivableState.PAID
    assert task(world, call_id).state is TaskState.CANCELLED
    (thank_you,) = thanks(world)
    assert (thank_you.mode, thank_you.owner_id) == (Mode.REP, world.here.rep_id)
    assert thank_you.due_local == "2026-03-03T10:00"


def test_a_call_about_another_debt_stays_planned(world: World) -> None:
    owe(world)
    other = plan_call(world, owe(world, reference="INV-8"))
    pay(world)
    assert task(world, other).state is TaskState.WAITING


def test_the_same_payment_told_twice_is_one(world: World) -> None:
    receivable_id = owe(world)
    first, second = pay(world, 1000), pay(world, 1000)
    assert (second.payment_id, second.is_new) == (first.payment_id, False)
    assert receivable(world, receivable_id).paid_minor == 1000


def test_a_part_payment_leaves_the_rest_open_and_is_not_thanked_for(world: World) -> None:
    receivable_id = owe(world)
    pay(world, 450)
    row = receivable(world, receivable_id)
    assert (row.open_minor, row.state) == (123000, ReceivableState.OPEN)
    assert thanks(world) == []


def test_what_is_paid_beyond_the_debt_waits_for_a_person(world: World) -> None:
    receivable_id, chief = owe(world), boss(world)
    told = pay(world, 200000)
    assert receivable(world, receivable_id).state is ReceivableState.PAID
    assert payment(world, told.payment_id).surplus_minor == 76550
    with world.sessions.read() as session:
        assert [row.id for row in undecided_payments(session, chief)] == [told.payment_id]
    settle_surplus(world.rt, chief, told.payment_id, "sent back")
    with world.sessions.read() as session:
        assert undecided_payments(session, chief) == []


def test_another_currency_is_never_booked_by_itself(world: World) -> None:
    receivable_id = owe(world)
    told = pay(world, currency="USD")
    row = payment(world, told.payment_id)
    assert (row.state, row.doubt) == (PaymentState.DOUBTFUL, Doubt.CURRENCY)
    assert receivable(world, receivable_id).paid_minor == 0


def test_a_named_receivable_in_another_currency_is_kept_for_a_person(world: World) -> None:
    told = pay(world, currency="USD", receivable_id=owe(world), text="")
    assert payment(world, told.payment_id).doubt == Doubt.CURRENCY


def test_money_that_nobody_knows_is_not_lost(world: World) -> None:
    told = pay(world, 77, text="hello")
    assert payment(world, told.payment_id).state is PaymentState.UNMATCHED


def test_a_payment_reference_that_comes_with_other_money_is_looked_at(world: World) -> None:
    receivable_id = owe(world)
    pay(world, 1000, payment_reference="bank-1")
    told = pay(world, 2000, payment_reference="bank-1")
    assert payment(world, told.payment_id).doubt == Doubt.REUSED
    assert receivable(world, receivable_id).paid_minor == 1000


@pytest.mark.parametrize(
    "fields",
    [
        {"amount_minor": 0}, {"currency": "XXX"}, {"payment_reference": " "},
        {"paid_on": TODAY + timedelta(days=2)}, {"paid_on": date(1999, 1, 1)},
    ],
)  # fmt: skip
def test_what_is_no_payment_is_refused(world: World, fields: dict[str, object]) -> None:
    with pytest.raises(BadValue):
        pay(world, **fields)  # type: ignore[arg-type]
    with world.sessions.read() as session:
        assert session.scalars(sa.select(Payment)).all() == []


def test_a_person_assigns_what_was_doubtful(world: World) -> None:
    first, second = owe(world), owe(world, reference="INV-8", amount_minor=500)
    told = pay(world, 1500, text="INV-7 INV-8")
    assert told.state is PaymentState.DOUBTFUL
    shares = {first: 1000, second: 500}
    assign_payment(world.rt, boss(world), told.payment_id, shares, "asked the customer")
    assert receivable(world, first).paid_minor == 1000
    assert receivable(world, second).state is ReceivableState.PAID


@pytest.mark.parametrize("shares", [{}, {0: 1600}, {0: 1400, 1: 600}, {1: 501}])
def test_shares_that_do_not_fit_are_refused(world: World, shares: dict[int, int]) -> None:
    ids = [owe(world), owe(world, reference="INV-8", amount_minor=500)]
    told = pay(world, 1500, text="INV-7 INV-8")
    given = {ids[place]: minor for place, minor in shares.items()}
    with pytest.raises(BadValue):
        assign_payment(world.rt, boss(world), told.payment_id, given, "why")


def test_a_rep_does_not_decide_about_money(world: World) -> None:
    owe(world)
    told = pay(world, currency="USD")
    with pytest.raises(NotAllowed):
        return_payment(world.rt, rep(world), told.payment_id, "why")


def test_money_sent_back_opens_the_debt_again(world: World) -> None:
    receivable_id = owe(world)
    told = pay(world)
    return_payment(world.rt, boss(world), told.payment_id, "the bank took it back")
    row = receivable(world, receivable_id)
    assert (row.open_minor, row.state) == (123450, ReceivableState.OPEN)
    assert payment(world, told.payment_id).allocations == []


def test_two_invoices_are_thanked_for_with_one_call(world: World) -> None:
    owe(world)
    owe(world, reference="INV-8", amount_minor=500)
    pay(world, 123950, text="INV-7, INV-8")
    assert len(thanks(world)) == 1
