"""Days on which the law keeps other hours: holidays, their eves, bans; and where the data end."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dialer.domain.policy import Closure, Law
from tests.domain.asking import (
    BERLIN,
    LONDON,
    MADRID,
    MOSCOW_MOBILE,
    PARIS,
    ROME,
    SHANGHAI,
    WRITTEN,
    ask,
    opens,
    shipped,
)

NEW_ORLEANS = "+15045550123"
MONTREAL = "+15145550123"
HARRISBURG = "+17175550123"
SYDNEY = "+61291234567"
MOSCOW = "+74951234567"
BANGKOK = "+66812345678"


def answer(to: str, purpose: str, at: str, **facts: Any) -> str:
    """With a consent, so that nothing but the day decides."""
    return opens(ask(to, purpose, at, consent=WRITTEN, **facts))


def test_a_preset_that_closes_on_holidays_opens_on_the_next_working_day() -> None:
    christmas = answer(BERLIN, "appointment", "2026-12-25 10:00")
    assert christmas == "holiday:DE until 2026-12-28 08:00:00"


def test_a_holiday_says_which_day_and_where() -> None:
    verdict = ask(PARIS, "appointment", "2026-07-14 10:00", consent=WRITTEN)
    assert (verdict.rule, verdict.params["date"]) == ("holiday:FR", "2026-07-14")
    assert verdict.params["zone"] == "Europe/Paris"


def test_a_holiday_lasts_as_long_as_its_local_day() -> None:
    assert answer(PARIS, "appointment", "2026-07-13 22:00").startswith("holiday:FR")
    assert answer(PARIS, "appointment", "2026-07-13 21:59:59").startswith("law_hours:FR")


def test_a_holiday_in_any_candidate_zone_closes() -> None:
    verdict = answer(PARIS, "appointment", "2026-07-14 23:30", stated_zone="America/New_York")
    assert verdict.startswith("holiday:FR")


@pytest.mark.parametrize(
    ("region", "rule"),
    [(None, "holiday:DE"), ("DE-BY", "holiday:DE"), ("DE-BE", "ok"), ("DE", "holiday:DE")],
)
def test_where_the_land_is_unknown_the_holidays_of_all_count(region: str | None, rule: str) -> None:
    epiphany = "2026-01-06 10:00"
    assert ask(BERLIN, "care", epiphany, consent=WRITTEN, address_region=region).rule == rule


def test_britain_closes_on_the_holidays_of_each_of_its_nations() -> None:
    easter_monday = "2026-04-06 10:00"
    assert ask(LONDON, "care", easter_monday).rule == "holiday:UK"
    assert ask(LONDON, "care", easter_monday, address_region="GB-SCT").rule == "ok"


def test_australia_counts_national_holidays_only() -> None:
    melbourne_cup = "2026-11-03 02:00"
    assert ask(SYDNEY, "care", melbourne_cup).rule == "ok"
    assert ask(SYDNEY, "care", "2026-01-26 02:00").rule == "holiday:AU"


def test_quebec_and_pennsylvania_keep_lists_of_their_own() -> None:
    assert ask(MONTREAL, "collection", "2026-04-06 15:00").rule == "holiday:CA-QC-debt"
    assert ask(MONTREAL, "collection", "2026-09-30 15:00").rule == "ok"
    assert ask(HARRISBURG, "care", "2028-06-14 15:00").rule == "holiday:US-PA"


def test_a_preset_without_holidays_calls_on_them() -> None:
    assert ask(SHANGHAI, "care", "2026-10-01 05:00").rule == "ok"


def test_weekend_hours_on_a_holiday_are_sundays() -> None:
    russia_day = "2026-06-12"
    assert answer(MOSCOW, "collection", f"{russia_day} 05:59").startswith("law_hours:RU-debt")
    assert answer(MOSCOW, "collection", f"{russia_day} 06:00") == "allowed ok"
    thai = "2026-12-07"
    assert answer(BANGKOK, "collection", f"{thai} 11:00").startswith("law_hours:TH-debt")
    assert answer(BANGKOK, "collection", "2026-12-08 11:00") == "allowed ok"


def test_the_eve_of_a_holiday_has_saturdays_hours_in_italy() -> None:
    eve, day_before = "2026-06-01", "2026-05-29"
    assert answer(ROME, "care", f"{eve} 07:30").startswith("law_hours:IT")
    assert answer(ROME, "care", f"{eve} 08:00") == "allowed ok"
    assert answer(ROME, "care", f"{eve} 17:00").startswith("law_hours:IT")
    assert answer(ROME, "care", f"{day_before} 17:00") == "allowed ok"


def test_elsewhere_the_eve_of_a_holiday_is_a_day_like_others() -> None:
    assert answer(BERLIN, "care", "2026-12-24 18:30") == "allowed ok"


def test_a_calendar_beside_the_same_hours_changes_nothing() -> None:
    texas = replace(shipped().presets["US-TX"], calendar="US-AL")
    policy = replace(shipped(), presets={"US-TX": texas})
    labor_day = "2026-09-07 15:30"
    assert ask("+17135550123", "care", labor_day, policy).rule == "ok"


def test_a_sunday_before_a_holiday_stays_sunday() -> None:
    easter_eve = "2026-04-05 10:00"
    sunday_before_monday_holiday = "2027-04-25 10:00"
    assert answer(ROME, "care", easter_eve).startswith("holiday:IT")
    assert answer(ROME, "care", sunday_before_monday_holiday).startswith("holiday:IT")
    assert answer(ROME, "care", "2025-06-01 10:00").startswith("law_hours:IT")


def test_the_last_eve_of_the_data_is_one() -> None:
    assert answer(ROME, "care", "2030-12-31 18:30") == "never holiday_data:IT"
    assert answer(ROME, "care", "2030-12-31 12:00") == "allowed ok"


def test_past_the_data_a_closing_preset_is_never_open() -> None:
    assert answer(BERLIN, "care", "2031-03-03 10:00") == "never holiday_data:DE"
    assert answer(BERLIN, "care", "2023-12-29 10:00") == "never holiday_data:DE"


def test_an_opening_that_lies_past_the_data_is_not_promised() -> None:
    assert answer(BERLIN, "care", "2030-12-31 20:00") == "never holiday_data:DE"
    assert answer(BERLIN, "care", "2030-12-30 20:00") == ("law_hours:DE until 2030-12-31 08:00:00")


def test_the_data_reach_from_their_first_day_to_their_last() -> None:
    assert answer(BERLIN, "care", "2024-01-01 10:00") == "holiday:DE until 2024-01-02 08:00:00"
    assert answer(BERLIN, "care", "2030-12-31 10:00") == "allowed ok"


def test_two_weeks_without_an_opening_are_not_the_datas_fault() -> None:
    facts = {"stated_zone": "Europe/London"}
    assert answer(SYDNEY, "care", "2030-12-17 20:00", **facts) == "never never_open:care"
    assert answer(SYDNEY, "care", "2030-12-18 20:00", **facts) == "never holiday_data:AU"


def test_hours_that_never_met_are_not_blamed_on_the_data() -> None:
    assert answer(BERLIN, "closing", "2030-12-30 20:00") == "never never_open:DE"
    assert answer(SYDNEY, "care", "2030-11-30 20:00", stated_zone="Europe/London") == (
        "never never_open:care"
    )


def test_past_the_data_weekend_hours_are_the_stricter_of_both() -> None:
    assert answer(MOSCOW, "collection", "2031-06-10 05:59").startswith("law_hours:RU-debt")
    assert answer(MOSCOW, "collection", "2031-06-10 06:00") == "allowed ok"
    assert answer(BANGKOK, "collection", "2031-06-10 11:00").startswith("law_hours:TH-debt")


def test_past_the_data_presets_without_holidays_go_on() -> None:
    assert answer(SHANGHAI, "closing", "2040-06-05 12:30") == "allowed ok"


def banned(law: Law, purpose: str, at: str) -> str:
    """A storm in Louisiana from Tuesday to Wednesday, under an order about one law."""
    storm = Closure(
        region="US-LA", first_on=date(2026, 9, 1), last_on=date(2026, 9, 2), reason="storm",
        laws=frozenset({law}),
    )  # fmt: skip
    return opens(ask(NEW_ORLEANS, purpose, at, replace(shipped(), closures=(storm,))))


def test_a_ban_closes_its_region_on_both_of_its_days_and_between() -> None:
    assert banned(Law.SALES, "care", "2026-09-01 17:00") == (
        "closure:US-LA until 2026-09-03 14:00:00"
    )
    assert banned(Law.SALES, "care", "2026-09-02 17:00").startswith("closure:US-LA")
    assert banned(Law.SALES, "care", "2026-08-31 17:00") == "allowed ok"
    assert banned(Law.SALES, "care", "2026-09-03 17:00") == "allowed ok"


def test_a_ban_binds_the_law_that_it_speaks_of_and_service_calls() -> None:
    assert banned(Law.SALES, "collection", "2026-09-01 17:00") == "allowed ok"
    assert banned(Law.SALES, "reminder", "2026-09-01 17:00").startswith("closure:US-LA")
    assert banned(Law.COLLECTION, "reminder", "2026-09-01 17:00").startswith("closure:US-LA")


def test_a_ban_elsewhere_closes_nothing() -> None:
    storm = Closure(
        region="US-TX", first_on=date(2026, 9, 1), last_on=date(2026, 9, 2), reason="storm",
        laws=frozenset(Law),
    )  # fmt: skip
    policy = replace(shipped(), closures=(storm,))
    assert ask(NEW_ORLEANS, "care", "2026-09-01 17:00", policy).rule == "ok"


def test_a_ban_comes_before_a_holiday_and_a_holiday_before_the_hours() -> None:
    storm = Closure(
        region="US-LA", first_on=date(2026, 12, 25), last_on=date(2026, 12, 25), reason="storm",
        laws=frozenset({Law.SALES}),
    )  # fmt: skip
    policy = replace(shipped(), closures=(storm,))
    assert ask(NEW_ORLEANS, "care", "2026-12-25 09:00", policy).rule == "closure:US-LA"
    assert ask(NEW_ORLEANS, "care", "2026-12-25 09:00").rule == "holiday:US-LA"
    assert ask(NEW_ORLEANS, "care", "2026-12-24 09:00").rule == "law_hours:US"


def test_madrid_closes_for_the_holidays_of_all_its_regions_unless_one_is_known() -> None:
    may_second = "2028-05-02 10:00"
    assert ask(MADRID, "care", may_second, consent=WRITTEN).rule == "holiday:ES"
    known = ask(MADRID, "care", may_second, consent=WRITTEN, address_region="ES-CT")
    assert known.rule == "ok"


def test_one_zone_of_many_past_the_data_is_enough() -> None:
    facts = {"stated_zone": "Asia/Tokyo"}
    assert answer(BERLIN, "care", "2030-12-31 15:30", **facts) == "never holiday_data:DE"
    assert ask(MOSCOW_MOBILE, "collection", "2030-12-31 22:00").word == "not_until"
