"""What a number costs us, beside phonenumbers doing the same and nothing else."""

from datetime import UTC, datetime

import phonenumbers
import pytest
from phonenumbers import timezone

from dialer.domain.facts import Facts
from dialer.domain.gate import may_dial
from dialer.domain.phone import describe, normalise
from dialer.domain.verdict import NotUntil
from dialer.domain.words import Purpose
from tests.bench.measuring import alternate, keep
from tests.bench.test_verdicts import numbers
from tests.domain.asking import shipped

pytestmark = pytest.mark.bench

MANY = 2_000
# Noon in Shanghai: the closing hour is hours away everywhere.
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_normalising_a_number_beside_bare_phonenumbers() -> None:
    texts = numbers(MANY, seed=3)

    def bare() -> None:
        for text in texts:
            number = phonenumbers.parse(text, "CN")
            assert phonenumbers.is_valid_number(number)
            phonenumbers.region_code_for_number(number)
            timezone.time_zones_for_number(number)
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def ours() -> None:
        describe.cache_clear()
        for text in texts:
            describe(normalise(text, "CN"))

    figures = alternate({"phonenumbers: the same steps": bare, "normalise, describe": ours}, MANY)
    keep("normalise", figures, items=MANY)


def test_the_next_opening_beside_one_reading_of_a_number() -> None:
    policy, texts = shipped(), numbers(MANY, seed=4)
    asked = [Facts(to=to, purpose=Purpose.CLOSING, number=describe(to)) for to in texts]

    def read() -> None:
        for to in texts:
            timezone.time_zones_for_number(phonenumbers.parse(to))

    def ask() -> None:
        for facts in asked:
            may_dial(facts, policy, NOON)

    later = [may_dial(facts, policy, NOON) for facts in asked]
    assert sum(isinstance(verdict, NotUntil) for verdict in later) > MANY // 2
    figures = alternate({"phonenumbers: parse and zones": read, "next opening": ask}, MANY)
    keep("next-opening", figures, items=MANY)
