"""Several webs and clocks over one database and one carrier, on one virtual clock.

There is one thread. Whenever a process commits, sends or waits, the others may have their turn
before it goes on, so that any of its steps may meet any whole step of theirs; whether they do,
and whether the process lives to see its next step, is a matter of the seed's dice.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

import sqlalchemy as sa

from dialer.domain.words import AttemptState as S
from dialer.domain.words import TaskState
from dialer.models import Attempt, CallTask
from dialer.scheduling.duties import DUTIES, Duty, run_duty
from dialer.simulator.courier import Answer, Done, Webhook
from tests.chaos.knobs import Knobs
from tests.chaos.processes import Dies, Gone, Process, database_error
from tests.wire import Simulation

Got = TypeVar("Got")
DEEPEST = 3
REMEMBERED = 4000


# What the clock waits for apart from what happens, and who looks for it.
FALLS_DUE = {
    ("resolve_doubts",): (Attempt.check_at, Attempt.state == S.UNKNOWN),
    ("poll_silent",): (Attempt.check_at, Attempt.state == S.LIVE),
    ("release_claims",): (Attempt.lease_until_at, Attempt.state == S.CLAIMED),
    ("abandon_intents",): (Attempt.check_at, Attempt.state == S.DIALING),
    ("place_planned",): (Attempt.not_before_at, Attempt.state == S.PLANNED),
    ("dial_due_tasks", "ring_due_reps"): (CallTask.ready_at, CallTask.state == TaskState.WAITING),
}
# The house's pulse: calls wait for it.
NEVER_LONG = ("beat",)
# What these write moves nothing else.
MOVE_NOTHING = ("poll_costs",)
FIRST_DUE = sa.select(
    *(
        sa.select(sa.func.min(instant)).where(which).scalar_subquery()
        for instant, which in FALLS_DUE.values()
    )
)


@dataclass(frozen=True)
class DutyRun:
    """When a duty was last run, on which state of things, and when it looks again by itself."""

    at: datetime
    version: int
    patience: float

    @property
    def next_at(self) -> datetime:
        return self.at + timedelta(seconds=self.patience)


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
        self.version = 0
        # How often duties look around when nothing has happened; production looks more often.
        self.idle, self.longest_nap, self.sleeps = 8.0, 300.0, False
        self.shortest_nap = knobs.tick
        self.runs: dict[str, DutyRun] = {}
        self.falls_due: dict[str, datetime] = {}
        self.due_version = -1
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
            self.sim.agenda.wait(min(left, self.nap()))
            self.tick()

    def nap(self) -> float:
        """Seconds until something may be to do; a duty that finds nothing looks ever later."""
        now = self.sim.now()
        looks = [run.next_at for run in self.runs.values()]
        looks += [at for at in self.due_times().values() if at > now]
        if any(self.is_stirred(duty) for duty in DUTIES):
            looks.append(now)
        waits = [(at - now).total_seconds() for at in looks]
        return max(self.shortest_nap, min([*waits, self.sim.agenda.seconds_to_next() or 1e9]))

    def due_times(self) -> dict[str, datetime]:
        """When a duty's next work falls due, by what stands in the database."""
        if self.due_version != self.version:
            self.due_version = self.version
            with self.observer.connect() as connection:
                row = connection.execute(FIRST_DUE).one()
            found = zip(FALLS_DUE, row, strict=True)
            self.falls_due = {name: at for names, at in found if at is not None for name in names}
        return self.falls_due

    def tick(self) -> None:
        """The clocks look around."""
        clocks = [p for p in self.processes if not p.is_web and self.is_up(p)]
        if not clocks:
            return
        for duty in DUTIES:
            if self.is_due(duty):
                self.run_duty(self.dice.choice(clocks), duty)

    def is_due(self, duty: Duty) -> bool:
        """Whether there may be something to do that was not there when it was last run."""
        run, now = self.runs.get(duty.name), self.sim.now()
        if run is None or run.next_at <= now or self.is_stirred(duty):
            return True
        if duty.name in NEVER_LONG and (now - run.at).total_seconds() > duty.seconds:
            return True
        at = self.due_times().get(duty.name)
        return at is not None and run.at < at <= now

    def is_stirred(self, duty: Duty) -> bool:
        """Prompt duties are woken when anything has happened."""
        run = self.runs.get(duty.name)
        return duty.prompt and run is not None and run.version != self.version

    def run_duty(self, clock: Process, duty: Duty) -> None:
        before, version = self.runs.get(duty.name), self.version
        clock.is_quiet = duty.name in MOVE_NOTHING
        try:
            count = self.step(clock, lambda p: run_duty(p.start(), duty))
        except Gone:
            count = 0
        finally:
            clock.is_quiet = False
        patience = max(duty.seconds, self.idle)
        if before and not count and before.version == version:
            patience = max(patience, min(before.patience * 4, self.longest_nap))
        if duty.name in NEVER_LONG and not self.sleeps:
            patience = min(patience, 20.0)
        self.runs[duty.name] = DutyRun(self.sim.now(), version, patience)
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
            self.version += process.has_written
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
        """The step at which this seed wants to see a process die."""
        if point != "committed" or step != self.knobs.step or self.deaths[step] > 1:
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
