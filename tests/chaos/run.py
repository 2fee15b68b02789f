"""One seed's world from its first click to its last check."""

import gc
import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.attempt import FINAL
from dialer.domain.words import TaskState
from dialer.models import Attempt, CallTask, Suppression, Switch
from dialer.models.database import Sessions
from dialer.models.installation import prepare
from dialer.models.switches import HOLD
from dialer.simulator.network import Mood
from tests.chaos.floor import ACTIVE_SECONDS, STARTS, Floor, hand_out_phones, open_floor
from tests.chaos.house import House
from tests.chaos.invariants import Evidence, violations
from tests.chaos.knobs import CALLBACK_KINDS, CLOCK_KINDS, REST_KINDS, Knobs, turn_knobs
from tests.chaos.people import People
from tests.chaos.processes import Process, Trouble
from tests.chaos.stage import PROCESSES, Stage
from tests.wire import Simulation
from tests.world import ACCOUNT_SID, AUTH_TOKEN, CALLER_IDS

LONGEST_SETTLING = 5400.0
JUMPS = (4, 25, 3600, 86_400)
HOSTS = ("1", "2")
A_DAY_AND_A_BIT = 27 * 3600.0
# The carrier's list is compared every twenty minutes, leaving out what is two minutes young.
BETWEEN_AUDITS = 23 * 60.0
# A duty may fail over a carrier that fails; it is run again.
EXPECTED = ("CarrierRefused", "CarrierUncertain")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What became of a seed."""

    seed: int
    attempts: int
    calls: int
    wrong: tuple[str, ...]
    trace: str
    met: Counter[str]
    deaths: Counter[str]
    steps: Counter[str]
    seconds: float
    story: tuple[str, ...] = field(repr=False, default=())


def run_seed(stage: Stage, seed: int) -> Run:
    """Play a seed and check everything; the same seed gives the same trace."""
    began = time.perf_counter()
    stage.clear()
    play = Play(stage, turn_knobs(seed))
    with overheard(play):
        wrong = play.run()
    for process in play.house.processes:
        process.leave()
    return Run(
        seed=seed,
        attempts=play.attempts,
        calls=play.calls,
        wrong=tuple(wrong),
        trace=play.house.digest.hexdigest(),
        met=play.house.met,
        deaths=play.house.deaths,
        steps=play.house.steps,
        seconds=time.perf_counter() - began,
        story=tuple(play.house.story),
    )


class Play:
    """The world of one seed: built, lived through, and looked at."""

    def __init__(self, stage: Stage, knobs: Knobs) -> None:
        self.stage, self.knobs = stage, knobs
        self.dice = Random(f"play {knobs.seed}")
        start = self.dice.choice(STARTS)
        self.sim = Simulation(
            seed=knobs.seed, start=start, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN,
            caller_ids=CALLER_IDS, calls_per_second=5.0,
        )  # fmt: skip
        self.house = House(self.sim, knobs, stage.observer)
        self.house.processes = [
            Process(name, self.house, stage.engines[name], stage.base, stage.box(name))
            for name in PROCESSES
        ]
        self.floor = self.open(start)
        self.people = People(self.house, self.floor)
        self.moods: dict[str, Mood] = {}
        self.suppressed: dict[int, datetime] = {}
        self.held: list[tuple[datetime, datetime]] = []
        self.held_since: datetime | None = None
        self.surprises: list[str] = []
        self.house.after_commit = self.look_at_commit
        self.attempts = self.calls = 0
        self.settled = 0.0

    def open(self, start: datetime) -> Floor:
        hand_out_phones(self.sim, self.dice)
        crowded = "calls_often" in self.knobs.kinds
        with Sessions(self.stage.observer).write() as session:
            prepare(session, "ab" * 32, start)
            floor = open_floor(session, start, self.dice, crowded=crowded)
        if crowded:
            self.house.strike("calls_often")
        return floor

    def run(self) -> list[str]:
        """Trouble, then calm, then a look at everything."""
        gc.disable()
        try:
            self.make_weather()
            self.jump_clocks()
            self.people.come_to_work()
            self.house.live(ACTIVE_SECONDS)
            self.calm_down()
            self.settle()
            return self.surprises + self.look()
        finally:
            gc.enable()

    # Weather.

    def make_weather(self) -> None:
        """Each kind of bad weather has its hours; one that is named is sure to strike."""
        for kind, (effect, traffic, seconds) in (REST_KINDS | CALLBACK_KINDS).items():
            if kind not in self.knobs.kinds:
                continue
            named = kind in self.knobs.named
            mood = Mood(
                effect=effect,
                kind=traffic,
                share=1.0 if named else self.dice.choice((0.05, 0.2, 0.5)),
                times=self.dice.choice((1, 2, 4)) if named else None,
                seconds=seconds,
            )
            self.moods[kind] = mood
            asks = traffic.startswith("GET")  # the carrier's whole list is read at the beginning
            begins = 0 if named and asks else self.dice.uniform(0, ACTIVE_SECONDS / 4)
            self.sim.agenda.after(begins, lambda mood=mood: self.sim.network.add(mood))  # type: ignore[misc]
            if not named:
                ends = begins + self.dice.uniform(20, ACTIVE_SECONDS)
                self.sim.agenda.after(ends, lambda mood=mood: self.sim.network.end(mood))  # type: ignore[misc]

    def jump_clocks(self) -> None:
        """A host's wall clock jumps, and is set right a while later."""
        for kind in CLOCK_KINDS:
            if kind in self.knobs.kinds:
                self.sim.agenda.after(
                    self.dice.uniform(0, ACTIVE_SECONDS / 2),
                    lambda kind=kind: self.jump(kind),  # type: ignore[misc]
                )

    def jump(self, kind: str) -> None:
        seconds = self.dice.choice(JUMPS)
        host = self.dice.choice(HOSTS)
        self.house.strike(kind, host, seconds)
        self.set_clocks(host, timedelta(seconds=seconds if kind == "clock_ahead" else -seconds))
        self.sim.agenda.after(self.dice.uniform(10, 50), lambda: self.set_clocks(host, timedelta()))

    def set_clocks(self, host: str, skew: timedelta) -> None:
        """SQLite's processes are all on one host."""
        for process in self.house.processes:
            if process.name.endswith(host) or self.stage.template is not None:
                process.skew = skew

    def calm_down(self) -> None:
        """No new trouble but what the seed still owes; what is on its way still comes."""
        for mood in self.sim.network.moods:
            if mood.times is None or self.sim.network.met[mood]:
                self.sim.network.end(mood)
        self.house.is_calm = True
        self.house.rota.grow_calm()
        self.house.away_until = self.sim.now()
        for process in self.house.processes:
            process.skew = timedelta()

    # The end.

    def settle(self) -> None:
        """Live on until nothing is open, the last callback has come and the list is compared."""
        self.live_until_closed()
        horizon = self.sim.now() + timedelta(seconds=A_DAY_AND_A_BIT)
        while (wait := self.sim.agenda.seconds_to_next()) is not None and not self.is_open():
            if self.sim.now() + timedelta(seconds=wait) > horizon:
                break
            self.house.rota.sleep(True)
            self.house.live(wait)
            self.live_until_closed()
        self.house.audit(BETWEEN_AUDITS)
        self.live_until_closed()

    def live_until_closed(self) -> None:
        """Until nothing is to be found out by asking."""
        self.house.rota.sleep(False)
        self.house.live(60)
        while self.settled < LONGEST_SETTLING and self.is_open():
            self.people.look_after_stops()
            self.house.live(200)
            self.settled += 200

    def is_open(self) -> bool:
        """Whether anything is still to be found out, or about to be tried again."""
        with Session(self.stage.observer) as session:
            running = sa.exists().where(Attempt.state.not_in(FINAL))
            dialed = sa.exists().where(CallTask.state.in_((TaskState.DIALING, TaskState.LIVE)))
            return bool(session.execute(sa.select(sa.or_(running, dialed))).scalar())

    def look(self) -> list[str]:
        """Check everything, and take the database's story into the trace."""
        for kind, mood in self.moods.items():
            self.house.met[kind] += self.sim.network.met[mood]
        with Session(self.stage.observer) as session:
            held = list(self.held)
            if self.held_since is not None:
                held.append((self.held_since, self.sim.now()))
            sent = [s for process in self.house.processes for s in process.sent]
            evidence = Evidence(self.sim, self.floor, session, sent, self.suppressed, held)
            for attempt in evidence.attempts:
                self.house.note(attempt.id, attempt.role, attempt.state, attempt.carrier_sid)
            for call in evidence.calls:
                self.house.note(call.id, call.status, call.outcome, call.ended_at)
            self.attempts, self.calls = len(evidence.attempts), len(evidence.lines)
            return violations(evidence)

    def look_at_commit(self, step: str) -> None:
        """Remember the true instants of what is in force from its commit."""
        if step in ("suppress", "answer_voice", "wrap_up"):
            with Session(self.stage.observer) as session:
                for number_id in session.execute(sa.select(Suppression.number_id)).scalars():
                    self.suppressed.setdefault(number_id, self.sim.now())
        if step == "set_hold":
            with Session(self.stage.observer) as session:
                switch = session.get(Switch, HOLD)
                is_on = switch is not None and switch.is_on
            if is_on and self.held_since is None:
                self.held_since = self.sim.now()
            if not is_on and self.held_since is not None:
                self.held.append((self.held_since, self.sim.now()))
                self.held_since = None


class Ear(logging.Handler):
    """Hears what the product logs as an error; only what the faults explain is no surprise."""

    def __init__(self, play: Play) -> None:
        super().__init__(logging.ERROR)
        self.play = play

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, sa.exc.OperationalError) and isinstance(error.orig, Trouble):
            return
        name = type(error).__name__ if error else getattr(record, "error", "")
        if name in EXPECTED or (error is None and name in ("OperationalError", "")):
            return
        where = getattr(record, "duty", "") or getattr(record, "where", "")
        self.play.surprises.append(f"surprise: {record.getMessage()}: {where} {name} {error or ''}")


@contextmanager
def overheard(play: Play) -> Iterator[None]:
    """Keep the house's log out of the way, but not its surprises."""
    log, ear = logging.getLogger("dialer"), Ear(play)
    before = (log.level, log.propagate)
    log.addHandler(ear)
    log.propagate = False
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.removeHandler(ear)
        log.level, log.propagate = before
        log.setLevel(before[0])
