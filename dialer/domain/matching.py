"""What a payment is for: by reference and amount; exact, doubtful, or nobody knows.

Only what leaves no doubt is booked by itself. A payer writes a reference among other words, with
other dashes and in small letters, so references are compared by letters and digits alone; and one
that is a part of another word is none.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MOST_SUGGESTED: Final = 5
SHORTEST_REFERENCE: Final = 3


class Doubt(StrEnum):
    """Why a person has to look at a payment."""

    CURRENCY = "currency"  # the reference is known, the currency is another
    SETTLED = "settled"  # nothing is open on what it names: perhaps paid twice
    SEVERAL = "several"  # several receivables fit, or the sum of those named does not
    AMOUNT_ONLY = "amount_only"  # no reference, but somebody owes just this
    UNKNOWN = "unknown"  # nothing fits
    REUSED = "reused"  # another payment came under the same payment reference


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """A receivable that a payment might be for."""

    id: int
    reference: str
    open_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class Match:
    """What is booked to which receivable, and what is left; or the doubt and whom it may concern.

    A surplus is what exceeds all that is open: the receivable is paid, a person decides the rest.
    """

    shares: Mapping[int, int] = field(default_factory=dict)
    surplus_minor: int = 0
    doubt: Doubt | None = None
    suggested: tuple[int, ...] = ()


def match_payment(text: str, amount_minor: int, currency: str, candidates: Iterable[Owed]) -> Match:
    """Find what a payment is for. `text` is all that the payer wrote."""
    known = tuple(candidates)
    named = longest(text, [owed for owed in known if names(text, owed.reference)])
    if not named:
        return by_amount(amount_minor, currency, known)
    same = [owed for owed in named if owed.currency == currency]
    if not same:
        return doubtful(Doubt.CURRENCY, named)
    alive = [owed for owed in same if owed.open_minor > 0]
    if not alive:
        return doubtful(Doubt.SETTLED, same)
    return by_reference(amount_minor, alive)


def by_reference(amount_minor: int, named: Sequence[Owed]) -> Match:
    """One that is named takes all; several take all if they come to just this amount.

    One reference may stand at several customers: then the amount has to tell which is meant.
    """
    if len(named) == 1:
        booked = min(amount_minor, named[0].open_minor)
        return Match(shares={named[0].id: booked}, surplus_minor=amount_minor - booked)
    if len({key(owed.reference) for owed in named}) == len(named):
        if sum(owed.open_minor for owed in named) == amount_minor:
            return Match(shares={owed.id: owed.open_minor for owed in named})
        return doubtful(Doubt.SEVERAL, named)
    fitting = [owed for owed in named if owed.open_minor == amount_minor]
    if len(fitting) == 1:
        return Match(shares={fitting[0].id: amount_minor})
    return doubtful(Doubt.SEVERAL, named)


def by_amount(amount_minor: int, currency: str, known: Sequence[Owed]) -> Match:
    """Without a reference nothing is booked; those who owe just this are suggested."""
    fitting = [
        owed for owed in known if owed.currency == currency and owed.open_minor == amount_minor
    ]
    return doubtful(Doubt.AMOUNT_ONLY, fitting) if fitting else Match(doubt=Doubt.UNKNOWN)


def doubtful(doubt: Doubt, owed: Sequence[Owed]) -> Match:
    """Nothing is booked."""
    return Match(doubt=doubt, suggested=tuple(one.id for one in owed[:MOST_SUGGESTED]))


def key(reference: str) -> str:
    """A reference by its letters and digits."""
    return "".join(sign for sign in reference.casefold() if sign.isalnum())


def names(text: str, reference: str) -> bool:
    """Whether a text names a reference, however it is spelled."""
    signs = key(reference)
    if len(signs) < SHORTEST_REFERENCE:
        return text.strip().casefold() == reference.strip().casefold()
    spelled = r"[\W_]*".join(re.escape(sign) for sign in signs)
    return re.search(rf"(?<![^\W_]){spelled}(?![^\W_])", text.casefold()) is not None


def longest(text: str, named: Sequence[Owed]) -> list[Owed]:
    """INV-7 is also named where INV-7-2 stands; whatever a longer one contains is not meant."""
    keys = {key(owed.reference) for owed in named}
    inner = {one for one in keys if any(one != other and one in other for other in keys)}
    rest = [owed for owed in named if key(owed.reference) not in inner]
    return rest if inner and not _stands_alone(text, inner, keys - inner) else list(named)


def _stands_alone(text: str, inner: Iterable[str], outer: Iterable[str]) -> bool:
    """Whether a contained reference is also named outside of the longer ones."""
    left = text.casefold()
    for signs in outer:
        left = re.sub(r"[\W_]*".join(re.escape(sign) for sign in signs), " ", left)
    return any(names(left, signs) for signs in inner)
