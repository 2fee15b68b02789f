"""Whose clock counts: candidate zones for the law, the best known one for the purpose."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.domain.facts import Facts
from dialer.domain.gate import may_dial
from dialer.domain.ground import UnknownZoneError
from dialer.domain.phone import NumberFacts
from dialer.domain.words import Purpose
from tests.domain.asking import (
    BOISE,
    MIAMI,
    MOSCOW_MOBILE,
    SHANGHAI,
    ask,
    instant,
    opens,
    shipped,
)

NOON = "2026-11-23 17:00"


def zones(to: str, **facts: Any) -> tuple[str, ...]:
    """The candidates for a service call, which most countries know."""
    return ask(to, "reminder", NOON, **facts).zones


def test_the_numbers_own_zones_are_candidates() -> None:
    assert zones(MIAMI) == ("America/New_York",)
    assert zones(BOISE) == ("America/Boise", "America/Los_Angeles")


def test_an_address_inside_the_numbers_region_adds_nothing() -> None:
    assert zones(MIAMI, address_region="US-FL") == ("America/New_York",)
    assert zones(SHANGHAI, address_region="CN-XJ") == ("Asia/Shanghai",)
    assert zones("+12125550123", address_region="US-NYC") == ("America/New_York",)


def test_an_address_elsewhere_adds_all_of_its_zones() -> None:
    assert zones(MIAMI, address_region="US-TX") == (
        "America/Chicago", "America/Denver", "America/New_York",
    )  # fmt: skip
    assert zones(MIAMI, address_region="US-NYC") == ("America/New_York",)
    assert zones(MIAMI, address_region="IN") == ("America/New_York", "Asia/Kolkata")
    assert zones(MIAMI, address_region="IN-KA") == ("America/New_York", "Asia/Kolkata")


def test_a_stated_zone_is_one_more_candidate() -> None:
    assert zones(MIAMI, stated_zone="Asia/Tokyo") == ("America/New_York", "Asia/Tokyo")


def test_a_confirmed_zone_replaces_all_others() -> None:
    facts = {"confirmed_zone": "Europe/Rome", "stated_zone": "Asia/Tokyo", "address_region": "IN"}
    assert zones(MIAMI, **facts) == ("Europe/Rome",)


def test_urumqi_counts_only_where_it_is_confirmed() -> None:
    assert zones(SHANGHAI, stated_zone="Asia/Urumqi") == ("Asia/Shanghai",)
    assert zones(SHANGHAI, confirmed_zone="Asia/Urumqi") == ("Asia/Urumqi",)


def test_without_a_zone_there_is_no_call() -> None:
    nowhere = NumberFacts(region="US", kind="mobile", zones=())
    facts = Facts(to=MIAMI, purpose=Purpose.REMINDER, number=nowhere)
    verdict = may_dial(facts, shipped(), instant(NOON))
    assert (verdict.word, verdict.rule, verdict.zones) == ("never", "no_zone", ())
    placed = replace(facts, confirmed_zone="America/New_York")
    assert may_dial(placed, shipped(), instant(NOON)).word == "allowed"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "", "Asia", "a\0b", "Factory"])
def test_an_unknown_zone_is_an_error_not_a_verdict(zone: str) -> None:
    with pytest.raises(UnknownZoneError, match="IANA"):
        ask(MIAMI, "care", NOON, confirmed_zone=zone)


def test_the_law_holds_in_every_candidate() -> None:
    verdict = ask(BOISE, "collection", "2026-11-23 15:30")
    assert opens(verdict) == "law_hours:US-debt until 2026-11-23 17:00:00"
    assert verdict.params["zone"] == "America/Los_Angeles"


@pytest.mark.parametrize(
    ("facts", "opening"),
    [
        ({"confirmed_zone": "America/Boise"}, "2026-11-24 16:00"),
        ({"stated_zone": "America/Denver"}, "2026-11-24 16:00"),
        ({"stated_zone": "America/Los_Angeles", "address_region": "US-UT"}, "2026-11-24 17:00"),
        ({"address_region": "US-CO"}, "2026-11-24 16:00"),
        ({"address_region": "US-CA"}, "2026-11-24 17:00"),
        ({"address_region": "US-ID"}, "2026-11-24 17:00"),
        ({}, "2026-11-24 17:00"),
    ],
)
def test_the_purpose_holds_in_the_best_known_zone(facts: dict[str, Any], opening: str) -> None:
    verdict = ask(BOISE, "appointment", "2026-11-24 04:30", **facts)
    assert opens(verdict).endswith(f"until {opening}:00")


def test_the_numbers_single_zone_is_best_where_the_address_has_several() -> None:
    verdict = ask(MIAMI, "appointment", "2026-11-23 23:30", address_region="US-TX")
    assert verdict.rule == "purpose_hours:appointment"
    assert verdict.params["zone"] == "America/New_York"


def test_an_address_tells_whose_evening_it_is_where_the_number_does_not() -> None:
    at = "2026-11-23 09:00"
    assert ask(MOSCOW_MOBILE, "collection", at).rule == "purpose_hours:collection"
    assert ask(MOSCOW_MOBILE, "collection", at, address_region="RU-MOW").word == "allowed"


def test_a_stated_urumqi_is_not_the_best_zone_either() -> None:
    verdict = ask(SHANGHAI, "closing", "2026-11-23 12:30", stated_zone="Asia/Urumqi")
    assert verdict.word == "allowed"
