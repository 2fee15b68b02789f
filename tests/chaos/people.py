"""What people do in a seed's world: they click, plan, change their minds and lose patience."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TypeVar

import sqlalchemy as sa

from dialer.calling.click import Click, click_to_dial
from dialer.calling.control import hang_up, set_hold
from dialer.calling.errors import CallingError, NotAudited, NumberBusy, OnHold, Refused, RepBusy
from dialer.calling.suppress import suppress
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.domain.words import EndedBy, SuppressionReason
from dialer.models import Call, Receivable, User
from dialer.models.database import Sessions
from dialer.models.switches import HOLD, stops
from dialer.runtime import Runtime
from dialer.selling.errors import BadValue, NotFound, TaskStarted
from dialer.selling.tasks import NewTask, cancel_task, move_task, plan_task
from tests.chaos.floor import ACTIVE_SECONDS, Floor, Wish
from tests.chaos.house import House
from tests.chaos.processes import Gone, Process

Got = TypeVar("Got")
TRIES = 6
LOOKS_EVERY = 45.0
MOST_FAILURES = 30
FAILS = (sa.exc.OperationalError, CarrierRefused, CarrierUncertain)


class People:
    """Everybody in front of a page; each deed goes to one web, and is tried again if it fails."""

    def __init__(self, house: House, floor: Floor) -> None:
        self.house, self.floor = house, floor
        self.dice = Random(f"people {house.knobs.seed}")
        self.failures = 0

    def come_to_work(self) -> None:
        """Put all that they are going to do into the agenda."""
        for wish in self.floor.wishes:
            self.later(wish.at, self.deed_of(wish))
        for kind, deed in DEEDS.items():
            if kind in self.house.knobs.kinds:
                for _ in range(3):
                    at = self.dice.uniform(20, ACTIVE_SECONDS)
                    self.later(at, lambda kind=kind, deed=deed: deed(self, kind))  # type: ignore[misc]
        self.later(LOOKS_EVERY, self.look_after_stops)

    def later(self, seconds: float, deed: Callable[[], None]) -> None:
        self.house.sim.agenda.after(seconds, deed)

    def deed_of(self, wish: Wish) -> Callable[[], None]:
        if wish.is_clicked:
            return lambda: self.click(wish)
        return lambda: self.plan(wish)

    def ask(self, deed: Callable[[Runtime], Got]) -> Got:
        """Have a web do something. Raises Gone, FAILS or the verb's own refusals."""
        web = self.house.a_web()
        if web is None:
            raise Gone

        def do(process: Process) -> Got:
            return deed(process.start())

        return self.house.step(web, do)

    def click(self, wish: Wish) -> None:
        """Click, and again while the page shows an error or somebody is busy."""
        click = Click(
            rep_id=wish.rep_id, purpose=wish.purpose, point="a point", contact_id=wish.contact_id,
            number_id=wish.number_id, occurrence=wish.name,
        )  # fmt: skip
        wish.tries += 1
        try:
            wish.call_id = self.ask(lambda rt: click_to_dial(rt, click))
            wish.came_to = "placed"
        except (Gone, *FAILS):
            self.again(wish, 3)
        except (RepBusy, NumberBusy, OnHold) as busy:
            wish.came_to = type(busy).__name__
            self.again(wish, 40)
        except Refused:
            wish.came_to = "Refused"
            self.again(wish, 20)
        except CallingError as refusal:
            wish.came_to = type(refusal).__name__
        self.house.note("click", wish.name, wish.call_id, wish.came_to)

    def again(self, wish: Wish, seconds: float) -> None:
        if wish.tries < TRIES:
            self.later(self.dice.uniform(0.5, 2) * seconds, self.deed_of(wish))

    def plan(self, wish: Wish) -> None:
        """Plan a machine's call, or one that rings its rep."""
        new = NewTask(
            purpose=wish.purpose, number_id=wish.number_id, mode=wish.mode, rings=wish.rings,
            receivable_id=wish.receivable_id, contact_id=wish.contact_id, note="the matter",
            occurrence=wish.name,
        )  # fmt: skip
        wish.tries += 1
        try:
            wish.task_id = self.ask(lambda rt: plan_task(rt, self.user(rt, wish.rep_id), new))
            wish.came_to = "planned"
        except (Gone, *FAILS):
            self.again(wish, 3)
        except BadValue as refusal:
            wish.came_to = str(refusal)
        self.house.note("plan", wish.name, wish.task_id, wish.came_to)

    def user(self, rt: Runtime, user_id: int) -> User:
        with rt.sessions.read() as session:
            return session.get_one(User, user_id)

    def attempt(self, kind: str, deed: Callable[[Runtime], object]) -> None:
        """A deed that is done once; what the seed is named for is tried again if it fails."""
        try:
            self.ask(deed)
        except (Gone, CallingError, BadValue, NotFound, TaskStarted, *FAILS) as error:
            self.house.note(kind, "fails", type(error).__name__)
            self.failures += 1
            named = kind in self.house.knobs.named and not self.house.met[kind]
            if named and self.failures < MOST_FAILURES:
                self.later(7, lambda: DEEDS[kind](self, kind))
        else:
            self.house.strike(kind)

    # The deeds, one for each kind.

    def opts_out(self, kind: str) -> None:
        wish = self.dice.choice(self.floor.wishes)
        reason = SuppressionReason.OPT_OUT
        self.attempt(kind, lambda rt: suppress(rt, wish.number_id, reason, "a letter"))

    def cancels(self, kind: str) -> None:
        if wish := self.a_planned_wish():
            task_id = wish.task_id or 0
            boss_id = self.floor.boss_id
            self.attempt(kind, lambda rt: cancel_task(rt, self.user(rt, boss_id), task_id))

    def moves(self, kind: str) -> None:
        if wish := self.a_planned_wish():
            task_id, seconds = wish.task_id or 0, self.dice.choice((0, 60, 300))
            due_at = self.house.sim.now() + timedelta(seconds=seconds)
            boss_id = self.floor.boss_id
            self.attempt(
                kind, lambda rt: move_task(rt, self.user(rt, boss_id), task_id, due_at=due_at)
            )

    def a_planned_wish(self) -> Wish | None:
        planned = [wish for wish in self.floor.wishes if wish.task_id]
        return self.dice.choice(planned) if planned else None

    def pays(self, kind: str) -> None:
        wish = self.dice.choice(self.floor.wishes)

        def pay(rt: Runtime) -> None:
            with rt.sessions.write() as session:
                session.execute(
                    sa.update(Receivable)
                    .where(Receivable.id == wish.receivable_id)
                    .values(paid_minor=Receivable.amount_minor)
                )

        self.attempt(kind, pay)

    def holds_the_floor(self, kind: str) -> None:
        """On hold for a while; whoever put it there takes it off, whatever it takes."""
        self.attempt(kind, lambda rt: set_hold(rt, True, "a drill", self.floor.boss_id))
        self.later(self.dice.uniform(5, 60), self.release_floor)

    def release_floor(self) -> None:
        try:
            self.ask(lambda rt: set_hold(rt, False, "over", self.floor.boss_id))
        except (Gone, NotAudited, *FAILS):
            self.later(5, self.release_floor)

    def look_after_stops(self) -> None:
        """Where a breaker has stopped all calls, the boss looks into it and lets them go on."""
        if not self.house.is_calm:
            self.later(LOOKS_EVERY, self.look_after_stops)
        with Sessions(self.house.observer).read() as session:
            names = {switch.name for switch in stops(session)}
        if names and HOLD not in names:
            self.house.note("stopped by", sorted(names))
            self.release_floor()

    def hangs_up(self, kind: str) -> None:
        """Hang up some call that lives."""

        def hang_up_one(rt: Runtime) -> None:
            with rt.sessions.read() as session:
                live = sa.select(Call.id).where(Call.ended_at.is_(None)).order_by(Call.id)
                ids = list(session.execute(live).scalars())
            if not ids:
                raise Gone
            hang_up(rt, self.dice.choice(ids), EndedBy.REP, self.floor.reps[0])

        self.attempt(kind, hang_up_one)

    def pauses_rep(self, kind: str) -> None:
        rep_id, until = self.dice.choice(self.floor.reps), self.dice.uniform(10, 90)

        def set_paused(rt: Runtime, *, on: bool) -> None:
            with rt.sessions.write() as session:
                session.get_one(User, rep_id).paused_at = rt.now() if on else None

        self.attempt(kind, lambda rt: set_paused(rt, on=True))
        self.later(until, lambda: self.attempt(kind, lambda rt: set_paused(rt, on=False)))

    def clicks_again(self, kind: str) -> None:
        """The same form, sent once more: a double click, or a browser that comes back."""
        clicked = [wish for wish in self.floor.wishes if wish.call_id]
        if clicked:
            wish = self.dice.choice(clicked)
            before = wish.call_id
            self.click(wish)
            self.house.strike(kind)
            assert wish.call_id == before, f"{wish.name} became another call"

    def fills_the_queue(self, kind: str) -> None:
        """Other traffic of the account: what comes now waits a while at the carrier."""
        for _ in range(self.dice.choice((50, 300, 900))):
            self.house.sim.take_turn()
        self.house.strike(kind)


DEEDS: dict[str, Callable[[People, str], None]] = {
    "opts_out": People.opts_out,
    "cancels": People.cancels,
    "moves": People.moves,
    "pays": People.pays,
    "holds_the_floor": People.holds_the_floor,
    "hangs_up": People.hangs_up,
    "pauses_rep": People.pauses_rep,
    "clicks_again": People.clicks_again,
    "queue_is_full": People.fills_the_queue,
}
