"""Who is there in a seed's world, and what is wished for: the cast, drawn by its dice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from dialer.domain.words import Language, Mode, Purpose
from dialer.models import Receivable, User
from tests.make import make_account, make_contact, make_user
from tests.wire import Simulation

ACTIVE_SECONDS = 150.0
# Mondays and Saturdays in Shanghai: mid-morning, at the opening, just before the close.
STARTS = (
    datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
    datetime(2026, 3, 7, 6, 30, tzinfo=UTC),
    datetime(2026, 3, 3, 0, 59, 30, tzinfo=UTC),
    datetime(2026, 3, 2, 11, 57, 30, tzinfo=UTC),
)
CLICKED = (Purpose.FOLLOW_UP, Purpose.CARE, Purpose.THANK_YOU, Purpose.COLLECTION)
CUSTOMERS = 13
REPS = 6


@dataclass
class Wish:
    """A call that somebody wants: its name is its occurrence, however often it is asked for."""

    name: str
    at: float
    purpose: Purpose
    mode: Mode
    number: str
    number_id: int
    contact_id: int
    rep_id: int
    receivable_id: int | None = None
    rings: bool = False
    call_id: int | None = None
    task_id: int | None = None
    came_to: str = ""
    tries: int = 0

    @property
    def is_clicked(self) -> bool:
        """Whether a rep clicks for it; any other call is planned."""
        return self.mode is Mode.REP and not self.rings


@dataclass
class Floor:
    """The people's ids, and what they wish for."""

    reps: list[int] = field(default_factory=list)
    boss_id: int = 0
    wishes: list[Wish] = field(default_factory=list)


def number_of(index: int) -> str:
    return f"+86138001380{index + 30:02d}"


def rep_phone(index: int) -> str:
    return f"+8621555501{index + 90:02d}"


def open_floor(session: Session, now: datetime, dice: Random, *, crowded: bool) -> Floor:
    """Six reps, their boss, a dozen customers who owe, and at least a dozen wishes."""
    floor = Floor()
    floor.boss_id = make_user(session, now, "boss", role="supervisor", phone=None).id
    for index in range(REPS):
        rep = make_user(session, now, f"rep{index}", phone=rep_phone(index))
        floor.reps.append(rep.id)
    for index in range(CUSTOMERS):
        floor.wishes += wishes_about(session, now, dice, floor, index)
    if crowded:
        again = floor.wishes[0]
        for more in range(8):
            at = dice.uniform(0, ACTIVE_SECONDS)
            floor.wishes.append(copy_of(again, f"{again.name}:{more}", at))
    return floor


def wishes_about(
    session: Session, now: datetime, dice: Random, floor: Floor, index: int
) -> list[Wish]:
    """One customer, and one or two calls that somebody wants to make."""
    rep_id = dice.choice(floor.reps)
    account = make_account(session, now, f"account {index}", owner_id=rep_id)
    contact = make_contact(session, now, account, f"contact {index}", number_of(index))
    contact.language = Language.EN
    is_machine = index % 2 == 1
    purpose = dice.choice((Purpose.REMINDER, Purpose.COLLECTION) if is_machine else CLICKED)
    debt = owe(session, now, account.id, contact.id, index)
    wish = Wish(
        name=f"wish:{index}",
        at=dice.uniform(0, ACTIVE_SECONDS * 0.6),
        purpose=purpose,
        mode=Mode.MACHINE if is_machine else Mode.REP,
        number=number_of(index),
        number_id=contact.numbers[0].id,
        contact_id=contact.id,
        rep_id=rep_id,
        receivable_id=debt if purpose is Purpose.COLLECTION else None,
        rings=not is_machine and dice.random() < 0.25,
    )
    return [wish]


def copy_of(wish: Wish, name: str, at: float) -> Wish:
    return Wish(
        name=name, at=at, purpose=wish.purpose, mode=wish.mode, number=wish.number,
        number_id=wish.number_id, contact_id=wish.contact_id, rep_id=wish.rep_id,
        receivable_id=wish.receivable_id,
    )  # fmt: skip


def owe(session: Session, now: datetime, account_id: int, contact_id: int, index: int) -> int:
    receivable = Receivable(
        account_id=account_id, contact_id=contact_id, reference=f"INV-{index}",
        amount_minor=10_000 + index, currency="CNY", due_on=date(2026, 6, 1), created_at=now,
    )  # fmt: skip
    session.add(receivable)
    session.flush()
    return receivable.id


# How customers and reps treat their telephones, each by its own dice.

Manners = tuple[Callable[[Simulation, str, Random], object], ...]


def talks(sim: Simulation, number: str, dice: Random) -> object:
    phone = sim.phone(number).answers_after(dice.uniform(1, 12))
    return phone.hangs_up_after(dice.uniform(5, 60))


def presses(sim: Simulation, number: str, dice: Random) -> object:
    phone = sim.phone(number).answers_after(dice.uniform(1, 12))
    for key in dice.choice(("11", "113", "12", "13", "14", "19", "9", "2", "0113", "111", "")):
        phone.presses(key, on_hearing="press", after=dice.uniform(0.2, 4))
    return phone.hangs_up_after(90)


CUSTOMER_MANNERS: Manners = (
    talks, presses, presses,
    lambda sim, number, _dice: sim.phone(number).is_busy(),
    lambda sim, number, _dice: sim.phone(number).never_answers(),
    lambda sim, number, dice: sim.phone(number).declines_after(dice.uniform(1, 9)),
    lambda sim, number, _dice: sim.phone(number).is_voicemail(after=5, greeting_seconds=4),
    lambda sim, number, _dice: sim.phone(number).fails(404),
    lambda sim, number, _dice: sim.phone(number).behaves("hangs-up-early"),
    lambda sim, number, _dice: sim.phone(number).behaves("busy", "talker"),
)  # fmt: skip
REP_MANNERS: Manners = (
    lambda sim, number, _dice: sim.phone(number).behaves("rep"),
    lambda sim, number, _dice: sim.phone(number).behaves("rep"),
    lambda sim, number, _dice: sim.phone(number).behaves("rep", "no-answer", "rep"),
    lambda sim, number, _dice: sim.phone(number).behaves("rep", "rep-voicemail", "rep"),
    lambda sim, number, dice: (
        sim.phone(number).answers_after(2).presses("1", after=2).hangs_up_after(dice.uniform(5, 40))
    ),
)


def hand_out_phones(sim: Simulation, dice: Random) -> None:
    for index in range(CUSTOMERS):
        dice.choice(CUSTOMER_MANNERS)(sim, number_of(index), dice)
    for index in range(REPS):
        dice.choice(REP_MANNERS)(sim, rep_phone(index), dice)


def load_user(session: Session, user_id: int) -> User:
    return session.get_one(User, user_id)


def soon(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)
