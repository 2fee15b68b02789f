"""What no preset may exceed, whoever writes it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dialer.domain.ceilings import CeilingError, check_hard_hours
from dialer.domain.limits import Basis, Calendrical, Event, Key
from dialer.domain.policy import Preset, Treatment, Widening
from dialer.domain.windows import parse_hours, weekly
from dialer.domain.words import Mode
from tests.domain.asking import shipped

SIGNED = Widening(by="Chen Jie", reason="our counsel's letter", on=date(2026, 11, 1))


def change(id_: str, **fields: Any) -> Preset:
    """A shipped preset with other values."""
    return replace(shipped().presets[id_], **fields)


def hours(
    id_: str, weekdays: str, saturday: str, sunday: str, holidays: str, *, signed: bool = False
) -> None:
    """Ask whether a preset may have these hours."""
    week = weekly(*map(parse_hours, (weekdays, saturday, sunday)))
    change(id_, week=week, holidays=Treatment(holidays), widened=SIGNED if signed else None)


def refused(id_: str, **fields: Any) -> str:
    """What the refusal says, which is the same with a signature."""
    with pytest.raises(CeilingError) as unsigned:
        change(id_, **fields)
    with pytest.raises(CeilingError) as signed:
        change(id_, widened=SIGNED, **fields)
    assert str(signed.value) == str(unsigned.value)
    return str(signed.value)


def test_what_we_ship_and_what_is_narrower_is_fine() -> None:
    hours("DE", "08:00-20:00", "09:00-18:00", "closed", "closed")
    hours("DE", "09:00-12:00,13:00-20:00", "closed", "closed", "closed")
    hours("US", "08:00-21:00", "08:00-21:00", "08:00-21:00", "closed")


@pytest.mark.parametrize(
    "week",
    [
        ("07:59-20:00", "09:00-18:00", "closed", "closed"),
        ("08:00-20:00", "09:00-18:01", "closed", "closed"),
        ("08:00-20:00", "09:00-18:00", "12:00-12:01", "closed"),
        ("08:00-20:00", "09:00-18:00", "closed", "weekend hours"),
        ("08:00-20:00", "09:00-18:00", "closed", "same"),
    ],
)
def test_a_sure_preset_opens_no_further_even_when_signed(week: tuple[str, str, str, str]) -> None:
    for signed in (False, True):
        with pytest.raises(CeilingError, match="must be within what we ship"):
            hours("DE", *week, signed=signed)


def test_a_weak_preset_opens_to_the_ceiling_when_signed() -> None:
    wide = ("08:00-21:00", "08:00-21:00", "08:00-21:00", "same")
    hours("BR", *wide, signed=True)
    with pytest.raises(CeilingError, match="widened: must be"):
        hours("BR", *wide)
    with pytest.raises(CeilingError, match="within 08:00-21:00, got 07:59-21:00"):
        hours("BR", "07:59-21:00", "closed", "closed", "closed", signed=True)


def test_a_preset_of_ones_own_keeps_to_the_weak_ceiling() -> None:
    kenyan = change("CN", id="KE")
    replace(kenyan, week=weekly(parse_hours("08:00-21:00"), (), ()))
    with pytest.raises(CeilingError, match="within 08:00-21:00"):
        replace(kenyan, week=weekly((), (), parse_hours("08:00-21:01")))


def test_another_use_is_another_preset() -> None:
    assert refused("DE", use="collection") == "use: must be sales, got collection"


def test_nothing_rings_before_six_or_after_ten() -> None:
    check_hard_hours(weekly(*[parse_hours("06:00-22:00")] * 3))
    for night in ("05:59-22:00", "06:00-22:01", "00:00-01:00"):
        with pytest.raises(CeilingError, match="within 06:00-22:00"):
            check_hard_hours(weekly((), (), parse_hours(night)))
        with pytest.raises(CeilingError, match="within 06:00-22:00"):
            change("PH-debt", week=weekly((), (), parse_hours(night)))


@pytest.mark.parametrize(
    ("id_", "changes"),
    [
        ("US-debt", {"limit": 8}),
        ("US-debt", {"rolling_hours": 167}),
        ("US-debt", {"rolling_hours": None, "calendar": Calendrical.WEEK}),
        ("US-debt", {"event": Event.CONNECTED}),
        ("US-debt", {"per": Key.CAMPAIGN}),
        ("US-debt", {"cold": True}),
        ("US-debt", {"place": "personal"}),
        ("JP-debt", {"calendar": Calendrical.MONTH}),
        ("JP-debt", {"calendar": None, "rolling_hours": 9_999}),
    ],
)
def test_the_cap_of_a_sure_preset_lets_no_more_calls_through(
    id_: str, changes: dict[str, Any]
) -> None:
    (cap,) = shipped().presets[id_].caps
    assert "caps: must keep" in refused(id_, caps=(replace(cap, **changes),))


def test_a_cap_may_count_more_and_allow_less() -> None:
    (week,) = shipped().presets["US-debt"].caps
    for stricter in ({"limit": 6}, {"rolling_hours": 169}, {"rolling_hours": None}):
        change("US-debt", caps=(replace(week, **stricter),))
    (cold,) = shipped().presets["HK"].caps
    change("HK", caps=(replace(cold, cold=False),))
    home, work = shipped().presets["US-MA-debt"].caps
    change("US-MA-debt", caps=(replace(home, place=None), work, week))


def test_no_cap_of_several_may_be_left_out() -> None:
    day, week, campaign = shipped().presets["DE"].caps
    assert refused("DE", caps=(week, campaign)).startswith(
        "caps: must keep 3 attempt per number in a day"
    )
    assert "15 attempt per number in a week" in refused("DE", caps=(day, campaign))
    assert "30 attempt per campaign ever" in refused("DE", caps=(day, week))
    assert "7 attempt per debt in 168 hours" in refused("US-debt", caps=())


@pytest.mark.parametrize(
    ("id_", "changes"),
    [
        ("FR", {"hours": 1_439}),
        ("FR", {"hours": None, "local_days": 9_999}),
        ("US-debt", {"local_days": 6}),
        ("US-debt", {"local_days": None, "hours": 9_999}),
        ("US-debt", {"after": Event.REFUSAL}),
        ("US-debt", {"per": Key.PERSON}),
        ("AE", {"hours": 9_999}),
        ("AE", {"local_days": 9_999}),
    ],
)
def test_the_pause_of_a_sure_preset_gets_no_shorter(id_: str, changes: dict[str, Any]) -> None:
    (pause,) = shipped().presets[id_].cool_offs
    line = f"cool_offs: must keep the pause after each {pause.after} per {pause.per}, or longer"
    assert refused(id_, cool_offs=(replace(pause, **changes),)) == line
    assert refused(id_, cool_offs=()) == line


def test_a_pause_may_last_longer_or_for_ever() -> None:
    (days,) = shipped().presets["US-debt"].cool_offs
    (hours_,) = shipped().presets["FR"].cool_offs
    change("US-debt", cool_offs=(replace(days, local_days=8),))
    change("US-debt", cool_offs=(replace(days, local_days=None),))
    change("FR", cool_offs=(replace(hours_, hours=1_441), replace(hours_, hours=1)))


@pytest.mark.parametrize(
    "changes",
    [
        {"blocks": False},
        {"bases": frozenset({Basis.WRITTEN, Basis.CONTRACT})},
        {"modes": frozenset({Mode.MACHINE})},
    ],
)
def test_a_consent_that_a_sure_preset_asks_for_is_asked_for(changes: dict[str, Any]) -> None:
    consent = shipped().presets["DE"].consent
    assert consent is not None
    line = "consent: must block calls by machine, rep without express, written, or be stricter"
    assert refused("DE", consent=replace(consent, **changes)) == line
    assert refused("DE", consent=None) == line
    change("DE", consent=replace(consent, bases=frozenset({Basis.WRITTEN})))


@pytest.mark.parametrize(
    ("id_", "changes", "line"),
    [
        ("US", {"regions": frozenset({"US", "GU"})}, "regions: must keep AS, MP, PR, VI"),
        ("IT", {"eve": False}, "eve: must be true, got false"),
        ("DE", {"calendar": "SG"}, "calendar: must be DE, got SG"),
    ],
)
def test_a_sure_preset_speaks_for_no_fewer_places_and_days(
    id_: str, changes: dict[str, Any], line: str
) -> None:
    assert refused(id_, **changes) == line


def test_a_preset_may_speak_for_more_places_and_days() -> None:
    change("US", regions=shipped().presets["US"].regions | {"KE"}, eve=True, calendar="SG")


def test_a_weak_preset_is_loosened_by_whoever_signs() -> None:
    loose: dict[str, Any] = {"caps": (), "area_codes": frozenset()}
    for name, value in loose.items():
        change("US-NYC-debt", widened=SIGNED, **{name: value})
        with pytest.raises(CeilingError, match=f"widened: must be .*{name}: must keep "):
            change("US-NYC-debt", **{name: value})


def test_who_opened_what_beyond_what_we_ship_is_named() -> None:
    opened = replace(shipped(), presets={**shipped().presets, "BR": change("BR", widened=SIGNED)})
    assert (opened.widenings, shipped().widenings) == ({"BR": SIGNED}, {})
