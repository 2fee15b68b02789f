"""The plan of an hour: who calls whom when, what does not fit, and why.

Pure and deterministic. Times are whole seconds since 1970. A candidate is placed once, at a
second from which the gate lets the call start, or held back with the reason. Promised call-backs
come first, then the better class, then whoever was talked with longest ago.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median_low
from typing import Final

from dialer.domain.windows import Spans
from dialer.domain.words import AccountClass

HOUR: Final = 3_600


class HeldBecause(StrEnum):
    """Why a candidate is not in the plan."""

    GATE = "gate"  # no second of the window is allowed
    NO_ROOM = "no_room"  # the rep's hour is full, or their free time does not fit
    PROMISED_LATER = "promised_later"  # the customer was promised a call after the window
    GIVEN_UP = "given_up"  # class E gets no time
    NO_REP = "no_rep"  # the owner is not in this plan


@dataclass(frozen=True, kw_only=True)
class Window:
    """The time that is planned, in seconds since 1970; the end excluded."""

    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse a window that ends before it begins."""
        if self.start >= self.end:
            raise ValueError(f"a window must end after it starts, got {self.start}-{self.end}")


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long a call is taken to last, and between how many an hour a plan is made.

    `talk_seconds` stands for a rep who has not talked enough calls to know better.
    """

    ring_seconds: int
    talk_seconds: int
    wrap_up_seconds: int
    least_per_hour: int
    most_per_hour: int
    talks_needed: int


@dataclass(frozen=True, kw_only=True)
class Rep:
    """Who calls, and how long the rep's past talks were (seconds)."""

    id: int
    talks: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A customer to be called: `starts` are the seconds, both ends included, at which the gate
    lets a call start; `promised_at` an agreed time; without an owner, any rep may call."""

    id: int
    owner_id: int | None
    account_class: AccountClass
    starts: Spans
    promised_at: int | None = None
    last_talk_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One planned call: from `start` the rep is busy with it until `end`."""

    candidate_id: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An ordered list per rep, and the reason for each candidate that has no place in one."""

    window: Window
    slots: Mapping[int, tuple[Slot, ...]]
    held: Mapping[int, HeldBecause]


@dataclass(kw_only=True)
class Hour:
    """A rep's hour while it is filled; `busy` is sorted."""

    rep_id: int
    slot_seconds: int
    call_seconds: int
    busy: list[Slot] = field(default_factory=list)

    def first_start(self, starts: Spans, earliest: int, window: Window) -> int | None:
        """The first second at which the rep is free for a whole slot and a call may start.

        The soft stop: ring and talk must be over by the window's end; only the note may wait.
        """
        stop = window.end - self.call_seconds
        for low, high in self.gaps(max(earliest, window.start), stop):
            for first, last in starts:
                start = max(low, first)
                if start <= min(high, last):
                    return start
        return None

    def gaps(self, earliest: int, stop: int) -> Iterable[tuple[int, int]]:
        """First and last second from which the next slot would not run into a planned one."""
        low = earliest
        for slot in self.busy:
            yield low, min(slot.start - self.slot_seconds, stop)
            low = max(low, slot.end)
        yield low, stop

    def take(self, candidate_id: int, start: int) -> None:
        """Plan a call."""
        self.busy.append(
            Slot(candidate_id=candidate_id, start=start, end=start + self.slot_seconds)
        )
        self.busy.sort(key=lambda slot: slot.start)


def plan_hour(
    reps: Iterable[Rep], candidates: Iterable[Candidate], window: Window, pace: Pace
) -> Plan:
    """Fill the window. Every candidate is placed once or held back."""
    hours = {rep.id: hour_of(rep, pace) for rep in sorted(reps, key=lambda rep: rep.id)}
    held: dict[int, HeldBecause] = {}
    for candidate in sorted(candidates, key=lambda one: rank(one, window)):
        why = place(candidate, hours, window)
        if why is not None:
            held[candidate.id] = why
    slots = {rep_id: tuple(hour.busy) for rep_id, hour in hours.items()}
    return Plan(window=window, slots=slots, held=held)


def hour_of(rep: Rep, pace: Pace) -> Hour:
    """An empty hour: how long one of the rep's calls takes, and how often they can be begun.

    Many are not answered, so that a slot may be shorter than a rep's long talk; the soft stop
    reckons with the talk as it is.
    """
    known = len(rep.talks) >= pace.talks_needed
    talk = median_low(rep.talks) if known and rep.talks else pace.talk_seconds
    call = pace.ring_seconds + talk
    shortest, longest = HOUR // pace.most_per_hour, HOUR // pace.least_per_hour
    slot = min(max(call + pace.wrap_up_seconds, shortest), longest)
    return Hour(rep_id=rep.id, slot_seconds=slot, call_seconds=call)


def rank(candidate: Candidate, window: Window) -> tuple[object, ...]:
    """Promised first, by the time promised; then class; then the talk longest ago."""
    promised = candidate.promised_at
    return (
        promised is None,
        max(promised, window.start) if promised is not None else 0,
        candidate.account_class,
        candidate.last_talk_at or 0,
        candidate.id,
    )


def place(candidate: Candidate, hours: Mapping[int, Hour], window: Window) -> HeldBecause | None:
    """Give the candidate the first start there is; the reason where there is none."""
    why = obstacle(candidate, hours, window)
    if why is not None:
        return why
    may_call = [hours[candidate.owner_id]] if candidate.owner_id is not None else hours.values()
    earliest = candidate.promised_at or window.start
    starts = [
        (start, len(hour.busy), hour.rep_id)
        for hour in may_call
        if (start := hour.first_start(candidate.starts, earliest, window)) is not None
    ]
    if not starts:
        return HeldBecause.NO_ROOM
    start, _, rep_id = min(starts)
    hours[rep_id].take(candidate.id, start)
    return None


def obstacle(candidate: Candidate, hours: Mapping[int, Hour], window: Window) -> HeldBecause | None:
    """What keeps a candidate out of every hour, however empty."""
    if not hours or (candidate.owner_id is not None and candidate.owner_id not in hours):
        return HeldBecause.NO_REP
    if candidate.promised_at is None and candidate.account_class is AccountClass.E:
        return HeldBecause.GIVEN_UP
    if candidate.promised_at is not None and candidate.promised_at >= window.end:
        return HeldBecause.PROMISED_LATER
    inside = (min(last, window.end - 1) >= max(first, window.start)
              for first, last in candidate.starts)  # fmt: skip
    return None if any(inside) else HeldBecause.GATE
