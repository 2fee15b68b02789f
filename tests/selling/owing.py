"""A customer who owes, and the people who may do something about it."""

from datetime import date
from typing import Any

from dialer.domain.words import UserRole
from dialer.models import Contact, Payment, Promise, Receivable, User
from dialer.selling.payments import NewPayment, Received, receive_payment
from tests.make import make_receivable, make_user
from tests.world import World

TODAY = date(2026, 3, 2)  # a Monday, 10:00 where the customer is


def owe(world: World, **fields: Any) -> int:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        return make_receivable(session, world.rt.now(), contact, **fields).id


def receivable(world: World, receivable_id: int) -> Receivable:
    with world.sessions.read() as session:
        return session.get_one(Receivable, receivable_id)


def promise(world: World, promise_id: int) -> Promise:
    with world.sessions.read() as session:
        return session.get_one(Promise, promise_id)


def payment(world: World, payment_id: int) -> Payment:
    with world.sessions.read() as session:
        row = session.get_one(Payment, payment_id)
        _ = row.allocations
        return row


def rep(world: World) -> User:
    return world.user(world.here.rep_id)


def boss(world: World) -> User:
    with world.sessions.write() as session:
        return make_user(
            session, world.rt.now(), "chen.jie", full_name="Chen Jie", role=UserRole.SUPERVISOR
        )


def pay(world: World, amount_minor: int = 123450, text: str = "INV-7", **fields: Any) -> Received:
    new = {
        "amount_minor": amount_minor, "currency": "CNY", "paid_on": TODAY,
        "payment_reference": f"bank-{text}-{amount_minor}", "text": text, **fields,
    }  # fmt: skip
    return receive_payment(world.rt, rep(world), NewPayment(**new))
