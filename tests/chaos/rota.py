"""Which of the clock's duties are run when: idle looks are left out, work is not.

Production looks around all the time. Here a duty is run when anything that it could react to has
been written since its last run, when something falls due by what stands in the database, and
else at growing pauses: what changes nothing is not repeated for every second of a quiet hour.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from dialer.domain.words import AttemptState as S
from dialer.domain.words import TaskState
from dialer.models import Attempt, CallTask
from dialer.scheduling.duties import DUTIES, Duty

# What the clock waits for apart from what happens, and who looks for it.
FALLS_DUE = {
    ("resolve_doubts",): (Attempt.check_at, Attempt.state == S.UNKNOWN),
    ("poll_silent",): (Attempt.check_at, Attempt.state == S.LIVE),
    ("release_claims",): (Attempt.lease_until_at, Attempt.state == S.CLAIMED),
    ("abandon_intents",): (Attempt.check_at, Attempt.state == S.DIALING),
    ("place_planned",): (Attempt.not_before_at, Attempt.state == S.PLANNED),
    ("dial_due_tasks", "ring_due_reps"): (CallTask.ready_at, CallTask.state == TaskState.WAITING),
}
FORESEEN = frozenset(name for names in FALLS_DUE for name in names)
FIRST_DUE = sa.select(
    *(
        sa.select(sa.func.min(instant)).where(which).scalar_subquery()
        for instant, which in FALLS_DUE.values()
    )
)
# The house's pulse: calls wait for it.
PULSE, PULSE_SECONDS = "beat", 40.0
# These find nothing in these worlds: nobody imports, nothing is overdue, no letter is written.
WITHOUT_WORK = (
    "judge_promises", "plan_dunning", "follow_up_resent", "send_letters", "mark_overdue",
    "work_imports", "forget_drafts", "forget_old", "keep_agreed_times", "note_held_back",
)  # fmt: skip
SELDOM = 300.0
LONG = 900.0
# What these write moves nothing else.
MOVE_NOTHING = ("poll_costs",)


@dataclass(frozen=True)
class Look:
    """When a duty was last run, on which state of things, and when it looks again by itself."""

    at: datetime
    version: int
    patience: float

    @property
    def next_at(self) -> datetime:
        return self.at + timedelta(seconds=self.patience)


class Rota:
    """What is due. `version` grows with everything that somebody might have to react to."""

    def __init__(self, now: Callable[[], datetime], observer: sa.Engine, tick: float) -> None:
        self.now, self.observer = now, observer
        self.tick, self.idle, self.longest = tick, 12.0, 300.0
        self.sleeps = self.is_calm = False
        self.version = 0
        self.looks: dict[str, Look] = {}
        self.falls_due: dict[str, datetime] = {}
        self.due_version = -1

    def grow_calm(self) -> None:
        """Nothing goes wrong any more: it is enough to look now and then."""
        self.is_calm, self.tick, self.idle, self.longest = True, 5.0, 60.0, LONG

    def sleep(self, on: bool) -> None:
        """Hours in which hardly anything happens are slept through, pulse and all."""
        self.sleeps, self.longest = on, 7200.0 if on else LONG

    def nap(self, next_event: float | None) -> float:
        """Seconds until something may be to do."""
        now = self.now()
        looks = [look.next_at for name, look in self.looks.items() if self.wakes(name)]
        looks += [at for at in self.due_times().values() if at > now]
        if any(self.is_woken(duty) for duty in DUTIES):
            looks.append(now)
        waits = [(at - now).total_seconds() for at in looks]
        return max(self.tick, min([*waits, next_event or self.longest]))

    def wakes(self, name: str) -> bool:
        """Whether its next look is reason enough; in calm the pulse beats when others look."""
        return not (self.is_calm and name == PULSE)

    def is_due(self, duty: Duty) -> bool:
        """Whether there may be something to do that was not there when it was last run."""
        look, now = self.looks.get(duty.name), self.now()
        if look is None or look.next_at <= now or self.is_woken(duty):
            return True
        if duty.name == PULSE and (now - look.at).total_seconds() > self.pulse_seconds(duty):
            return True
        at = self.due_times().get(duty.name)
        return at is not None and look.at < at <= now

    def pulse_seconds(self, duty: Duty) -> float:
        return PULSE_SECONDS if self.is_calm else duty.seconds

    def is_woken(self, duty: Duty) -> bool:
        """Prompt duties are run when anything has happened."""
        look = self.looks.get(duty.name)
        is_prompt = duty.prompt and duty.name not in WITHOUT_WORK
        return is_prompt and look is not None and look.version != self.version

    def has_run(self, duty: Duty, version: int, count: int) -> None:
        """A duty was run on a state of things; one that found nothing looks ever later."""
        before = self.looks.get(duty.name)
        idle = self.longest if self.is_calm and duty.name in FORESEEN else self.idle
        patience = max(duty.seconds, SELDOM if duty.name in WITHOUT_WORK else idle)
        if before and not count and before.version == version:
            patience = max(patience, min(before.patience * 4, self.longest))
        if duty.name == PULSE and not self.sleeps:
            patience = min(patience, PULSE_SECONDS)
        self.looks[duty.name] = Look(self.now(), version, patience)

    def due_times(self) -> dict[str, datetime]:
        """When a duty's next work falls due, by what stands in the database."""
        if self.due_version != self.version:
            self.due_version = self.version
            with self.observer.connect() as connection:
                row = connection.execute(FIRST_DUE).one()
            found = zip(FALLS_DUE, row, strict=True)
            self.falls_due = {name: at for names, at in found if at is not None for name in names}
        return self.falls_due
