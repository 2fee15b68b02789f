"""How often a person may be called: caps and cool-offs, and when they free."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.domain.caps import as_micros, holds_on
from dialer.domain.facts import Facts
from dialer.domain.gate import question_of
from dialer.domain.ground import Ground, stand
from dialer.domain.limits import Calendrical, Cap, CoolOff, Event, Key
from dialer.domain.words import Purpose
from tests.domain.asking import (
    BERLIN,
    DUBAI,
    HONG_KONG,
    MIAMI,
    PARIS,
    SHANGHAI,
    TOKYO,
    TORONTO,
    WRITTEN,
    ask,
    instant,
    opens,
    past,
    shipped,
)

BOSTON = "+16175550123"
SYDNEY = "+61291234567"
MOSCOW = "+74951234567"
BANGKOK = "+66812345678"


def after(to: str, purpose: str, at: str, *calls: str, **facts: Any) -> str:
    """What opens after these past calls."""
    return opens(ask(to, purpose, at, history=past(*calls), **facts))


def test_florida_frees_a_day_after_the_third_last_attempt() -> None:
    calls = ["2026-11-23 14:00:10 attempt", "2026-11-23 15:00 attempt", "2026-11-23 16:00 attempt"]
    answer = after(MIAMI, "appointment", "2026-11-23 17:00", *calls)
    assert answer == "cap:US-FL until 2026-11-24 14:00:10"
    assert after(MIAMI, "appointment", "2026-11-23 17:00", *calls[1:]) == "allowed ok"


def test_a_rolling_day_begins_exactly_its_hours_ago() -> None:
    calls = ["2026-11-22 17:00 attempt"] * 3
    assert after(MIAMI, "appointment", "2026-11-23 17:00", *calls) == "allowed ok"
    calls = ["2026-11-22 17:00:00.000001 attempt"] * 3
    answer = after(MIAMI, "appointment", "2026-11-23 17:00", *calls)
    assert answer == "cap:US-FL until 2026-11-23 17:00:01"


def test_a_call_of_this_very_instant_counts() -> None:
    now = ["2026-11-23 17:00 attempt"] * 3
    answer = after(MIAMI, "appointment", "2026-11-23 17:00", *now)
    assert answer == "cap:US-FL until 2026-11-24 17:00:00"


def test_a_call_that_frees_this_very_instant_leaves_the_others() -> None:
    calls = ["2026-11-22 17:00 attempt", *["2026-11-23 14:00 attempt"] * 3]
    answer = after(MIAMI, "appointment", "2026-11-23 17:00", *calls)
    assert answer == "cap:US-FL until 2026-11-24 14:00:00"


def test_a_call_still_to_come_does_not_count_yet() -> None:
    later = ["2026-11-23 18:00 attempt"] * 3
    assert after(MIAMI, "appointment", "2026-11-23 17:00", *later) == "allowed ok"


def test_a_refusal_names_the_calls_that_counted() -> None:
    calls = ["2026-11-23 14:00 attempt"] * 3 + ["2026-11-20 14:00 attempt"]
    verdict = ask(MIAMI, "appointment", "2026-11-23 17:00", history=past(*calls))
    assert verdict.params == {
        "preset": "US-FL",
        "source": "Fla. Stat. 501.616(6)",
        "confidence": "A",
        "event": "attempt",
        "limit": 3,
        "hours": 24,
        "calendar": None,
        "text": "attempts: 3 / rolling 24h / same subject",
        "counted": ["2026-11-23T14:00:00+00:00"] * 3,
    }


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("attempt", "allowed ok"),
        ("connected", "allowed ok"),
        ("voicemail", "cap:US-MA-debt until 2026-11-27 15:00:00"),
        ("conversation", "cap:US-MA-debt until 2026-11-28 14:00:00"),
        ("refusal", "cap:US-MA-debt until 2026-11-28 14:00:00"),
    ],
)
def test_a_contact_is_a_conversation_or_a_voicemail(kind: str, answer: str) -> None:
    calls = [f"2026-11-20 15:00 {kind}", f"2026-11-21 15:00 {kind}"]
    assert after(BOSTON, "collection", "2026-11-23 17:00", *calls) == answer


@pytest.mark.parametrize(
    ("kind", "counts"),
    [("attempt", 0), ("connected", 1), ("voicemail", 0), ("conversation", 1), ("refusal", 1)],
)
def test_china_counts_connected_calls(kind: str, counts: int) -> None:
    calls = [f"2026-11-23 0{hour}:00 {kind}" for hour in (1, 2, 3)]
    answer = after(SHANGHAI, "collection", "2026-11-23 05:00", *calls)
    assert answer == ("cap:CN-debt until 2026-11-24 01:00:00" if counts else "allowed ok")


def test_massachusetts_has_another_cap_for_other_telephones() -> None:
    calls = ["2026-11-01 15:00 voicemail", "2026-11-02 15:00 voicemail"]
    at = "2026-11-23 17:00"
    assert after(BOSTON, "collection", at, *calls) == "allowed ok"
    answer = after(BOSTON, "collection", at, *calls, elsewhere=True)
    assert answer == "cap:US-MA-debt until 2026-12-01 15:00:00"


def test_a_day_of_the_calendar_is_the_called_partys() -> None:
    yesterday = ["2026-11-22 14:59 attempt"] * 3
    assert after(TOKYO, "collection", "2026-11-23 01:00", *yesterday) == "allowed ok"
    today = ["2026-11-22 15:00 attempt"] * 3
    answer = after(TOKYO, "collection", "2026-11-23 01:00", *today)
    assert answer == "cap:JP-debt until 2026-11-24 00:00:00"


def test_a_calendar_period_counts_while_it_lasts_in_any_candidate_zone() -> None:
    calls = ["2026-11-22 14:00 attempt"] * 3
    assert after(TOKYO, "collection", "2026-11-23 05:00", *calls) == "allowed ok"
    hawaii = {"stated_zone": "Pacific/Honolulu"}  # where it is still the same Sunday
    answer = after(TOKYO, "collection", "2026-11-23 05:00", *calls, **hawaii)
    assert answer == "cap:JP-debt until 2026-11-23 23:00:00"


def test_weeks_begin_on_monday() -> None:
    sunday = ["2026-11-22 05:00 attempt"] * 3
    assert after(HONG_KONG, "appointment", "2026-11-23 05:00", *sunday) == "allowed ok"
    monday = ["2026-11-23 04:00 attempt"] * 3
    answer = after(HONG_KONG, "appointment", "2026-11-23 05:00", *monday)
    assert answer == "cap:HK until 2026-11-30 01:00:00"


def test_a_warm_call_is_free_of_the_cap_on_cold_ones() -> None:
    calls = ["2026-11-23 04:00 attempt"] * 3
    warm = after(HONG_KONG, "appointment", "2026-11-23 05:00", "2020-01-01 05:00 refusal", *calls)
    assert warm == "allowed ok"
    others = past("2020-01-01 05:00 conversation", shares=frozenset({Key.PERSON}))
    history = (*others, *past(*calls))
    verdict = ask(HONG_KONG, "appointment", "2026-11-23 05:00", history=history)
    assert verdict.rule == "cap:HK"


def test_months_end_with_the_calendar() -> None:
    calls = [f"2026-12-{day} 05:00 voicemail" for day in ("07", "08", "14", "15", "16")] * 2
    answer = after(SYDNEY, "collection", "2026-12-29 05:00", *calls)
    assert answer == "cap:AU-debt until 2027-01-01 22:00:00"
    assert after(SYDNEY, "collection", "2026-12-29 05:00", *calls[1:]) == "allowed ok"


def test_a_cap_without_a_period_never_frees() -> None:
    calls = [f"2026-09-{day:02} 10:00 attempt" for day in range(1, 31)]
    facts = {"consent": WRITTEN}
    assert after(BERLIN, "appointment", "2026-11-23 10:00", *calls, **facts) == "never cap:DE"
    assert after(BERLIN, "appointment", "2026-11-23 10:00", *calls[1:], **facts) == "allowed ok"


@pytest.mark.parametrize(
    ("talk", "answer"),
    [
        ("2026-11-17 04:59 conversation", "allowed ok"),
        ("2026-11-16 14:00 conversation", "allowed ok"),
        ("2026-11-17 05:01 conversation", "cool_off:US-debt until 2026-11-24 14:00:00"),
        ("2026-11-23 14:00 conversation", "cool_off:US-debt until 2026-11-30 14:00:00"),
        ("2026-11-23 14:00 voicemail", "allowed ok"),
    ],
)
def test_after_a_talk_about_a_debt_seven_local_days_pass(talk: str, answer: str) -> None:
    assert after(MIAMI, "collection", "2026-11-23 17:00", talk) == answer


def test_the_seven_days_end_when_they_have_ended_in_every_zone() -> None:
    policy = shipped()
    facts = Facts(
        to="+12085550123", purpose=Purpose.COLLECTION, history=past("2026-11-16 12:00 conversation")
    )
    ground = stand(policy, question_of(facts, policy))
    assert isinstance(ground, Ground)
    pause = holds_on(ground, facts)[-1]
    assert pause.blocks(as_micros(instant("2026-11-23 07:59:59.999999")))
    assert not pause.blocks(as_micros(instant("2026-11-23 08:00")))


def test_a_refusal_in_france_closes_sixty_days() -> None:
    facts = {"consent": WRITTEN}
    answer = after(PARIS, "appointment", "2026-11-23 10:00", "2026-10-01 10:30 refusal", **facts)
    assert answer == "cool_off:FR until 2026-11-30 10:30:00"


def test_a_refusal_in_the_emirates_closes_for_ever() -> None:
    answer = after(DUBAI, "appointment", "2026-11-23 10:00", "2020-01-01 10:00 refusal")
    assert answer == "never cool_off:AE"
    assert after(DUBAI, "appointment", "2026-11-23 20:00", "2020-01-01 10:00 refusal") == answer


@pytest.mark.parametrize("purpose", ["first_visit", "follow_up", "care", "revisit"])
def test_two_days_pass_after_a_conversation(purpose: str) -> None:
    answer = after(SHANGHAI, purpose, "2026-11-24 02:00", "2026-11-23 01:30 conversation")
    assert answer == f"cool_off:{purpose} until 2026-11-25 01:30:00"


def test_other_purposes_need_no_pause() -> None:
    for purpose in ("appointment", "closing", "collection", "reminder"):
        answer = after(SHANGHAI, purpose, "2026-11-24 12:30", "2026-11-24 01:30 conversation")
        assert not answer.startswith("cool_off")


def test_a_service_call_has_no_caps_of_the_law() -> None:
    calls = ["2026-11-23 14:00 conversation"] * 9
    assert after(MIAMI, "reminder", "2026-11-23 17:00", *calls) == "allowed ok"
    assert after(TORONTO, "reminder", "2026-11-23 17:00", *calls) == "allowed ok"


@pytest.mark.parametrize(
    ("shares", "rule"),
    [({Key.DEBT}, "cap:US-debt"), (set(Key) - {Key.DEBT}, "ok"), (set(), "ok")],
)
def test_a_cap_counts_only_what_shares_its_key(shares: set[Key], rule: str) -> None:
    history = past(*["2026-11-23 14:00 attempt"] * 7, shares=frozenset(shares))
    assert ask(MIAMI, "collection", "2026-11-23 17:00", history=history).rule == rule


def test_a_cap_comes_before_a_cool_off_and_both_must_free() -> None:
    calls = ["2026-11-23 14:00 conversation"] * 7
    answer = after(MIAMI, "collection", "2026-11-23 17:00", *calls)
    assert answer == "cap:US-debt until 2026-11-30 14:00:00"


def with_limits(purpose: Purpose, *caps: Cap, pauses: tuple[CoolOff, ...] = ()) -> Any:
    """The shipped rules, with limits of our own on one purpose."""
    rule = replace(shipped().purposes[purpose], caps=caps, cool_offs=pauses)
    return replace(shipped(), purposes={**shipped().purposes, purpose: rule})


def test_a_purpose_may_have_caps_of_its_own() -> None:
    cap = Cap(event=Event.ATTEMPT, limit=2, per=Key.PERSON, source_text="ours", rolling_hours=48)
    policy = with_limits(Purpose.REMINDER, cap)
    history = past(*["2026-11-23 01:00 attempt"] * 2)
    verdict = ask(SHANGHAI, "reminder", "2026-11-23 05:00", policy, history=history)
    assert opens(verdict) == "cap:reminder until 2026-11-25 01:00:00"
    assert "preset" not in verdict.params


def test_a_month_of_the_calendar_ends_in_december_too() -> None:
    cap = Cap(
        event=Event.ATTEMPT, limit=1, per=Key.NUMBER, source_text="ours", calendar=Calendrical.MONTH
    )
    policy = with_limits(Purpose.REMINDER, cap)
    for at, opening in [("2026-12-03", "2027-01-01"), ("2027-01-31", "2027-02-01")]:
        history = past(f"{at} 02:00 attempt")
        verdict = ask(SHANGHAI, "reminder", f"{at} 05:00", policy, history=history)
        assert opens(verdict) == f"cap:reminder until {opening} 01:00:00"


def test_a_pause_that_outlasts_400_days_is_never() -> None:
    pause = CoolOff(after=Event.ATTEMPT, per=Key.PERSON, source_text="ours", hours=401 * 24)
    policy = with_limits(Purpose.REMINDER, pauses=(pause,))
    history = past("2026-11-23 04:59 attempt")
    verdict = ask(SHANGHAI, "reminder", "2026-11-23 05:00", policy, history=history)
    assert (verdict.word, verdict.rule) == ("never", "cool_off:reminder")


def test_a_pause_that_ends_outside_the_hours_on_the_last_day_is_never_too() -> None:
    pause = CoolOff(after=Event.ATTEMPT, per=Key.PERSON, source_text="ours", hours=400 * 24 - 1)
    policy = with_limits(Purpose.CLOSING, pauses=(pause,))
    history = past("2026-11-23 10:59 attempt")
    verdict = ask(SHANGHAI, "closing", "2026-11-23 11:00", policy, history=history)
    assert (verdict.word, verdict.rule) == ("never", "cool_off:closing")


def test_a_cap_may_free_on_the_last_second_at_which_a_call_may_start() -> None:
    pause = CoolOff(after=Event.ATTEMPT, per=Key.PERSON, source_text="ours", hours=24)
    policy = with_limits(Purpose.CLOSING, pauses=(pause,))
    for begun, opening in [("12:59:00", "24 12:59:00"), ("12:59:00.000001", "25 12:00:00")]:
        history = past(f"2026-11-23 {begun} attempt")
        verdict = ask(SHANGHAI, "closing", "2026-11-24 12:00", policy, history=history)
        assert opens(verdict) == f"cool_off:closing until 2026-11-{opening}"
