"""What a call without a rep says, and what the keys mean; one key at a time.

`follow` is the whole script as a function: where the call stands and what was pressed give what
is said next, where it stands then, and what follows from it. Nothing about a debt is said before
the one who answered has confirmed to be the one who is called. Words are `config/scripts/`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from dialer.domain.words import Disposition, Purpose


class Step(StrEnum):
    """Which question is open; the word stands in the path of the carrier's next request."""

    WHO = "who"
    MATTER = "matter"
    DATE = "date"


class Effect(StrEnum):
    """What a key sets in motion beyond the talk."""

    CONFIRM = "confirm"
    PROMISE = "promise"
    PAID = "paid"
    CONNECT = "connect"
    DISPUTE = "dispute"
    SUPPRESS = "suppress"


ENDS = {
    Effect.CONFIRM: Disposition.CONFIRMED,
    Effect.PROMISE: Disposition.PROMISED,
    Effect.PAID: Disposition.PAID,
    Effect.DISPUTE: Disposition.DISPUTED,
    Effect.SUPPRESS: Disposition.OPTED_OUT,
}
PROMISE_DAYS = {"1": 0, "2": 1, "3": 3, "4": 7}
MAX_REPEATS = 3
STOP, AGAIN = "9", "0"
# The keys that mean something at each question.
KEYS = {
    Step.WHO: frozenset("12") | {STOP, AGAIN},
    Step.MATTER: frozenset("1234") | {STOP, AGAIN},
    Step.DATE: frozenset(PROMISE_DAYS) | {STOP, AGAIN},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What is said, and what comes of it.

    `says` are names of texts. `step` is the question that stays open; None ends the call, with
    `disposition`. `is_second` marks a question that was said once more, `repeats` how often it
    was asked for again. `days` is the promise's distance from today in the called party's dates.
    """

    says: tuple[str, ...]
    step: Step | None = None
    effect: Effect | None = None
    disposition: Disposition | None = None
    days: int | None = None
    is_second: bool = False
    repeats: int = 0


def begin() -> Turn:
    """Identification first, and how to stop these calls."""
    return Turn(says=("who",), step=Step.WHO)


def follow(purpose: Purpose, at: Turn, key: str | None) -> Turn:
    """The next turn after a key, or after silence (None). `at` is the turn that was just said."""
    if at.step is None:
        return at
    if key == STOP:
        return ending(Effect.SUPPRESS, "stopped")
    if key == AGAIN and at.repeats < MAX_REPEATS:
        return replace(question(purpose, at.step), repeats=at.repeats + 1)
    turn = ANSWERS[at.step](purpose, key)
    return turn or ask_again(purpose, at)


def follow_settled(at: Turn | None, key: str | None, *, paid: bool) -> Turn:
    """The turn of a call whose matter was settled while it rang or while it was talked about.

    Who has not confirmed to be the one hears that the call is not needed, and no word of why.
    """
    disposition = Disposition.PAID if paid else Disposition.SAID
    if at is not None and key == STOP:
        return ending(Effect.SUPPRESS, "stopped")
    known = at is not None and (at.step is not Step.WHO or key == "1")
    return Turn(says=("settled" if known and paid else "not_needed",), disposition=disposition)


def ask_again(purpose: Purpose, at: Turn) -> Turn:
    """Nothing pressed, or nothing that means anything: said once more, then goodbye."""
    if at.is_second or at.step is None:
        return Turn(says=("goodbye",), disposition=Disposition.NO_RESPONSE)
    return replace(question(purpose, at.step), is_second=True, repeats=at.repeats)


def question(purpose: Purpose, step: Step) -> Turn:
    """The texts of an open question."""
    says = {
        Step.WHO: ("who",),
        Step.MATTER: (f"matter_{purpose}", f"keys_{purpose}"),
        Step.DATE: ("dates",),
    }
    return Turn(says=says[step], step=step)


def ending(effect: Effect, *says: str, days: int | None = None) -> Turn:
    """A turn that ends the call with what a key set in motion."""
    return Turn(says=says, effect=effect, disposition=ENDS[effect], days=days)


def answer_who(purpose: Purpose, key: str | None) -> Turn | None:
    """Only who has confirmed hears the matter; anybody else hears thanks and goodbye."""
    if key == "1":
        return question(purpose, Step.MATTER)
    if key == "2":
        return Turn(says=("not_you",), disposition=Disposition.WRONG_NUMBER)
    return None


def answer_matter(purpose: Purpose, key: str | None) -> Turn | None:
    """Confirm or promise, paid, the owner, a dispute."""
    if key == "1" and purpose is Purpose.COLLECTION:
        return question(purpose, Step.DATE)
    turns = {
        "1": ending(Effect.CONFIRM, "confirmed"),
        "2": ending(Effect.PAID, "paid"),
        "3": Turn(says=("connecting",), effect=Effect.CONNECT),
        "4": ending(Effect.DISPUTE, "disputed"),
    }
    return turns.get(key or "")


def answer_date(_purpose: Purpose, key: str | None) -> Turn | None:
    """The promised day, read back together with the amount."""
    days = PROMISE_DAYS.get(key or "")
    return None if days is None else ending(Effect.PROMISE, "promised", days=days)


ANSWERS = {Step.WHO: answer_who, Step.MATTER: answer_matter, Step.DATE: answer_date}
