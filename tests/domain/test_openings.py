"""The next opening: exact across clock changes, half-hour zones, the date line; or never."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.facts import Facts, NotThen
from dialer.domain.gate import may_dial
from dialer.domain.verdict import Allowed, NotUntil
from dialer.domain.windows import parse_hours, weekly
from dialer.domain.words import Purpose
from tests.domain.asking import (
    BERLIN,
    MIAMI,
    MOSCOW_MOBILE,
    NEW_YORK,
    SHANGHAI,
    SYDNEY_MOBILE,
    TOLL_FREE,
    WRITTEN,
    ask,
    instant,
    opens,
    shipped,
)


def confirmed(zone: str, at: str, purpose: str = "collection") -> str:
    """What opens for a Chinese number whose owner is known to be in a zone."""
    return opens(ask(SHANGHAI, purpose, at, confirmed_zone=zone))


@pytest.mark.parametrize(
    ("zone", "at", "opening"),
    [
        # the night of a spring change is an hour shorter, that of an autumn change longer
        ("America/New_York", "2026-03-08 02:00", "2026-03-08 13:00"),
        ("America/New_York", "2026-11-01 02:00", "2026-11-01 14:00"),
        ("Europe/Berlin", "2027-03-27 22:00", "2027-03-28 07:00"),
        # half and quarter hours
        ("Australia/Adelaide", "2026-10-03 12:00", "2026-10-03 22:30"),
        ("Asia/Kathmandu", "2026-11-23 15:00", "2026-11-24 03:15"),
        ("Pacific/Chatham", "2026-09-26 08:00", "2026-09-26 19:15"),
        ("Australia/Lord_Howe", "2026-10-03 12:00", "2026-10-03 22:00"),
        # clocks that change at midnight
        ("Africa/Cairo", "2026-04-23 19:00", "2026-04-24 06:00"),
        ("Asia/Beirut", "2026-10-24 19:00", "2026-10-25 07:00"),
        ("America/Havana", "2026-03-08 03:00", "2026-03-08 13:00"),
        # both sides of the date line, a leap day, a year's end
        ("Pacific/Kiritimati", "2026-11-23 06:30", "2026-11-23 19:00"),
        ("Pacific/Pago_Pago", "2026-11-23 07:30", "2026-11-23 20:00"),
        ("Asia/Tokyo", "2028-02-28 12:00", "2028-02-29 00:00"),
        ("Asia/Tokyo", "2026-12-31 12:00", "2027-01-01 00:00"),
        # the data of 2026: British Columbia no longer turns its clocks back
        ("America/Vancouver", "2026-11-23 04:30", "2026-11-23 16:00"),
    ],
)
def test_the_opening_is_nine_o_clock_there(zone: str, at: str, opening: str) -> None:
    assert confirmed(zone, at).endswith(f"until {opening}:00")


def closed(hours: str, last_on: str | None = None) -> NotThen:
    """The same hours every day."""
    week = weekly(parse_hours(hours), parse_hours(hours), parse_hours(hours))
    return NotThen(week, date.fromisoformat(last_on) if last_on else None)


def test_the_persons_own_hours_are_kept() -> None:
    facts: dict[str, Any] = {"person_closed": (closed("00:00-12:00,13:00-24:00"),)}
    assert opens(ask(SHANGHAI, "collection", "2026-11-23 02:00", **facts)) == (
        "person_hours until 2026-11-23 04:00:00"
    )
    assert opens(ask(SHANGHAI, "collection", "2026-11-23 04:59", **facts)) == "allowed ok"
    assert opens(ask(SHANGHAI, "collection", "2026-11-23 04:59:01", **facts)) == (
        "person_hours until 2026-11-24 04:00:00"
    )


def test_the_persons_own_hours_hold_in_every_zone_that_may_be_theirs() -> None:
    facts: dict[str, Any] = {"person_closed": (closed("09:00-10:00"),), "stated_zone": "Asia/Tokyo"}
    assert ask(SHANGHAI, "reminder", "2026-11-23 00:30", **facts).rule == "law_hours:CN"
    assert opens(ask(SHANGHAI, "reminder", "2026-11-23 01:30", **facts)) == (
        "person_hours until 2026-11-23 02:00:00"
    )


def test_a_person_who_closes_one_weekday_is_free_on_the_others() -> None:
    monday = (parse_hours("00:00-24:00"), *[parse_hours("closed")] * 6)
    verdict = ask(SHANGHAI, "collection", "2026-11-23 02:00", person_closed=(NotThen(monday),))
    assert opens(verdict) == "person_hours until 2026-11-24 01:00:00"


def test_a_wish_that_is_over_closes_nothing() -> None:
    facts: dict[str, Any] = {"person_closed": (closed("00:00-24:00", "2026-11-29"),)}
    verdict = ask(SHANGHAI, "collection", "2026-11-23 02:00", **facts)
    assert opens(verdict) == "person_hours until 2026-11-30 01:00:00"
    facts["person_closed"] = (closed("00:00-24:00", "2026-11-22"),)
    assert opens(ask(SHANGHAI, "collection", "2026-11-23 02:00", **facts)) == "allowed ok"


def test_all_wishes_of_a_person_are_kept() -> None:
    wishes = (closed("14:00-24:00"), closed("00:00-11:00"), closed("10:00-12:00", "2026-11-23"))
    facts: dict[str, Any] = {"person_closed": wishes}
    assert opens(ask(SHANGHAI, "collection", "2026-11-23 02:00", **facts)) == (
        "person_hours until 2026-11-23 04:00:00"
    )
    assert opens(ask(SHANGHAI, "collection", "2026-11-23 06:00", **facts)) == (
        "person_hours until 2026-11-24 03:00:00"
    )


def test_what_blocks_is_named_in_order_law_purpose_person() -> None:
    facts: dict[str, Any] = {"person_closed": (closed("00:00-12:00"),)}
    assert ask(SHANGHAI, "closing", "2026-11-22 23:30", **facts).rule == "law_hours:CN"
    assert ask(SHANGHAI, "closing", "2026-11-23 02:00", **facts).rule == "purpose_hours:closing"
    assert ask(SHANGHAI, "care", "2026-11-23 02:00", **facts).rule == "person_hours"


def test_of_two_presets_that_block_the_countrys_is_named() -> None:
    assert ask(MIAMI, "care", "2026-11-24 03:00").rule == "law_hours:US"
    assert ask(MIAMI, "care", "2026-11-24 01:30").rule == "law_hours:US-FL"


def test_a_law_that_leaves_a_purpose_no_time_is_named() -> None:
    verdict = ask(MIAMI, "closing", "2026-11-23 17:00")
    assert (verdict.word, verdict.rule) == ("never", "never_open:US-FL")
    assert (verdict.params["cause"], verdict.zones) == ("law", ("America/New_York",))


def test_zones_too_far_apart_for_any_minute_are_named_as_the_cause() -> None:
    verdict = ask(TOLL_FREE, "closing", "2026-11-23 17:00")
    assert (verdict.rule, verdict.params["cause"]) == ("never_open:closing", "zones")
    set_zone = ask(TOLL_FREE, "closing", "2026-11-24 01:30", confirmed_zone="America/New_York")
    assert set_zone.word == "allowed"


def test_hours_that_never_meet_are_named_as_the_cause() -> None:
    verdict = ask(SHANGHAI, "closing", "2026-11-23 17:00", person_closed=(closed("20:00-21:00"),))
    assert (verdict.rule, verdict.params["cause"]) == ("never_open:closing", "hours")


def test_a_law_with_a_hole_opens_twice_a_day() -> None:
    at = "2026-11-23 11:59:30"
    verdict = ask("+33612345678", "follow_up", at, consent=WRITTEN)
    assert opens(verdict) == "law_hours:FR until 2026-11-23 13:00:00"


def test_a_person_who_wants_sundays_only_waits_for_one() -> None:
    only_sundays = NotThen((*[parse_hours("00:00-24:00")] * 6, parse_hours("closed")))
    verdict = ask(SHANGHAI, "collection", "2026-11-23 13:00", person_closed=(only_sundays,))
    assert opens(verdict).endswith("until 2026-11-29 01:00:00")


INSTANTS = st.integers(0, 7 * 366 * 86_400).map(
    lambda seconds: instant("2024-01-01 00:00") + timedelta(seconds=seconds)
)
NUMBERS = st.sampled_from([MIAMI, NEW_YORK, SHANGHAI, BERLIN, SYDNEY_MOBILE, MOSCOW_MOBILE])


@given(to=NUMBERS, purpose=st.sampled_from(Purpose), now=INSTANTS)
def test_what_the_gate_promises_it_keeps_and_not_a_second_earlier(
    to: str, purpose: Purpose, now: Any
) -> None:
    facts = Facts(to=to, purpose=purpose, consent=WRITTEN)
    verdict = may_dial(facts, shipped(), now)
    if isinstance(verdict, NotUntil):
        assert verdict.instant > now
        assert verdict.instant.microsecond == 0
        assert isinstance(may_dial(facts, shipped(), verdict.instant), Allowed)
        earlier = verdict.instant - timedelta(microseconds=1)
        assert not isinstance(may_dial(facts, shipped(), earlier), Allowed)
