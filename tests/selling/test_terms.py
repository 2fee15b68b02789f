"""Terms of payment: part of the deal, and on account only for the trusted."""

from datetime import date, timedelta

import pytest

from dialer.domain.credit import MarkKind, NoCredit, Terms
from dialer.domain.money import Part
from dialer.models import Deal
from dialer.models.account_money import open_marks
from dialer.models.credit import load_credit
from dialer.selling.errors import BadValue, NotAllowed
from dialer.selling.terms import (
    NewDeal,
    NoCreditGiven,
    agree_deal,
    clear_credit,
    mark_overdue,
    note_rumour,
    set_credit_line,
)
from tests.selling.owing import TODAY, boss, owe, pay, receivable, rep
from tests.world import World


def deal(world: World, terms: Terms = Terms.PREPAID, **fields: object) -> int:
    new = {
        "account_id": world.here.account_id, "contact_id": world.here.contact_id, "terms": terms,
        "amount_minor": 10000, "currency": "CNY", "reference": f"D-{world.rt.token()[-4:]}",
        **fields,
    }  # fmt: skip
    return agree_deal(world.rt, rep(world), NewDeal(**new))  # type: ignore[arg-type]


def trusted(world: World, limit_minor: int = 50000) -> None:
    for _ in range(3):
        deal(world)
    set_credit_line(world.rt, boss(world), world.here.account_id, limit_minor, "CNY")


def due_of(world: World, deal_id: int) -> date:
    with world.sessions.read() as session:
        return receivable(world, session.get_one(Deal, deal_id).receivable_id).due_on


def marks(world: World) -> list[MarkKind]:
    with world.sessions.read() as session:
        return [mark.kind for mark in open_marks(session, world.here.account_id)]


def test_the_terms_decide_when_it_is_due(world: World) -> None:
    trusted(world)
    assert due_of(world, deal(world)) == TODAY
    delivery = TODAY + timedelta(days=9)
    assert due_of(world, deal(world, Terms.ON_DELIVERY, delivery_on=delivery)) == delivery
    assert due_of(world, deal(world, Terms.ON_ACCOUNT)) == TODAY + timedelta(days=30)


def test_a_delivery_has_a_day(world: World) -> None:
    with pytest.raises(BadValue):
        deal(world, Terms.ON_DELIVERY)


def test_the_first_purchases_are_paid_at_once(world: World) -> None:
    set_credit_line(world.rt, boss(world), world.here.account_id, 50000, "CNY")
    with pytest.raises(NoCreditGiven) as refused:
        deal(world, Terms.ON_ACCOUNT)
    assert refused.value.why is NoCredit.FIRST_PURCHASE


def test_what_is_open_on_account_counts_against_the_limit(world: World) -> None:
    trusted(world, 15000)
    deal(world, Terms.ON_ACCOUNT)
    with pytest.raises(NoCreditGiven) as refused:
        deal(world, Terms.ON_ACCOUNT)
    assert refused.value.why is NoCredit.OVER_LIMIT


def test_money_that_came_in_frees_the_limit(world: World) -> None:
    trusted(world, 15000)
    deal(world, Terms.ON_ACCOUNT, reference="ACC-1")
    pay(world, 10000, text="ACC-1")
    assert deal(world, Terms.ON_ACCOUNT)


def test_instalments_on_account_make_up_the_amount(world: World) -> None:
    trusted(world)
    parts = (
        Part(due_on=TODAY, amount_minor=4000),
        Part(due_on=TODAY + timedelta(days=40), amount_minor=6000),
    )
    made = deal(world, Terms.ON_ACCOUNT, instalments=parts)
    assert due_of(world, made) == TODAY + timedelta(days=40)
    with pytest.raises(BadValue):
        deal(world, Terms.ON_ACCOUNT, instalments=parts[:1])


def test_a_rumour_stops_orders_on_account_until_a_supervisor_clears_it(world: World) -> None:
    trusted(world)
    note_rumour(world.rt, rep(world), world.here.account_id, "their bank has called")
    with pytest.raises(NoCreditGiven) as refused:
        deal(world, Terms.ON_ACCOUNT)
    assert refused.value.why is NoCredit.MARKED
    with pytest.raises(NotAllowed):
        clear_credit(world.rt, rep(world), world.here.account_id, "no")
    chief = world.user(world.here.rep_id + 2)
    with pytest.raises(BadValue):
        clear_credit(world.rt, chief, world.here.account_id, " ")
    assert clear_credit(world.rt, chief, world.here.account_id, "not true") == 1
    assert deal(world, Terms.ON_ACCOUNT)


def test_what_is_overdue_too_long_marks_the_credit_once(world: World) -> None:
    owe(world, due_on=TODAY - timedelta(days=31))
    owe(world, reference="INV-8", due_on=TODAY - timedelta(days=30))
    assert (mark_overdue(world.rt), mark_overdue(world.rt)) == (1, 0)
    assert marks(world) == [MarkKind.OVERDUE]


def test_a_mark_that_was_cleared_does_not_come_back_by_itself(world: World) -> None:
    owe(world, due_on=TODAY - timedelta(days=31))
    mark_overdue(world.rt)
    clear_credit(world.rt, boss(world), world.here.account_id, "agreed with them")
    assert mark_overdue(world.rt) == 0
    with world.sessions.read() as session:
        assert load_credit(session, world.here.account_id).marks == frozenset()
