"""The rules as we ship them, in code: what a rule file is measured against.

A test compares them with the rule files that come along.
"""

from collections.abc import Mapping
from typing import Final

from dialer.domain.limits import Basis, Calendrical, Cap, ConsentRule, CoolOff, Event, Key
from dialer.domain.windows import parse_hours, weekly
from dialer.domain.words import Mode

# id, confidence of the hours, use, holidays and their table; weekdays; Saturday; Sunday
SHIPPED_ROWS: Final = """
US | A | sales | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
US-debt | A | collection | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
US-FL | A | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-OK | B | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-MD | B | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-WA | B | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-CT | A | sales | same | 09:00-20:00 | 09:00-20:00 | 09:00-20:00
US-TX | B | sales | same | 09:00-21:00 | 09:00-21:00 | 12:00-21:00
US-AL | C | sales | closed, US-AL | 08:00-20:00 | 08:00-20:00 | closed
US-LA | B | sales | closed, US-LA | 08:00-20:00 | 08:00-20:00 | closed
US-MS | C | sales | closed, US-MS | 08:00-20:00 | 08:00-20:00 | closed
US-PA | C | sales | closed, US-PA | 09:00-19:00 | 09:00-19:00 | closed
US-RI | C | sales | closed, US-RI | 09:00-18:00 | 10:00-17:00 | closed
US-UT | C | sales | closed, US-UT | 08:00-21:00 | 08:00-21:00 | closed
US-KY | B | sales | same | 10:00-21:00 | 10:00-21:00 | 10:00-21:00
US-MA | C | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-MA-debt | A | collection | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
US-NV | C | sales | same | 09:00-20:00 | 09:00-20:00 | 09:00-20:00
US-NM | C | sales | same | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
US-MN | C | sales | same | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
US-MI | C | sales | same | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
US-WY | C | sales | same | 08:00-20:00 | 08:00-20:00 | 08:00-20:00
US-SD | A | sales (automated) | same | 09:00-21:00 | closed | closed
US-ME | C | sales (automated) | closed, US-ME | 09:00-17:00 | closed | closed
US-NYC-debt | D | collection | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
CA | A | sales | same | 09:00-21:30 | 10:00-18:00 | 10:00-18:00
CA-ON-debt | A | collection | closed, CA-ON | 07:00-21:00 | 07:00-21:00 | 13:00-17:00
CA-BC-debt | A | collection | closed, CA-BC | 07:00-21:00 | 07:00-21:00 | 13:00-17:00
CA-QC-debt | A | collection | closed, CA-QC | 08:00-20:00 | 08:00-20:00 | closed
MX-debt | B | collection | closed, MX | 07:00-22:00 | 07:00-22:00 | 07:00-22:00
BR | D | sales | closed, BR | 09:00-21:00 | 10:00-16:00 | closed
UK | D | sales | closed, GB | 09:00-20:00 | 09:00-17:00 | closed
UK-debt | D | collection | closed, GB | 08:00-21:00 | 08:00-21:00 | closed
IE-debt | A | collection | closed, IE | 09:00-21:00 | 09:00-21:00 | closed
DE | B | sales | closed, DE | 08:00-20:00 | 09:00-18:00 | closed
FR | A | sales | closed, FR | 10:00-13:00,14:00-20:00 | closed | closed
ES | B | sales | closed, ES | 09:00-21:00 | closed | closed
IT | B | sales | closed, IT | 09:00-20:00 | 10:00-19:00 | closed
RU-debt | B | collection | weekend hours, RU | 08:00-22:00 | 09:00-20:00 | 09:00-20:00
CN-debt | B | collection | same | 08:00-22:00 | 08:00-22:00 | 08:00-22:00
CN | C | sales | same | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
TW-debt | B | collection | same | 07:00-22:00 | 07:00-22:00 | 07:00-22:00
TW | D | sales | same | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
HK | A | sales | same | 09:00-22:00 | 09:00-22:00 | 09:00-22:00
HK-debt | D | collection | closed, HK | 09:00-21:00 | 09:00-21:00 | 09:00-21:00
SG | D | sales + collection | closed, SG | 09:00-20:00 | 09:00-20:00 | closed
JP-debt | A | collection | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
JP | D | sales | closed, JP | 09:00-20:00 | 09:00-20:00 | closed
KR-debt | B | collection | same | 08:00-21:00 | 08:00-21:00 | 08:00-21:00
IN | B | sales | same | 10:00-21:00 | 10:00-21:00 | 10:00-21:00
IN-debt | A | collection | same | 08:00-19:00 | 08:00-19:00 | 08:00-19:00
AU | A | sales | closed, AU | 09:00-20:00 | 09:00-17:00 | closed
AU-debt | A | collection | closed, AU | 07:30-21:00 | 09:00-21:00 | 09:00-21:00
NZ | C | sales | closed, NZ | 08:00-21:00 | 08:00-21:00 | closed
AE | B | sales | same | 09:00-18:00 | 09:00-18:00 | 09:00-18:00
TH-debt | B | collection | weekend hours, TH | 08:00-20:00 | 08:00-18:00 | 08:00-18:00
VN-debt | A | collection | same | 07:00-21:00 | 07:00-21:00 | 07:00-21:00
ID-debt | B | collection | closed, ID | 08:00-20:00 | 08:00-20:00 | closed
PH-debt | B | collection | same | 06:00-22:00 | 06:00-22:00 | 06:00-22:00
"""


