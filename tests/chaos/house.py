"""Several webs and clocks over one database and one carrier, on one virtual clock.

There is one thread. Whenever a process commits, sends or waits, the others may have their turn
before it goes on, so that any of its steps may meet any whole step of theirs; whether they do,
and whether the process lives to see its next step, is a matter of the seed's dice.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import TypeVar

import sqlalchemy as sa

from dialer.scheduling.duties import DUTIES, Duty, run_duty
from dialer.simulator.courier import Answer, Done, Webhook
from tests.chaos.knobs import Knobs
from tests.chaos.processes import Dies, Gone, Process, database_error
from tests.chaos.rota import MOVE_NOTHING, Rota
from tests.wire import Simulation

Got = TypeVar("Got")
DEEPEST = 3
AUDIT = "audit_carrier"
REMEMBERED = 4000


class House:
    """The fate of all its processes, and the only one who lets time pass."""

    def __init__(self, sim: Simulation, knobs: Knobs, observer: sa.Engine) -> None:
        self.sim = sim
        self.observer = observer
        self.knobs = knobs
        self.dice = Random(f"house {knobs.seed}")
        self.processes: list[Process] = []
        self.stack: list[Process] = []
        self.met: Counter[str] = Counter()
        self.steps: Counter[str] = Counter()
        self.deaths: Counter[str] = Counter()
        self.rota = Rota(sim.now, observer, knobs.tick)
        self.away_until = sim.now()
        self.is_calm = False
        self.after_commit: Callable[[str], None] = lambda _step: None
        self.digest = hashlib.blake2b(digest_size=16)
        self.story: deque[str] = deque(maxlen=REMEMBERED)
        sim.deliver = self.deliver

    # What is written down, so that two runs of a seed can be compared.

    def note(self, *words: object) -> None:
        line = f"{self.sim.now():%d %H:%M:%S.%f} " + " ".join(str(word) for word in words)
        self.digest.update(line.encode() + b"\n")
        self.story.append(line)

    def strike(self, kind: str, *words: object) -> None:
        """A fault has really happened."""
        self.met[kind] += 1
        self.note("!", kind, *words)

    # Time.

    def live(self, seconds: float) -> None:
        """Let time pass; whoever is not in the middle of something does what is due."""
        end = self.sim.now() + timedelta(seconds=seconds)
        while (left := (end - self.sim.now()).total_seconds()) > 0:
            nap = self.rota.nap(self.sim.agenda.seconds_to_next())
            self.sim.agenda.wait(min(left, nap))
            self.tick()

    def tick(self) -> None:
        """The clocks look around."""
        clocks = [p for p in self.processes if not p.is_web and self.is_up(p)]
        if not clocks:
            return
        for duty in DUTIES:
            if self.rota.is_due(duty):
                self.run_duty(self.dice.choice(clocks), duty)

    def audit(self, after: float) -> None:
        """Let time pass in which nothing is due but the look at the carrier's whole list."""
        self.sim.agenda.wait(after)
        [duty] = (duty for duty in DUTIES if duty.name == AUDIT)
        self.run_duty(next(p for p in self.processes if not p.is_web and self.is_up(p)), duty)

    def run_duty(self, clock: Process, duty: Duty) -> None:
        version = self.rota.version
        clock.is_quiet = duty.name in MOVE_NOTHING
        try:
            count = self.step(clock, lambda p: run_duty(p.start(), duty))
        except Gone:
            count = 0
        finally:
            clock.is_quiet = False
        self.rota.has_run(duty, version, count)
        if count:
            self.note(clock.name, duty.name, count)

    # Processes.

    def is_up(self, process: Process) -> bool:
        return process not in self.stack and process.back_at <= self.sim.now()

    def step(self, process: Process, deed: Callable[[Process], Got]) -> Got:
        """Have a process do something. Raises Gone if it is down or dies over it."""
        if not self.is_up(process):
            raise Gone
        with self.on_stack(process):
            try:
                return deed(process)
            except Dies:
                back_after = self.dice.choice((0.5, 3.0, 20.0))
                process.die(back_after)
                self.note(process.name, "is gone for", back_after)
                raise Gone from None

    @contextmanager
    def on_stack(self, process: Process) -> Iterator[None]:
        self.stack.append(process)
        try:
            yield
        finally:
            self.stack.remove(process)

    def a_web(self) -> Process | None:
        """A web that takes the next request, if one is up."""
        webs = [p for p in self.processes if p.is_web and self.is_up(p)]
        return self.dice.choice(webs) if webs else None

    def deliver(self, webhook: Webhook, done: Done) -> None:
        """The carrier's callback, to whichever web is up."""
        began, web = self.sim.now(), self.a_web()
        if web is None:
            return done(Answer(failure="ct"))
        answers: list[Answer] = []
        try:
            self.step(web, lambda p: serve(p, webhook, answers.append))
        except Gone:
            return done(Answer(failure="rt"))
        took = (self.sim.now() - began).total_seconds()
        answer = Answer(failure="rt") if took > webhook.read_seconds else answers[0]
        word = answer.failure or answer.status
        self.note(web.name, "serves", webhook.kind, webhook.url.rsplit("/", 2)[-2:], word)
        return done(answer)

    # Fate.

    def meet(self, process: Process, point: str, step: str) -> None:
        """What becomes of a process at one of its steps."""
        if point == "committed":
            self.rota.version += process.has_written
            self.steps[step] += 1
            self.note(process.name, step)
            self.after_commit(step)
        if point == "begin" and self.sim.now() < self.away_until:
            self.strike("database_away", process.name, step)
            raise database_error("away")
        if not self.is_calm:
            POINTS[point](self, process, step)

    def falls(self, kind: str) -> bool:
        return kind in self.knobs.kinds and self.dice.random() < self.share(kind)

    def share(self, kind: str) -> float:
        """A kind that the seed's number names strikes more often until it has."""
        named = kind in self.knobs.named and not self.met[kind]
        return 0.2 if named else self.knobs.shares[kind]

    def meets_its_end(self, point: str, step: str) -> bool:
        """The steps at which this seed wants to see a process die."""
        if point != "committed" or step not in self.knobs.steps or self.deaths[step]:
            return False
        return self.dice.random() < 0.5

    def kill(self, kind: str, process: Process, step: str) -> None:
        self.strike(kind, process.name, step)
        self.deaths[step] += 1
        raise Dies

    def begin(self, process: Process, step: str) -> None:
        """The database goes away for everybody."""
        if not self.stack_is_full() and self.falls("database_away"):
            self.away_until = self.sim.now() + timedelta(seconds=self.dice.choice((1, 10, 90)))
            self.strike("database_away", process.name, step)
            raise database_error("away")

    def commit(self, process: Process, step: str) -> None:
        if self.falls("dies_before_commit"):
            self.kill("dies_before_commit", process, step)
        if self.falls("commit_undone"):
            self.strike("commit_undone", process.name, step)
            raise database_error("the commit failed")

    def committed(self, process: Process, step: str) -> None:
        if self.meets_its_end("committed", step) or self.falls("dies_after_commit"):
            self.kill("dies_after_commit", process, step)
        if self.falls("commit_unheard"):
            self.strike("commit_unheard", process.name, step)
            raise database_error("the connection was lost at the commit")
        if self.falls("pauses"):
            self.pause("pauses", process, step)
        if self.falls("others_run"):
            self.others_run(process, step)

    def send(self, process: Process, step: str) -> None:
        if self.falls("dies_before_send"):
            self.kill("dies_before_send", process, step)
        if self.falls("pauses_before_send"):
            self.pause("pauses_before_send", process, step)

    def sent(self, process: Process, step: str) -> None:
        if self.falls("dies_after_send"):
            self.kill("dies_after_send", process, step)
        if self.falls("others_run"):
            self.others_run(process, step)

    def pause(self, kind: str, process: Process, step: str) -> None:
        """The process stands still, and the world does not."""
        if self.stack_is_full():
            return
        seconds = self.dice.choice((4.0, 7.0, 40.0, 100.0, 900.0))
        self.strike(kind, process.name, step, seconds)
        self.live(seconds)

    def others_run(self, process: Process, step: str) -> None:
        """Another process has its turn between two steps of this one."""
        clocks = [p for p in self.processes if not p.is_web and self.is_up(p)]
        if self.stack_is_full() or not clocks:
            return
        self.strike("others_run", process.name, step)
        duties = [duty for duty in DUTIES if duty.prompt]
        for duty in self.dice.sample(DUTIES, 2) + self.dice.sample(duties, 1):
            self.run_duty(self.dice.choice(clocks), duty)

    def stack_is_full(self) -> bool:
        return len(self.stack) >= DEEPEST


POINTS: dict[str, Callable[[House, Process, str], None]] = {
    "begin": House.begin,
    "commit": House.commit,
    "committed": House.committed,
    "send": House.send,
    "sent": House.sent,
}


def serve(process: Process, webhook: Webhook, done: Done) -> None:
    process.start()
    assert process.port is not None
    process.port(webhook, done)
