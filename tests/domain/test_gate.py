"""What the gate answers before it looks at the law: the number, its owner's wish, the order."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.facts import Facts, NotThen
from dialer.domain.gate import may_dial, verdicts
from dialer.domain.phone import describe
from dialer.domain.policy import DialRules
from dialer.domain.verdict import Allowed, Never, NotUntil
from dialer.domain.windows import parse_hours, weekly
from dialer.domain.words import Mode, Purpose
from tests.domain.asking import (
    BERLIN,
    MEXICO,
    MIAMI,
    NAIROBI,
    NEW_YORK,
    SHANGHAI,
    WRITTEN,
    ask,
    instant,
    opens,
    past,
    shipped,
)

BUFFALO = "+17165550123"
MORNINGS = NotThen(weekly(*[parse_hours("00:00-12:00")] * 3))
# 23 November 2026 is a Monday; Shanghai is UTC+8 all year, New York UTC-5 in winter.


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("2026-11-23 11:59:59", "purpose_hours:closing until 2026-11-23 12:00:00"),
        ("2026-11-23 11:59:59.500000", "purpose_hours:closing until 2026-11-23 12:00:00"),
        ("2026-11-23 12:00:00", "allowed ok"),
        ("2026-11-23 12:59:00", "allowed ok"),
        ("2026-11-23 12:59:00.000001", "law_hours:CN until 2026-11-24 12:00:00"),
        ("2026-11-23 12:59:01", "law_hours:CN until 2026-11-24 12:00:00"),
    ],
)
def test_a_call_needs_a_whole_minute_inside_its_window(at: str, answer: str) -> None:
    assert opens(ask(SHANGHAI, "closing", at)) == answer


def test_a_call_within_its_hours_is_allowed_and_says_on_what_ground() -> None:
    assert ask(SHANGHAI, "closing", "2026-11-23 12:30") == Allowed(
        zones=("Asia/Shanghai",),
        params={"purpose": "closing", "presets": ["CN"], "unsure": ["CN"]},
    )


def test_a_refusal_says_what_the_clock_shows_there_and_who_says_so() -> None:
    verdict = ask(MIAMI, "care", "2026-11-24 01:00")
    assert isinstance(verdict, NotUntil)
    assert verdict.params == {
        "preset": "US-FL",
        "source": "Fla. Stat. 501.616(6)",
        "confidence": "A",
        "zone": "America/New_York",
        "local": "20:00",
        "hours": "08:00-20:00",
    }


def test_an_instant_on_another_clock_is_the_same_instant() -> None:
    there = datetime(2026, 11, 23, 20, 30, tzinfo=timezone(timedelta(hours=8)))
    facts = Facts(to=SHANGHAI, purpose=Purpose.CLOSING)
    assert isinstance(may_dial(facts, shipped(), there), Allowed)


def test_a_naive_instant_is_refused() -> None:
    naive = instant("2026-11-23 12:30").replace(tzinfo=None)
    with pytest.raises(TypeError):
        may_dial(Facts(to=SHANGHAI, purpose=Purpose.CLOSING), shipped(), naive)


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("+19005550123", "premium_rate"),
        ("+870773111632", "satellite"),
        (NAIROBI, "country"),
        ("+80012345678", "country"),
        ("+8612345", "invalid"),
        ("", "invalid"),
    ],
)
def test_some_numbers_are_never_dialled(to: str, why: str) -> None:
    assert ask(to, "reminder", "2026-11-23 12:30") == Never(rule="number", params={"why": why})


def test_our_own_numbers_are_never_dialled() -> None:
    verdict = ask(SHANGHAI, "closing", "2026-11-23 12:30", own_numbers=frozenset({SHANGHAI}))
    assert verdict == Never(rule="number", params={"why": "own"})


def test_a_suppressed_number_is_never_dialled() -> None:
    assert ask(SHANGHAI, "closing", "2026-11-23 12:30", suppressed=True) == Never(rule="suppressed")


@pytest.mark.parametrize(
    ("to", "facts", "rule"),
    [
        (NAIROBI, {"suppressed": True}, "number"),
        (MEXICO, {"suppressed": True}, "suppressed"),
        (MEXICO, {"address_region": "DE-BY"}, "no_preset:MX:sales"),
        (MIAMI, {"address_region": "DE-BY"}, "consent:DE"),
        (MIAMI, {"address_region": "DE-BY", "consent": WRITTEN}, "holiday_data:DE"),
        (MIAMI, {"mode": "machine"}, "consent:US"),
        (MIAMI, {}, "never_open:US-FL"),
    ],
)
def test_what_nobody_can_wait_for_is_named_in_a_fixed_order(
    to: str, facts: dict[str, Any], rule: str
) -> None:
    assert ask(to, "closing", "2031-06-02 12:00", **facts).rule == rule


def test_a_country_is_dialled_only_while_the_rules_name_it() -> None:
    policy = replace(shipped(), dial=DialRules(countries=frozenset({"US"})))
    assert ask(SHANGHAI, "closing", "2026-11-23 12:30", policy).rule == "number"
    assert ask(MIAMI, "care", "2026-11-23 15:30", policy).rule == "ok"


def test_a_stored_description_spares_another_look_at_the_number() -> None:
    stored = Facts(to="unread", purpose=Purpose.CARE, number=describe(MIAMI))
    assert may_dial(stored, shipped(), instant("2026-11-23 15:30")).word == "allowed"


def listed(checked_on: str | None, **dial: Any) -> str:
    """The rule for a sales call to Miami whose country's list was last checked on a day."""
    rules = replace(shipped().dial, **dial)
    lists = frozenset({("US", date.fromisoformat(checked_on))} if checked_on else ())
    policy = replace(shipped(), dial=rules)
    return ask(MIAMI, "care", "2026-11-23 15:30", policy, dnc_lists=lists).rule