DAY, WEEK, MONTH = Calendrical
TEXT: Final = "as shipped"


def cap(
    event: Event, limit: int, per: Key, period: int | Calendrical | None, *,
    cold: bool = False, place: str | None = None,
) -> Cap:  # fmt: skip
    """At most `limit` in so many rolling hours, in a calendar period, or ever."""
    calendar = period if isinstance(period, Calendrical) else None
    hours = None if isinstance(period, Calendrical) else period
    return Cap(
        event=event, limit=limit, per=per, rolling_hours=hours, calendar=calendar,
        cold=cold, place=place, source_text=TEXT,
    )  # fmt: skip


CAPS: Final[Mapping[str, tuple[Cap, ...]]] = {
    "AE": (cap(Event.ATTEMPT, 1, Key.PERSON, DAY), cap(Event.ATTEMPT, 2, Key.PERSON, WEEK)),
    "AU-debt": (cap(Event.CONTACT, 3, Key.DEBT, WEEK), cap(Event.CONTACT, 10, Key.DEBT, MONTH)),
    "CA-ON-debt": (cap(Event.CONTACT, 3, Key.PERSON, 168),),
    "CN-debt": (
        cap(Event.CONNECTED, 3, Key.PERSON, DAY), cap(Event.ATTEMPT, 6, Key.NUMBER, DAY),
    ),
    "DE": (
        cap(Event.ATTEMPT, 3, Key.NUMBER, DAY), cap(Event.ATTEMPT, 15, Key.NUMBER, WEEK),
        cap(Event.ATTEMPT, 30, Key.CAMPAIGN, None),
    ),
    "FR": (cap(Event.ATTEMPT, 4, Key.PERSON, 720),),
    "HK": (cap(Event.ATTEMPT, 3, Key.NUMBER, WEEK, cold=True),),
    "JP-debt": (cap(Event.ATTEMPT, 3, Key.PERSON, DAY),),
    "KR-debt": (cap(Event.CONTACT, 7, Key.DEBT, 168),),
    "RU-debt": (
        cap(Event.CONVERSATION, 1, Key.PERSON, DAY), cap(Event.CONVERSATION, 2, Key.PERSON, WEEK),
        cap(Event.CONVERSATION, 8, Key.PERSON, MONTH),
    ),
    "TH-debt": (cap(Event.CONTACT, 1, Key.PERSON, DAY),),
    "US-debt": (cap(Event.ATTEMPT, 7, Key.DEBT, 168),),
    "US-FL": (cap(Event.ATTEMPT, 3, Key.SUBJECT, 24),),
    "US-OK": (cap(Event.ATTEMPT, 3, Key.SUBJECT, 24),),
    "US-MD": (cap(Event.ATTEMPT, 3, Key.SUBJECT, 24),),
    "US-MA-debt": (
        cap(Event.CONTACT, 2, Key.DEBT, 168, place="personal"),
        cap(Event.CONTACT, 2, Key.DEBT, 720, place="elsewhere"),
    ),
    "US-ME": (cap(Event.ATTEMPT, 1, Key.NUMBER, 8),),
    "US-NYC-debt": (cap(Event.CONTACT, 3, Key.DEBT, 168),),
    "VN-debt": (cap(Event.ATTEMPT, 5, Key.PERSON, DAY),),
}  # fmt: skip

