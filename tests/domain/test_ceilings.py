"""What no preset may exceed, whoever writes it."""

import pytest

from dialer.domain.ceilings import CeilingError, check_ceiling, check_hard_hours
from dialer.domain.windows import parse_hours, weekly


def check(
    id_: str, weekdays: str, saturday: str, sunday: str, holidays: str, *, signed: bool = False
) -> None:
    """Ask whether a sales preset may have these hours."""
    week = weekly(*map(parse_hours, (weekdays, saturday, sunday)))
    check_ceiling(id_, "sales", week, holidays, widened=signed)


def test_what_we_ship_and_what_is_narrower_is_fine() -> None:
    check("DE", "08:00-20:00", "09:00-18:00", "closed", "closed")
    check("DE", "09:00-12:00,13:00-20:00", "closed", "closed", "closed")
    check("US", "08:00-21:00", "08:00-21:00", "08:00-21:00", "closed")


@pytest.mark.parametrize(
    "hours",
    [
        ("07:59-20:00", "09:00-18:00", "closed", "closed"),
        ("08:00-20:00", "09:00-18:01", "closed", "closed"),
        ("08:00-20:00", "09:00-18:00", "12:00-12:01", "closed"),
        ("08:00-20:00", "09:00-18:00", "closed", "weekend hours"),
        ("08:00-20:00", "09:00-18:00", "closed", "same"),
    ],
)
def test_a_sure_preset_opens_no_further_even_when_signed(hours: tuple[str, str, str, str]) -> None:
    for signed in (False, True):
        with pytest.raises(CeilingError, match="must be within what we ship"):
            check("DE", *hours, signed=signed)


def test_a_weak_preset_opens_to_the_ceiling_when_signed() -> None:
    wide = ("08:00-21:00", "08:00-21:00", "08:00-21:00", "same")
    check("BR", *wide, signed=True)
    with pytest.raises(CeilingError, match="widened: must be"):
        check("BR", *wide)
    with pytest.raises(CeilingError, match="within 08:00-21:00, got 07:59-21:00"):
        check("BR", "07:59-21:00", "closed", "closed", "closed", signed=True)


def test_a_preset_of_ones_own_keeps_to_the_weak_ceiling() -> None:
    check("KE", "08:00-21:00", "closed", "closed", "same")
    with pytest.raises(CeilingError, match="within 08:00-21:00"):
        check("KE", "08:00-21:00", "closed", "08:00-21:01", "same")


def test_another_use_is_another_preset() -> None:
    week = weekly(*[parse_hours("closed")] * 3)
    with pytest.raises(CeilingError, match="use: must be sales, got collection"):
        check_ceiling("DE", "collection", week, "closed", widened=False)


def test_nothing_rings_before_six_or_after_ten() -> None:
    check_hard_hours(weekly(*[parse_hours("06:00-22:00")] * 3))
    for hours in ("05:59-22:00", "06:00-22:01", "00:00-01:00"):
        with pytest.raises(CeilingError, match="within 06:00-22:00"):
            check_hard_hours(weekly((), (), parse_hours(hours)))
