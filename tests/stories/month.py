"""A ledger lived through for weeks on the virtual clock, with its own book of what was done.

Tests recount from the book (`tests/stories/book.py`) and from the simulator's witness.
"""

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from dialer.calling.machine_run import withdraw_settled
from dialer.domain.money import Decision, ReceivableState
from dialer.domain.words import (
    AccountClass,
    ContactRole,
    Language,
    Mode,
    Purpose,
    TaskState,
    UserRole,
)
from dialer.models import (
    Account,
    Call,
    CallTask,
    Contact,
    ContactNumber,
    PhoneNumber,
    Receivable,
    User,
)
from dialer.models.numbers import zone_data_version
from dialer.scheduling.duties import DUTIES, run_duty
from dialer.selling.disputes import decide_dispute
from dialer.selling.payments import NewPayment, receive_payment
from dialer.selling.tasks import cancel_task
from dialer.simulator.manners import ASKS_FOR_1, MANNERS, Act, Manner
from tests.make import make_user
from tests.stories.book import Book, Debtor, Paid, Said
from tests.world import World

# A Wednesday before Easter, 08:00 in Shanghai: Good Friday and Easter Monday are near.
BEGIN = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """Where debtors live, and how large a share of them."""

    prefix: str
    region: str
    zone: str
    currency: str
    share: int


PLACES = (
    Place("+8613900", "CN", "Asia/Shanghai", "CNY", 70),
    Place("+88691200", "TW", "Asia/Taipei", "TWD", 10),
    Place("+44207940", "GB", "Europe/London", "GBP", 10),
    Place("+1212555", "US-NY", "America/New_York", "USD", 10),
)
DIGITS = {"CN": 6}
TICK = 20.0
REPAIRS_EVERY = timedelta(minutes=10)
AT_EVERY_LOOK = frozenset(
    {"place_planned", "dial_due_tasks", "leave_messages", "settle_tasks"}
)  # fmt: skip
# The simulator bills long after a call; nothing here asks what calls cost.
NEVER = frozenset(
    {"poll_costs", "audit_carrier", "audit_gap", "replay_spool", "forget_old", "find_rooms"}
)
LONGEST_NAP = timedelta(hours=8)


def keys(*pressed: str) -> tuple[Act, ...]:
    return tuple(Act(press=key, on_hearing=ASKS_FOR_1, after=0.5) for key in pressed)


# How often each manner is met, and what such a person does after a promise.
PEOPLE: tuple[tuple[int, Manner], ...] = (
    (14, Manner(name="promises-today", talks_seconds=120, acts=keys("1", "1", "1"))),
    (14, Manner(name="promises-soon", talks_seconds=120, acts=keys("1", "1", "3"))),
    (8, Manner(name="promises-week", talks_seconds=120, acts=keys("1", "1", "4"))),
    (6, MANNERS["paid"]),
    (5, MANNERS["disputes"]),
    (5, MANNERS["opts-out"]),
    (4, MANNERS["wrong-person"]),
    (4, MANNERS["listener"]),
    (12, MANNERS["no-answer"]),
    (8, MANNERS["busy"]),
    (8, MANNERS["voicemail"]),
    (4, MANNERS["hangs-up-early"]),
    (3, MANNERS["declines"]),
    (3, MANNERS["unknown-number"]),
    (2, MANNERS["fax"]),
)