COOL_OFFS: Final[Mapping[str, CoolOff]] = {
    "AE": CoolOff(after=Event.REFUSAL, per=Key.PERSON, source_text=TEXT),
    "FR": CoolOff(after=Event.REFUSAL, per=Key.PERSON, hours=1_440, source_text=TEXT),
    "US-debt": CoolOff(after=Event.CONVERSATION, per=Key.DEBT, local_days=7, source_text=TEXT),
}


def consent(modes: frozenset[Mode], *bases: Basis) -> ConsentRule:
    """A consent without which no sales call is made in these modes."""
    return ConsentRule(bases=frozenset(bases), modes=modes, source_text=TEXT)


MACHINE: Final = frozenset({Mode.MACHINE})
EVERY_MODE: Final = frozenset(Mode)
# Those that block. China's is a draft and only advises.
CONSENTS: Final[Mapping[str, ConsentRule]] = {
    "CA": consent(MACHINE, Basis.EXPRESS, Basis.WRITTEN),
    "DE": consent(EVERY_MODE, Basis.EXPRESS, Basis.WRITTEN),
    "ES": consent(EVERY_MODE, *Basis),
    "FR": consent(EVERY_MODE, *Basis),
    "US": consent(MACHINE, Basis.WRITTEN),
    "US-CT": consent(EVERY_MODE, Basis.WRITTEN),
}

# Where a preset speaks for more than the region that it is named after.
REGIONS: Final = {
    "US": frozenset({"US", "PR", "GU", "VI", "AS", "MP"}),
    "UK": frozenset({"GB", "GG", "JE", "IM"}),
}
AREA_CODES: Final = {
    "US-NYC-debt": frozenset({"212", "332", "347", "646", "718", "917", "929"}),
}
EVE: Final = frozenset({"IT"})

# How many days old an imported do-not-call list may be.
LIST_DAYS: Final = {"CA": 31, "GB": 28, "US": 31}


class Shipped:
    """A preset's values as we ship them."""

    def __init__(self, row: str) -> None:
        """Read one row of the table, and what stands elsewhere about its id."""
        self.id, self.confidence, self.use, treatment, *hours = row.split(" | ")
        weekdays, saturday, sunday = map(parse_hours, hours)
        self.week = weekly(weekdays, saturday, sunday)
        self.holidays, _, self.calendar = treatment.partition(", ")
        place = self.id.removesuffix("-debt")
        self.regions = REGIONS.get(place, frozenset({place}))
        self.area_codes = AREA_CODES.get(self.id, frozenset())
        self.eve = self.id in EVE
        self.caps = CAPS.get(self.id, ())
        self.cool_off = COOL_OFFS.get(self.id)
        self.consent = CONSENTS.get(self.id)

    @property
    def is_sure(self) -> bool:
        """Whether nothing of it may be loosened."""
        return self.confidence in ("A", "B")


SHIPPED: Final = {row.split(" | ")[0]: Shipped(row) for row in SHIPPED_ROWS.strip().split("\n")}
