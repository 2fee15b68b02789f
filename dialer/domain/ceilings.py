"""What no rule file may exceed: the hours we ship, and how far they may be opened.

Presets whose hours rest on an official text or on consistent sources (confidence A or B) are
their own ceiling. The others (C, D: a weak source or our own choice) may be opened to 08:00-21:00
by somebody who gives a name and a reason. Nothing rings before 06:00 or after 22:00, anywhere.
"""

from typing import Final

from dialer.domain.windows import Hours, Week, parse_hours, show_hours, weekly, within

HARD_HOURS: Final = parse_hours("06:00-22:00")
WEAK_HOURS: Final = parse_hours("08:00-21:00")
STRICTNESS: Final = ("same", "weekend hours", "closed")

# id, confidence of the hours, use, holidays; weekdays; Saturday; Sunday
SHIPPED_ROWS: Final = """
US | A | sales | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
US-debt | A | collection | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
US-FL | A | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-OK | B | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-MD | B | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-WA | B | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-CT | A | sales | same | 09:00-20:00 | 09:00-20:00 | 09:00-20:00
US-TX | B | sales | same | 09:00-21:00 | 09:00-21:00 | 12:00-21:00
US-AL | C | sales | closed | 08:00-20:00 | 08:00-20:00 | closed
US-LA | B | sales | closed | 08:00-20:00 | 08:00-20:00 | closed
US-MS | C | sales | closed | 08:00-20:00 | 08:00-20:00 | closed
US-PA | C | sales | closed | 09:00-19:00 | 09:00-19:00 | closed
US-RI | C | sales | closed | 09:00-18:00 | 10:00-17:00 | closed
US-UT | C | sales | closed | 08:00-21:00 | 08:00-21:00 | closed
US-KY | B | sales | same | 10:00-21:00 | 10:00-21:00 | 10:00-21:00
US-MA | C | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-MA-debt | A | collection | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
US-NV | C | sales | same | 09:00-20:00 | 09:00-20:00 | 09:00-20:00
US-NM | C | sales | same | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
US-MN | C | sales | same | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
US-MI | C | sales | same | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
US-WY | C | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-SD | A | sales (automated) | same | 09:00-21:00 | closed | closed
US-ME | C | sales (automated) | closed | 09:00-17:00 | closed | closed
US-NYC-debt | D | collection | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
CA | A | sales | same | 09:00-21:30 | 10:00-18:00 | 10:00-18:00
CA-ON-debt | A | collection | closed | 07:00-21:00 | 07:00-21:00 | 13:00-17:00
CA-BC-debt | A | collection | closed | 07:00-21:00 | 07:00-21:00 | 13:00-17:00
CA-QC-debt | A | collection | closed | 08:00-20:00 | 08:00-20:00 | closed
MX-debt | B | collection | closed | 07:00-22:00 | 07:00-22:00 | 07:00-22:00
BR | D | sales | closed | 09:00-21:00 | 10:00-16:00 | closed
UK | D | sales | closed | 09:00-20:00 | 09:00-17:00 | closed
UK-debt | D | collection | closed | 08:00-21:00 | 08:00-21:00 | closed
IE-debt | A | collection | closed | 09:00-21:00 | 09:00-21:00 | closed
DE | B | sales | closed | 08:00-20:00 | 09:00-18:00 | closed
FR | A | sales | closed | 10:00-13:00,14:00-20:00 | closed | closed
ES | B | sales | closed | 09:00-21:00 | closed | closed
IT | B | sales | closed | 09:00-20:00 | 10:00-19:00 | closed
RU-debt | B | collection | weekend hours | 08:00-22:00 | 09:00-20:00 | 09:00-20:00
CN-debt | B | collection | same | 08:00-22:00 | 08:00-22:00 | 08:00-22:00
CN | C | sales | same | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
TW-debt | B | collection | same | 07:00-22:00 | 07:00-22:00 | 07:00-22:00
TW | D | sales | same | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
HK | A | sales | same | 09:00-22:00 | 09:00-22:00 | 09:00-22:00
HK-debt | D | collection | closed | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
SG | D | sales + collection | closed | 09:00-20:00 | 09:00-20:00 | closed
JP-debt | A | collection | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
JP | D | sales | closed | 09:00-20:00 | 09:00-20:00 | closed
KR-debt | B | collection | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
IN | B | sales | same | 10:00-21:00 | 10:00-21:00 | 10:00-21:00
IN-debt | A | collection | same | 08:00-19:00 | 08:00-19:00 | 08:00-19:00
AU | A | sales | closed | 09:00-20:00 | 09:00-17:00 | closed
AU-debt | A | collection | closed | 07:30-21:00 | 09:00-21:00 | 09:00-21:00
NZ | C | sales | closed | 08:00-21:00 | 08:00-21:00 | closed
AE | B | sales | same | 09:00-18:00 | 09:00-18:00 | 09:00-18:00
TH-debt | B | collection | weekend hours | 08:00-20:00 | 08:00-18:00 | 08:00-18:00
VN-debt | A | collection | same | 07:00-21:00 | 07:00-21:00 | 07:00-21:00
ID-debt | B | collection | closed | 08:00-20:00 | 08:00-20:00 | closed
PH-debt | B | collection | same | 06:00-22:00 | 06:00-22:00 | 06:00-22:00
"""