class Month:
    """The world, the book and the dice."""

    def __init__(self, world: World, accounts: int, share_due: float, seed: int = 7) -> None:
        self.world, self.dice, self.book = world, Random(seed), Book()
        self.share_due = share_due
        self.agenda: list[tuple[datetime, str, str]] = []
        self.pressed: dict[str, str] = {}
        self.heard = 0
        self.last_chores = BEGIN
        self.last_thorough = BEGIN
        self.chief = self.hire()
        self.make_ledger(accounts)

    def hire(self) -> User:
        with self.world.sessions.write() as session:
            now = self.world.rt.now()
            make_user(session, now, "wang.min")
            return make_user(
                session, now, "chen.jie", full_name="Chen Jie", role=UserRole.ADMIN, phone=None
            )

    def make_ledger(self, accounts: int) -> None:
        """Write the customers in a few statements: what is made is not what is tested here."""
        debtors = [self.imagine(place) for place in range(accounts)]
        self.book.debtors = {debtor.reference: debtor for debtor in debtors}
        self.book.ids = {debtor.reference: id_ for id_, debtor in enumerate(debtors, 1)}
        with self.world.sessions.write() as session:
            rep_id = session.scalars(sa.select(User.id).where(User.name == "wang.min")).one()
            for model in (Account, Contact, PhoneNumber, ContactNumber, Receivable):
                rows = [
                    self.row_of(model, rep_id, id_, debtor) for id_, debtor in enumerate(debtors, 1)
                ]
                session.execute(sa.insert(model), rows)

    def row_of(self, model: type[Any], rep_id: int, id_: int, debtor: Debtor) -> dict[str, Any]:
        """One debtor's row in one table; its id is the same in all of them."""
        at = self.world.rt.now()
        region, zone = PLACES[debtor.place].region, PLACES[debtor.place].zone
        makers: dict[type[Any], dict[str, Any]] = {
            Account: {
                "id": id_, "name": debtor.reference, "owner_id": rep_id, "created_at": at,
                "account_class": self.dice.choice(list(AccountClass)), "stage": 3,
            },
            Contact: {
                "id": id_, "account_id": id_, "name": debtor.reference, "created_at": at,
                "role": ContactRole.PAYER,
                "language": self.dice.choice([Language.ZH_CN, Language.EN]),
            },
            PhoneNumber: {
                "id": id_, "e164": debtor.number, "kind": "mobile", "region": region,
                "number_hash": debtor.number, "zones": [zone],
                "zone_data": zone_data_version(), "created_at": at,
            },
            ContactNumber: {"contact_id": id_, "number_id": id_, "position": 0},
            Receivable: {
                "id": id_, "account_id": id_, "contact_id": id_, "reference": debtor.reference,
                "amount_minor": debtor.amount, "currency": debtor.currency,
                "due_on": debtor.due_on, "created_at": at,
            },
        }  # fmt: skip
        return makers[model]

    def imagine(self, place: int) -> Debtor:
        """One customer: some are due within the month or a little overdue, the others later."""
        home = self.dice.choices(range(len(PLACES)), [place.share for place in PLACES])[0]
        digits = DIGITS.get(PLACES[home].region, 4)
        manner = self.dice.choices([m for _, m in PEOPLE], [share for share, _ in PEOPLE])[0]
        number = f"{PLACES[home].prefix}{place:0{digits}d}"
        self.world.sim.phone(number).behaves(manner)
        near = self.dice.random() < self.share_due
        days = self.dice.randint(-18, 27) if near else self.dice.randint(45, 200)
        return Debtor(
            number=number, reference=f"R-{place:05d}", currency=PLACES[home].currency, place=home,
            amount=self.dice.randint(1_000, 9_000_000), manner=manner.name,
            due_on=BEGIN.date() + timedelta(days=days),
        )  # fmt: skip

    def expect_money(self, at: datetime, debtor: Debtor) -> None:
        """Somebody will pay: mostly all, sometimes a part, too much, or in another currency."""
        kind = self.dice.choices(("all", "part", "more", "other", "twice"), (80, 8, 4, 4, 4))[0]
        heapq.heappush(self.agenda, (at, debtor.reference, kind))

    def live(self, days: int) -> None:
        """Let the days pass: calls, payments, decisions, and nobody looks in between."""
        end = BEGIN + timedelta(days=days)
        for debtor in self.book.debtors.values():
            if debtor.due_on < end.date() and self.dice.random() < 0.15:
                hours = self.dice.uniform(1, days * 24)
                self.expect_money(BEGIN + timedelta(hours=hours), debtor)
        while self.world.sim.now() < end:
            self.run_duties()
            self.receive()
            self.listen()
            if self.is_busy():
                self.world.sim.advance(TICK)
            else:
                self.chores()
                self.last_thorough = BEGIN
                self.world.sim.advance(
                    (self.next_event(end) - self.world.sim.now()).total_seconds()
                )

    def run_duties(self) -> None:
        """What moves calls at every look; all the rest after a nap, and every ten minutes."""
        now = self.world.sim.now()
        thorough = now - self.last_thorough >= REPAIRS_EVERY
        if thorough:
            self.last_thorough = now
        for duty in DUTIES:
            if duty.name in AT_EVERY_LOOK or (thorough and duty.name not in NEVER):
                run_duty(self.world.rt, duty)

    def is_busy(self) -> bool:
        """Whether somebody is called now, or due to be."""
        if any(True for _ in self.world.sim.open_calls()):
            return True
        with self.world.sessions.read() as session:
            live = session.scalar(sa.select(sa.exists().where(Call.ended_at.is_(None))))
            due = session.scalar(
                sa.select(
                    sa.exists().where(
                        CallTask.state.in_((TaskState.WAITING, TaskState.DIALING, TaskState.LIVE)),
                        sa.or_(CallTask.ready_at <= self.world.sim.now(),
                               CallTask.state != TaskState.WAITING),
                    )
                )
            )  # fmt: skip
        return bool(live or due)

    def next_event(self, end: datetime) -> datetime:
        """When something is due: a call, a payment, the ladder's next look."""
        now = self.world.sim.now()
        with self.world.sessions.read() as session:
            ready = session.scalar(
                sa.select(sa.func.min(CallTask.ready_at)).where(
                    CallTask.state == TaskState.WAITING, CallTask.mode == Mode.MACHINE
                )
            )
            looks = session.scalar(
                sa.select(sa.func.min(Receivable.looks_at)).where(
                    Receivable.state == ReceivableState.OPEN
                )
            )
        money = self.agenda[0][0] if self.agenda else None
        known = [at for at in (ready, looks, money, now + LONGEST_NAP, end) if at is not None]
        return max(now + timedelta(seconds=TICK), min(known))

    def receive(self) -> None:
        """Tell the product of the money whose time has come, and write it into the book."""
        while self.agenda and self.agenda[0][0] <= self.world.sim.now():
            _, reference, kind = heapq.heappop(self.agenda)
            self.tell(self.book.debtors[reference], kind)
        for call in self.world.sim.open_calls():
            debtor = self.book.by_number.get(call.to)
            if debtor and call.status in ("queued", "ringing") and self.dice.random() < 0.1:
                self.tell(debtor, "all")

    def tell(self, debtor: Debtor, kind: str) -> None:
        owed = debtor.amount - debtor.paid
        amount = {"part": max(1, owed // 3), "more": owed + 500}.get(kind, owed)
        if owed == 0:
            return
        self.book.payments += 1
        new = NewPayment(
            amount_minor=amount, currency="EUR" if kind == "other" else debtor.currency,
            paid_on=self.world.sim.now().date(), payment_reference=f"bank-{self.book.payments}",
            text=f"for {debtor.reference.lower()}, thank you",
        )  # fmt: skip
        receive_payment(self.world.rt, self.chief, new)
        withdraw_settled(self.world.rt)  # the commit wakes the clock
        if kind == "twice":
            receive_payment(self.world.rt, self.chief, new)
        if kind == "other":
            self.book.doubtful += 1
            return
        debtor.paid += min(owed, amount)
        self.book.paid.append(
            Paid(
                at=self.world.sim.now(), on=new.paid_on, reference=debtor.reference,
                amount=min(owed, amount),
            )
        )  # fmt: skip
        self.book.surplus += max(0, amount - owed)
        if debtor.paid == debtor.amount:
            debtor.settled_at = self.world.sim.now()

    def listen(self) -> None:
        """What people did at their phones since the last look: promises, opt-outs, disputes."""
        given = self.world.sim.witness.given
        people = self.book.by_number
        for at in range(self.heard, len(given)):
            deed = given[at]
            debtor = people.get(deed.number)
            if debtor is None:
                continue
            pressed = self.pressed.get(deed.call_sid, "") + deed.text
            self.pressed[deed.call_sid] = pressed
            if pressed.endswith("9"):
                debtor.opted_out_at = deed.at
            elif pressed == "14":
                debtor.disputed_at = deed.at
            elif len(pressed) == 3 and pressed.startswith("11"):
                self.note_promise(deed.at, debtor, {"1": 0, "2": 1, "3": 3, "4": 7}[pressed[2]])
        self.heard = len(given)

    def note_promise(self, at: datetime, debtor: Debtor, days: int) -> None:
        """Seven in ten keep their word, or mean to."""
        today = at.astimezone(ZoneInfo(PLACES[debtor.place].zone)).date()
        self.book.said.append(
            Said(
                at=at, reference=debtor.reference, amount=debtor.amount - debtor.paid,
                due_on=today + timedelta(days=days),
            )
        )  # fmt: skip
        if self.dice.random() < 0.7:
            hours = self.dice.uniform(0.1, 4) + max(0, days * 24 - 6)
            self.expect_money(at + timedelta(hours=hours), debtor)

    def chores(self) -> None:
        """Once a day: the supervisor decides on disputes, and the rep clears the list."""
        if self.world.sim.now() - self.last_chores < timedelta(days=1):
            return
        self.last_chores = self.world.sim.now()
        disputed = sa.select(Receivable.reference).where(
            Receivable.state == ReceivableState.DISPUTED
        )
        for reference in self.ask(disputed)[::2]:
            self.decide(self.book.debtors[reference])
        listed = sa.select(CallTask.id).where(
            CallTask.state == TaskState.WAITING,
            CallTask.mode == Mode.REP,
            CallTask.purpose != Purpose.THANK_YOU,
        )
        for task_id in self.ask(listed):
            cancel_task(self.world.rt, self.chief, task_id)

    def ask(self, query: sa.Select[Any]) -> list[Any]:
        with self.world.sessions.read() as session:
            return list(session.scalars(query))

    def decide(self, debtor: Debtor) -> None:
        """One in three was right."""
        was_right = self.dice.random() < 0.33
        decision = Decision.WITHDRAWN if was_right else Decision.STANDS
        receivable_id = self.book.ids[debtor.reference]
        decide_dispute(self.world.rt, self.chief, receivable_id, decision, "looked into it")
        debtor.disputed_at = None
        if was_right:
            debtor.settled_at = self.world.sim.now()
            debtor.withdrawn = True
