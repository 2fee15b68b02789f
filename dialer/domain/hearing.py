"""Which key a spoken answer means: the longest known phrases in it, or nothing.

What is not surely understood is asked again. Who somebody is counts only where the phrase is the
whole sentence, for "it is my husband's" must not tell a wife of his debt. The wish not to be
called any more is taken from any sentence in which it stands.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from dialer.domain.script import STOP, Step

Phrases = Mapping[str, Collection[str]]
# Phrases under this name contain others, and mean no key at all: "I cannot promise".
NO_KEY = "none"
WHOLE = {Step.WHO: frozenset({"1"})}


def hear(said: str, step: Step, phrases: Phrases) -> str | None:
    """The key that a sentence means at a question; None where none or several do."""
    text = bare(said)
    hits = sorted(find(text, step, phrases), key=lambda hit: hit[0] - hit[1])
    taken: list[tuple[int, int, str]] = []
    keys: set[str] = set()
    for hit in hits:
        crossed = [one for one in taken if hit[0] < one[1] and one[0] < hit[1]]
        if not crossed:
            taken.append(hit)
            keys.add(hit[2])
        elif any(one[2] != hit[2] and length(one) == length(hit) for one in crossed):
            keys.add(NO_KEY)
    if STOP in keys:
        return STOP
    return keys.pop() if len(keys) == 1 and NO_KEY not in keys else None


def bare(text: str) -> str:
    """Small letters, no signs, single spaces."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", text.casefold()).split())


def length(hit: tuple[int, int, str]) -> int:
    """How much of the sentence a hit covers."""
    return hit[1] - hit[0]


def find(text: str, step: Step, phrases: Phrases) -> Iterator[tuple[int, int, str]]:
    """Where each phrase stands: whole words, or, in a script without spaces, any place."""
    for key, known in phrases.items():
        for phrase in map(bare, known):
            is_whole = key in WHOLE.get(step, ()) or (len(phrase) == 1 and not phrase.isascii())
            if is_whole and text != phrase:
                continue
            edge = r"\b" if phrase.isascii() else ""
            for hit in re.finditer(edge + re.escape(phrase) + edge, text):
                yield hit.start(), hit.end(), key