def test_an_imported_do_not_call_list_must_be_fresh() -> None:
    assert listed("2026-10-23") == "ok"
    assert listed("2026-10-22") == "dnc_list:US"
    assert listed("2020-01-01", list_days={}) == "ok"


def test_a_do_not_call_list_may_be_missing_unless_the_rules_require_it() -> None:
    assert listed(None) == "ok"
    assert listed(None, lists_required=frozenset({"US"})) == "dnc_list:US"
    assert listed("2026-11-01", lists_required=frozenset({"US"})) == "ok"


def test_a_missing_list_was_checked_on_no_day() -> None:
    policy = replace(shipped(), dial=replace(shipped().dial, lists_required=frozenset({"US"})))
    verdict = ask(MIAMI, "care", "2026-11-23 15:30", policy, dnc_lists=frozenset())
    assert verdict.params == {"country": "US", "checked_on": None, "days": 31}


def test_a_stale_list_says_when_it_was_checked_and_how_old_it_may_be() -> None:
    lists = frozenset({("US", date(2026, 1, 2))})
    verdict = ask(MIAMI, "care", "2026-11-23 15:30", dnc_lists=lists)
    assert verdict.zones == ("America/New_York",)
    assert verdict.params == {"country": "US", "checked_on": "2026-01-02", "days": 31}


def test_collection_asks_for_no_do_not_call_list() -> None:
    old = frozenset({("US", date(2020, 1, 1))})
    assert ask(MIAMI, "collection", "2026-11-23 15:30", dnc_lists=old).rule == "ok"


BROOKLYN = "+17185550123"  # an area code that one of the presets asks for


@st.composite
def contacts(draw: st.DrawFn) -> Facts:
    """Contacts who differ in what may decide."""
    to = draw(st.sampled_from([SHANGHAI, MIAMI, NEW_YORK, BROOKLYN, BUFFALO, BERLIN, NAIROBI]))
    return Facts(
        to=to,
        number=describe(to) if draw(st.integers(0, 3)) else None,
        purpose=draw(st.sampled_from([Purpose.CLOSING, Purpose.COLLECTION, Purpose.REMINDER])),
        mode=draw(st.sampled_from(Mode)),
        consent=draw(st.sampled_from([None, None, WRITTEN])),
        suppressed=not draw(st.integers(0, 5)),
        history=draw(st.sampled_from([(), (), past("2026-11-22 12:00 conversation")])),
        dnc_lists=draw(st.sampled_from([None, frozenset({("US", date(2020, 1, 1))})])),
        confirmed_zone=draw(st.sampled_from([None, "Asia/Kolkata"])),
        stated_zone=draw(st.sampled_from([None, "Asia/Tokyo"])),
        address_region=draw(st.sampled_from([None, "US-CA"])),
        own_numbers=frozenset(draw(st.sampled_from([(), (SHANGHAI,)]))),
        person_closed=draw(st.sampled_from([(), (MORNINGS,)])),
    )


@given(many=st.lists(contacts(), max_size=24), hour=st.integers(0, 23))
def test_many_at_once_get_the_same_answers_as_one_by_one(many: list[Facts], hour: int) -> None:
    now = instant(f"2026-11-23 {hour:02}:30")
    each = [may_dial(facts, shipped(), now) for facts in many]
    assert list(verdicts(many, shipped(), now)) == each


def test_numbers_without_a_description_share_nothing() -> None:
    wrong, right = (Facts(to=to, purpose=Purpose.CARE) for to in ("+13051", MIAMI))
    rules = [one.rule for one in verdicts([wrong, right], shipped(), instant("2026-11-23 15:30"))]
    assert rules == ["number", "ok"]


TWINS = Facts(
    to=NEW_YORK, purpose=Purpose.COLLECTION, number=describe(NEW_YORK), stated_zone="Asia/Tokyo"
)
UNLIKE: dict[str, Any] = {
    "to": BUFFALO, "purpose": Purpose.REMINDER, "mode": Mode.MACHINE, "suppressed": True,
    "number": describe(SHANGHAI), "consent": WRITTEN, "confirmed_zone": "Asia/Kolkata",
    "stated_zone": None, "address_region": "US-CA", "own_numbers": frozenset({NEW_YORK}),
    "person_closed": (MORNINGS,), "history": past(*["2026-11-23 09:00 conversation"] * 7),
    "dnc_lists": frozenset({("US", date(2020, 1, 1))}), "elsewhere": True,
}  # fmt: skip


@pytest.mark.parametrize("name", [field.name for field in fields(Facts)])
@pytest.mark.parametrize("purpose", [Purpose.COLLECTION, Purpose.CARE])
def test_contacts_share_an_answer_only_if_nothing_tells_them_apart(
    name: str, purpose: Purpose
) -> None:
    twin = replace(TWINS, purpose=purpose)
    other = replace(twin, **{name: UNLIKE[name]})
    for hour in range(24):
        now = instant(f"2026-11-23 {hour:02}:30")
        each = [may_dial(facts, shipped(), now) for facts in (twin, other)]
        assert list(verdicts([twin, other], shipped(), now)) == each
