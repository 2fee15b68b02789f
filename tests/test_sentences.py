"""Verdicts as sentences: every rule has one, in every language, with nothing left blank."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dialer.domain.facts import NotThen
from dialer.domain.policy import Closure, Law
from dialer.domain.verdict import Allowed, Never, NotUntil, Verdict
from dialer.domain.windows import parse_hours, weekly
from dialer.domain.words import Language, Mode
from dialer.sentences import CHINESE_LAWS, explain, explain_why
from tests.domain.asking import (
    BERLIN,
    DUBAI,
    HONG_KONG,
    MEXICO,
    MIAMI,
    NAIROBI,
    NEW_YORK,
    SHANGHAI,
    TOLL_FREE,
    WRITTEN,
    ask,
    instant,
    past,
    shipped,
)  # fmt: skip

NOON = "2026-11-23 17:00"
ATTEMPTS = past(*["2026-11-23 14:00 attempt"] * 3)
REFUSAL = past("2026-11-20 14:00 refusal")
MORNINGS = NotThen(weekly(*[parse_hours("00:00-12:00")] * 3))
EVENINGS = NotThen(weekly(*[parse_hours("20:00-21:00")] * 3))
STORM = Closure(
    region="US-FL", first_on=date(2026, 11, 23), last_on=date(2026, 11, 24), reason="storm",
    laws=frozenset(Law),
)  # fmt: skip


def each_rule() -> list[Verdict]:
    """One verdict of every kind that the gate gives."""
    stormy = replace(shipped(), closures=(STORM,))
    many = past(*[f"2026-09-{day:02} 10:00 attempt" for day in range(1, 31)])
    return [
        ask(MIAMI, "appointment", NOON),
        ask(SHANGHAI, "closing", "2026-11-23 12:30"),
        *(Never(rule="number", params={"why": why}) for why in REASONS_OF_NUMBERS),
        ask(NAIROBI, "care", NOON),
        ask(MIAMI, "care", NOON, suppressed=True),
        Never(rule="no_zone", params={"region": None}),
        ask(MEXICO, "care", NOON),
        ask(MIAMI, "care", NOON, mode=Mode.MACHINE),
        ask(MIAMI, "care", NOON, dnc_lists=frozenset({("US", date(2026, 1, 1))})),
        ask(BERLIN, "care", "2031-06-02 10:00", consent=WRITTEN),
        ask(MIAMI, "closing", NOON),
        ask(TOLL_FREE, "closing", NOON),
        ask(SHANGHAI, "closing", NOON, person_closed=(EVENINGS,)),
        ask(MIAMI, "care", NOON, stormy),
        ask(BERLIN, "care", "2026-12-25 10:00", consent=WRITTEN),
        ask(MIAMI, "care", "2026-11-23 09:00"),
        ask(BERLIN, "care", "2026-11-22 10:00", consent=WRITTEN),
        ask(SHANGHAI, "closing", "2026-11-23 05:00"),
        ask(SHANGHAI, "care", "2026-11-23 02:00", person_closed=(MORNINGS,)),
        ask(MIAMI, "appointment", NOON, history=ATTEMPTS),
        ask(HONG_KONG, "appointment", "2026-11-24 05:00", history=ATTEMPTS),
        ask(SHANGHAI, "care", "2026-11-24 05:00", history=past("2026-11-24 01:00 conversation")),
        ask(NEW_YORK, "collection", NOON, history=past("2026-11-22 14:00 conversation")),
        ask(DUBAI, "appointment", "2026-11-23 10:00", history=REFUSAL),
        ask(BERLIN, "appointment", "2026-11-23 10:00", consent=WRITTEN, history=many),
    ]


REASONS_OF_NUMBERS = [
    "own",
    "invalid",
    "premium_rate",
    "satellite",
    "emergency",
    "short",
    "country",
]


def kinds(verdicts: list[Verdict]) -> set[str]:
    return {verdict.rule.partition(":")[0] for verdict in verdicts}


def test_the_verdicts_below_are_of_every_kind() -> None:
    assert kinds(each_rule()) == {
        "ok", "number", "suppressed", "no_zone", "no_preset", "consent", "dnc_list",
        "holiday_data", "never_open", "closure", "holiday", "law_hours", "purpose_hours",
        "person_hours", "cap", "cool_off",
    }  # fmt: skip


@pytest.mark.parametrize("language", Language)
def test_every_verdict_is_one_whole_sentence(language: Language) -> None:
    for verdict in each_rule():
        sentence = explain(verdict, language)
        assert re.search(r"[.。]$", sentence), sentence
        assert not re.search(r"%\(|  |\(\)|None|:$", sentence), sentence
        assert "\n" not in sentence


def test_every_sentence_differs() -> None:
    sentences = [explain(verdict, "en") for verdict in each_rule()]
    assert len(set(sentences)) == len(sentences) - 1  # no country twice


def english(*asked: Any, **facts: Any) -> str:
    return explain(ask(*asked, **facts), "en")


def test_a_refusal_names_opening_clock_rule_source_and_hours() -> None:
    assert english(MIAMI, "care", "2026-11-24 01:00") == (
        "Not before 2026-11-24 09:00 (New York): it is 20:00 in New York; hours of "
        "US-FL (Fla. Stat. 501.616(6)): 08:00-20:00."
    )


def test_the_reason_can_stand_alone_with_the_city_in_the_readers_language() -> None:
    verdict = ask(MIAMI, "care", "2026-11-24 01:00")
    assert explain_why(verdict, "en").startswith("it is 20:00 in New York; hours of US-FL")
    assert "纽约" in explain_why(verdict, "zh-CN")
    assert "紐約" in explain_why(verdict, "zh-TW")
    settled = ask(MIAMI, "closing", NOON)
    assert explain_why(settled, "en") == explain(settled, "en")


def test_law_is_named_in_the_readers_language_where_it_has_such_a_name() -> None:
    late = explain(ask(SHANGHAI, "care", "2026-11-23 14:00"), "zh-CN")
    assert "中国（2018年十三部门方案" in late
    debt = {"preset": "UK-debt", "source": "FCA CONC 7.9.4R", "confidence": "A"}
    never = explain(Never(rule="consent:UK-debt", params=debt), "zh-TW")
    assert "英國·催收（FCA CONC 7.9.4R）" in never


def test_every_law_with_a_chinese_name_is_a_presets() -> None:
    rules = {preset.rule for preset in shipped().presets.values()}
    assert {named(str) for named in CHINESE_LAWS} <= rules


def test_a_zone_that_has_no_city_yet_keeps_its_name() -> None:
    unheard_of = NotUntil(
        instant=instant(NOON), rule="purpose_hours:care", zones=("Factory",),
        params={"zone": "Factory", "local": "07:00", "hours": "09:00-20:00"},
    )  # fmt: skip
    assert "it is 07:00 in Factory" in explain(unheard_of, "en")


def test_a_weak_source_is_said_to_be_weak() -> None:
    sentence = english(SHANGHAI, "closing", "2026-11-23 13:30")
    assert "CN (13-ministry plan 2018; MIIT 2020 draft; Civil Code 1033; confidence C)" in sentence
    assert english(SHANGHAI, "closing", "2026-11-23 12:30") == (
        "The call may be placed now; the hours of CN rest on a weak source."
    )


def test_a_cap_says_what_it_allows_and_how_many_count() -> None:
    assert english(MIAMI, "appointment", NOON, history=ATTEMPTS) == (
        "Not before 2026-11-24 09:00 (New York): US-FL (Fla. Stat. 501.616(6)) allows "
        "3 calls (attempt) in 24 hours, and 3 count."
    )


def test_a_verdict_stored_without_parameters_can_still_be_read() -> None:
    assert explain(Never(rule="consent:DE", zones=("Europe/Berlin",)), "en").startswith("Never")
    waiting = NotUntil(instant=instant(NOON), rule="cap:US", zones=("America/New_York",))
    assert explain(waiting, "en").startswith("Not before 2026-11-23 12:00 (New York)")
    assert explain(Allowed(zones=()), "xx") == "The call may be placed now."
