"""What a verdict costs: one beside one reading of a number, many beside the barest comparison."""

import os
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import phonenumbers
import pytest
from phonenumbers import timezone

from dialer.domain.facts import Facts
from dialer.domain.gate import may_dial, verdicts
from dialer.domain.phone import NumberFacts, describe
from dialer.domain.verdict import Allowed
from dialer.domain.words import Purpose
from tests.bench.measuring import alternate, keep
from tests.domain.asking import past, shipped

pytestmark = pytest.mark.bench

SIZE = 1_000_000 if os.environ.get("BENCH_SIZE") == "large" else 100_000
SINGLE = 2_000
NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
# Where the contacts are: mostly China, and the places with the hardest rules.
PLACES = ("+86138", "+86139", "+86215555", "+1305", "+1212", "+1416", "+4915", "+336", "+447400")
LENGTHS = {"+86138": 8, "+86139": 8, "+86215555": 4, "+1305": 7, "+1212": 7, "+1416": 7,
           "+4915": 10, "+336": 8, "+447400": 6}  # fmt: skip
HISTORY = past("2026-11-20 12:30 conversation", "2026-11-22 12:30 attempt")


def numbers(count: int, seed: int) -> list[str]:
    """Valid numbers of these places, no two alike as far as their digits allow."""
    dice = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        place = dice.choice(PLACES)
        digits = LENGTHS[place]
        text = place + "2" + f"{dice.randrange(10 ** (digits - 1)):0{digits - 1}}"
        if phonenumbers.is_valid_number(phonenumbers.parse(text)):
            found.append(text)
    return found


def contacts(count: int, share_with_history: float) -> list[Facts]:
    """Facts as the loader makes them: each has a description of its own, read from a row."""
    dice = random.Random(5)
    described = [(to, describe(to)) for to in numbers(2_000, seed=7)]
    return [
        Facts(
            to=to, purpose=Purpose.CLOSING, number=NumberFacts(*facts),
            history=HISTORY if dice.random() < share_with_history else (),
        )
        for to, facts in (dice.choice(described) for _ in range(count))
    ]  # fmt: skip


def test_one_verdict_beside_one_reading_of_a_number() -> None:
    policy, texts = shipped(), numbers(SINGLE, seed=1)
    stored = [Facts(to=to, purpose=Purpose.CLOSING, number=describe(to)) for to in texts]
    told = [Facts(to=to, purpose=Purpose.CLOSING, number=describe(to), history=HISTORY)
            for to in texts]  # fmt: skip

    def read() -> None:
        for to in texts:
            timezone.time_zones_for_number(phonenumbers.parse(to))

    def ask(many: list[Facts]) -> None:
        for facts in many:
            may_dial(facts, policy, NOW)

    def ask_from_text() -> None:
        describe.cache_clear()
        for to in texts:
            may_dial(Facts(to=to, purpose=Purpose.CLOSING), policy, NOW)

    figures = alternate(
        {
            "phonenumbers: parse and zones": read,
            "verdict, description stored": lambda: ask(stored),
            "verdict, with two past calls": lambda: ask(told),
            "verdict, number read from its text": ask_from_text,
        },
        each=SINGLE,
    )
    keep("verdict-single", figures, items=SINGLE)
    assert all(isinstance(may_dial(one, policy, NOW).zones, tuple) for one in stored[:10])


def count_open(keys: Sequence[int], windows: Mapping[int, tuple[int, int]], moment: int) -> int:
    """The barest answer: a dictionary look-up and two comparisons per contact."""
    open_now = 0
    for key in keys:
        begin, end = windows[key]
        if begin <= moment < end:
            open_now += 1
    return open_now


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_many_verdicts_beside_a_look_up_and_two_comparisons_each(share: float) -> None:
    policy, many = shipped(), contacts(SIZE, share)
    moment = int(NOW.timestamp())
    groups = {number: place for place, number in enumerate({facts.number for facts in many})}
    in_groups = [groups[facts.number] for facts in many]
    shared = dict.fromkeys(in_groups, (moment - 1800, moment + 1800))
    own = {place: (moment - place, moment + place) for place in range(SIZE)}
    shuffled = random.Random(3).sample(range(SIZE), SIZE)

    def judge() -> int:
        return sum(isinstance(verdict, Allowed) for verdict in verdicts(many, policy, NOW))

    figures = alternate(
        {
            "look-up, a window shared per group": lambda: count_open(in_groups, shared, moment),
            "look-up, a window each": lambda: count_open(shuffled, own, moment),
            "verdicts in bulk": judge,
        },
        each=SIZE,
        runs=5,
    )
    name = f"verdict-bulk-{SIZE}{'-history' if share else ''}"
    keep(name, figures, items=SIZE, share_with_history=share,
         seconds=figures["verdicts in bulk"]["median_ns"] * SIZE / 1e9)  # fmt: skip
    assert 0 < judge() < SIZE
