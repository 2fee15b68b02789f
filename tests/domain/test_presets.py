"""The shipped rules beside the reference: row by row."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dialer.domain.policy import Preset, Treatment
from dialer.domain.shipped import LIST_DAYS, SHIPPED, TEXT
from dialer.domain.windows import show_hours
from tests.domain.asking import shipped

ROWS = json.loads(Path("tests/data/calling_law.json").read_text())["presets"]
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["id"]))


def preset_of(row: dict[str, Any]) -> Preset:
    return shipped().presets[row["id"]]


def test_the_ids_are_the_references() -> None:
    ids = {row["id"] for row in ROWS}
    assert len(ROWS) == 59
    assert set(shipped().presets) == ids
    assert set(SHIPPED) == ids


@each_row
def test_hours_by_weekday_are_the_references(row: dict[str, Any]) -> None:
    week = [show_hours(hours) for hours in preset_of(row).week]
    assert week == [*[row["mon_fri"]] * 5, row["sat"], row["sun"]]
    assert list(SHIPPED[row["id"]].week) == list(preset_of(row).week)


@each_row
def test_holidays_are_treated_as_the_reference_says(row: dict[str, Any]) -> None:
    preset = preset_of(row)
    assert preset.holidays == row["holiday"]
    assert SHIPPED[row["id"]].holidays == row["holiday"]
    named = preset.calendar_text or preset.calendar
    assert named == (row["holiday_calendar"] or ("US-ME" if row["id"] == "US-ME" else None))
    assert preset.holidays == Treatment.SAME or preset.calendar in shipped().calendars


@each_row
def test_use_source_and_confidence_are_the_references(row: dict[str, Any]) -> None:
    preset = preset_of(row)
    assert (preset.use, preset.rule, preset.note) == (row["use"], row["force"], row["note"])
    assert (preset.confidence, list(preset.sources)) == (row["confidence"], row["sources"])
    assert str(preset.checked_on) == "2026-11-22"
    assert SHIPPED[row["id"]].use == row["use"]


@each_row
def test_each_limit_stands_beside_the_prose_that_it_comes_from(row: dict[str, Any]) -> None:
    preset = preset_of(row)
    limits = [cap.source_text for cap in preset.caps]
    limits += [pause.source_text for pause in preset.cool_offs]
    assert set(limits) == set(row["caps"])
    consent = preset.consent.source_text if preset.consent else ""
    assert consent == row["consent"]


@each_row
def test_the_ceiling_knows_each_limit_and_place(row: dict[str, Any]) -> None:
    preset, ceiling = preset_of(row), SHIPPED[row["id"]]
    assert tuple(replace(cap, source_text=TEXT) for cap in preset.caps) == ceiling.caps
    pauses = [replace(pause, source_text=TEXT) for pause in preset.cool_offs]
    assert pauses == [pause for pause in [ceiling.cool_off] if pause]
    asked = preset.consent if preset.consent and preset.consent.blocks else None
    assert (asked and replace(asked, source_text=TEXT)) == ceiling.consent
    assert (preset.regions, preset.area_codes, preset.eve) == (
        ceiling.regions, ceiling.area_codes, ceiling.eve,
    )  # fmt: skip
    assert preset.holidays == Treatment.SAME or preset.calendar == ceiling.calendar


def test_the_ceiling_knows_how_old_a_list_may_be() -> None:
    assert dict(shipped().dial.list_days) == LIST_DAYS


def test_a_weak_part_makes_the_hours_weak() -> None:
    weak = {row["id"] for row in ROWS if row["confidence"][0] in "CD"} | {"UK-debt"}
    assert {id_ for id_, row in SHIPPED.items() if not row.is_sure} == weak


def test_every_country_with_a_preset_may_be_dialled() -> None:
    countries = {region[:2] for p in shipped().presets.values() for region in p.regions}
    assert shipped().dial.countries == countries


def test_the_holiday_tables_reach_from_2024_to_2030() -> None:
    for calendar in shipped().calendars.values():
        assert (str(calendar.first_on), str(calendar.last_on)) == ("2024-01-01", "2030-12-31")
        years = {day.year for day in calendar.days}
        assert years == set(range(2024, 2031))


def test_states_with_zones_cover_the_countries_that_need_them() -> None:
    tabled = {region[:2] for region in shipped().regions.zones}
    assert tabled >= {"US", "CA", "AU", "BR", "MX", "RU", "ID"}
    assert sum(region.startswith("US-") for region in shipped().regions.zones) == 56
