"""The network between the carrier and the application, and its moods.

A mood is one kind of trouble, set for a kind of traffic, with a share (how often it strikes), a
number of times and a number of seconds. Dice come from the simulation's seed alone.

Callbacks, by kind (`voice`, `status`, `conference`, `recording`, `amd`; empty for all):
`lose` never arrives · `duplicate` comes again `seconds` later · `delay` comes `seconds` later ·
`shuffle` each comes up to `seconds` later, so they overtake each other · `forge` carries a wrong
signature · `unreachable` no connection · `lose_answer` arrives, but its answer does not.

REST, by a piece of `POST /Calls`-like text (empty for all):
`slow` takes `seconds` · `throttle` 429 · `suspend` 401, as for a closed account · `fail_before`,
`drop_before` 500 or a dropped connection, nothing was done · `double` done twice, told once ·
`fail_after`, `drop_after` the same, but it was done · `accept_late` dropped now, done `seconds`
later · `break_body` done, and the body is cut in half · `refuse` no connection ·
`lag` listings do not yet know what is younger than `seconds`.

Browser phones, by `client:NAME` (empty for all; while a share is 1 they last until `calm`):
`refuse_signal` no socket is opened · `drop_signal` the socket breaks · `mute_signal` a frame is
lost, either way · `dead_media` 20 ms of sound are lost, both ways · `lossy_media` the same, meant
for a share.
"""

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TypedDict, Unpack

CALLBACK_EFFECTS = (
    "lose", "duplicate", "delay", "shuffle", "forge", "unreachable", "lose_answer",
)  # fmt: skip
REST_EFFECTS = (
    "slow", "throttle", "suspend", "fail_before", "drop_before", "fail_after", "drop_after",
    "accept_late", "double", "break_body", "refuse", "lag",
)  # fmt: skip
PHONE_EFFECTS = (
    "refuse_signal", "drop_signal", "mute_signal", "dead_media", "lossy_media",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mood:
    effect: str
    kind: str = ""
    share: float = 1.0
    times: int | None = None
    seconds: float = 5.0

    def __post_init__(self) -> None:
        if self.effect not in CALLBACK_EFFECTS + REST_EFFECTS + PHONE_EFFECTS:
            raise ValueError(f"effect: must be one of the network's, got {self.effect!r}")
        if not 0 <= self.share <= 1 or self.seconds < 0:
            raise ValueError("share: must lie in 0..1, and seconds must not be negative")
        if self.times is not None and self.times < 1:
            raise ValueError(f"times: must be at least 1, got {self.times}")


class Limits(TypedDict, total=False):
    """What every mood may be limited to."""

    kind: str
    share: float
    times: int
    seconds: float


class Network:
    """The moods now in force. `end(mood)` ends one, `calm()` all; `met` counts the strikes."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._moods: list[Mood] = []
        self._struck: list[int] = []
        self.met: Counter[Mood] = Counter()

    @property
    def moods(self) -> tuple[Mood, ...]:
        return tuple(self._moods)

    def add(self, mood: Mood) -> None:
        self._moods.append(mood)
        self._struck.append(0)

    def end(self, mood: Mood) -> None:
        """End the first mood that is equal to this one; none, if it has ended already."""
        if mood in self._moods:
            index = self._moods.index(mood)
            del self._moods[index], self._struck[index]

    def calm(self) -> None:
        self._moods.clear()
        self._struck.clear()

    def strikes(self, effect: str, kind: str) -> Mood | None:
        """The mood that this piece of traffic meets, if any; meeting it uses it up once."""
        for index, mood in enumerate(self._moods):
            spent = mood.times is not None and self._struck[index] >= mood.times
            if mood.effect != effect or mood.kind not in kind or spent:
                continue
            if mood.share >= 1 or self._random.random() < mood.share:
                self._struck[index] += 1
                self.met[mood] += 1
                return mood
        return None

    def dice(self, seconds: float) -> float:
        return self._random.uniform(0, seconds)

    def storm(self, share: float, effects: tuple[str, ...] = CALLBACK_EFFECTS) -> None:
        """Let every one of `effects` strike with this share."""
        for effect in effects:
            self.add(Mood(effect=effect, share=share))

    def lose(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="lose", **limits))

    def duplicate(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="duplicate", **limits))

    def delay(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="delay", **limits))

    def shuffle(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="shuffle", **limits))

    def forge(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="forge", **limits))

    def unreachable(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="unreachable", **limits))

    def lose_answer(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="lose_answer", **limits))

    def slow(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="slow", **limits))

    def throttle(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="throttle", **limits))

    def suspend(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="suspend", **limits))

    def double(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="double", **limits))

    def fail_before(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="fail_before", **limits))

    def drop_before(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="drop_before", **limits))

    def fail_after(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="fail_after", **limits))

    def drop_after(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="drop_after", **limits))

    def accept_late(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="accept_late", **limits))

    def break_body(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="break_body", **limits))

    def refuse(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="refuse", **limits))

    def lag(self, **limits: Unpack[Limits]) -> None:
        self.add(Mood(effect="lag", **limits))
