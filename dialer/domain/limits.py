"""How often one may call, and after which consent: the limits that a rule may set."""

from dataclasses import dataclass
from enum import StrEnum

from dialer.domain.words import Mode


class Event(StrEnum):
    """What a cap counts. A contact is a conversation or a voicemail."""

    ATTEMPT = "attempt"
    CONNECTED = "connected"
    CONTACT = "contact"
    CONVERSATION = "conversation"
    REFUSAL = "refusal"


class Key(StrEnum):
    """What a cap counts per."""

    NUMBER = "number"
    PERSON = "person"
    DEBT = "debt"
    SUBJECT = "subject"
    CAMPAIGN = "campaign"


class Calendrical(StrEnum):
    """A period of the calendar in the called party's zone; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Basis(StrEnum):
    """What a consent rests on."""

    EXPRESS = "express"
    WRITTEN = "written"
    CONTRACT = "contract"


@dataclass(frozen=True, kw_only=True)
class Cap:
    """At most `limit` events per key in a period: rolling hours, a calendar period, or ever.

    `cold` exempts whoever once had a conversation; `place` (personal, elsewhere) narrows the
    cap to telephones of that kind.
    """

    event: Event
    limit: int
    per: Key
    source_text: str
    rolling_hours: int | None = None
    calendar: Calendrical | None = None
    cold: bool = False
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class CoolOff:
    """No call after an event: for hours, until a local day (`local_days` 7 after a talk on day D:
    D+7 00:00), or for ever when both are None."""

    after: Event
    per: Key
    source_text: str
    hours: int | None = None
    local_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConsentRule:
    """Which consent a sales call needs in which modes; an advice never blocks."""

    bases: frozenset[Basis]
    modes: frozenset[Mode]
    source_text: str
    blocks: bool = True