class CeilingError(ValueError):
    """A preset that would allow more than the ceiling; the message names the field."""


class Shipped:
    """A preset's values as we ship them."""

    def __init__(self, row: str) -> None:
        """Read one row of the table."""
        self.id, self.confidence, self.use, self.holidays, *hours = row.split(" | ")
        weekdays, saturday, sunday = map(parse_hours, hours)
        self.week = weekly(weekdays, saturday, sunday)

    @property
    def is_sure(self) -> bool:
        """Whether its own hours are the ceiling."""
        return self.confidence in ("A", "B")


SHIPPED: Final = {row.split(" | ")[0]: Shipped(row) for row in SHIPPED_ROWS.strip().split("\n")}


def check_hard_hours(week: Week) -> None:
    """Raise CeilingError for hours outside 06:00-22:00."""
    outside = next((hours for hours in week if not within(hours, HARD_HOURS)), None)
    if outside is not None:
        raise CeilingError(f"hours: must be within 06:00-22:00, got {show_hours(outside)}")


def check_ceiling(id: str, use: str, week: Week, holidays: str, *, widened: bool) -> None:  # noqa: A002
    """Raise CeilingError where a preset opens more than it may."""
    check_hard_hours(week)
    shipped = SHIPPED.get(id)
    if shipped is None:
        return check_weak_hours(week)
    if use != shipped.use:
        raise CeilingError(f"use: must be {shipped.use}, got {use}")
    if not is_wider(shipped, week, holidays):
        return None
    if shipped.is_sure:
        raise CeilingError(
            f"hours: must be within what we ship ({show_week(shipped.week)}; "
            f"holidays {shipped.holidays}), got {show_week(week)}; holidays {holidays}"
        )
    if not widened:
        raise CeilingError(
            "widened: must be {by, reason, on} for hours beyond what we ship, got none"
        )
    return check_weak_hours(week)


def is_wider(shipped: Shipped, week: Week, holidays: str) -> bool:
    """Whether a preset is open when the shipped one is not."""
    looser = STRICTNESS.index(holidays) < STRICTNESS.index(shipped.holidays)
    longer = any(not within(own, theirs) for own, theirs in zip(week, shipped.week, strict=True))
    return looser or longer


def check_weak_hours(week: Week) -> None:
    """Raise CeilingError for hours that only a sure source could carry."""
    outside: Hours | None = next((own for own in week if not within(own, WEAK_HOURS)), None)
    if outside is not None:
        raise CeilingError(f"hours: must be within 08:00-21:00, got {show_hours(outside)}")


def show_week(week: Week) -> str:
    """Weekdays, Saturday and Sunday."""
    return f"{show_hours(week[0])} / {show_hours(week[5])} / {show_hours(week[6])}"
