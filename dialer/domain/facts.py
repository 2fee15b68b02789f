"""What the gate is told about one planned call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from dialer.domain.limits import Basis, Event, Key
from dialer.domain.phone import NumberFacts
from dialer.domain.windows import Week
from dialer.domain.words import Mode, Purpose


class Reached(StrEnum):
    """The furthest point of a past call."""

    ATTEMPT = "attempt"
    CONNECTED = "connected"
    CONVERSATION = "conversation"
    VOICEMAIL = "voicemail"
    REFUSAL = "refusal"


TALKED: Final = frozenset({Event.ATTEMPT, Event.CONNECTED, Event.CONTACT, Event.CONVERSATION})
EVENTS: Final[Mapping[Reached, frozenset[Event]]] = {
    Reached.ATTEMPT: frozenset({Event.ATTEMPT}),
    Reached.CONNECTED: frozenset({Event.ATTEMPT, Event.CONNECTED}),
    Reached.VOICEMAIL: frozenset({Event.ATTEMPT, Event.CONTACT}),
    Reached.CONVERSATION: TALKED,
    Reached.REFUSAL: TALKED | {Event.REFUSAL},
}


@dataclass(frozen=True, kw_only=True)
class PastCall:
    """One earlier call; `shares` says what it has in common with the planned one."""

    at: datetime
    kind: Reached
    shares: frozenset[Key] = frozenset(Key)


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A consent that stands; `covers` is None where it covers every mode."""

    basis: Basis
    covers: Mode | None = None


class NotThen(NamedTuple):
    """Hours of each weekday at which a person asked not to be called, until a local day has
    passed or, without one, for ever. A tuple, since it is hashed once per contact."""

    week: Week
    last_on: date | None = None


DncLists = frozenset[tuple[str, date]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """One planned call. `to` is E.164; `number` its description, where the caller has it stored.

    `person_closed` holds what the person asked for. `dnc_lists` says of which day each country's
    do-not-call list is that was imported; None means that the lists are not judged here.
    `elsewhere`: the telephone is neither at home nor a personal mobile.
    """

    to: str
    purpose: Purpose
    mode: Mode = Mode.REP
    number: NumberFacts | None = None
    history: tuple[PastCall, ...] = ()
    suppressed: bool = False
    consent: Consent | None = None
    confirmed_zone: str | None = None
    stated_zone: str | None = None
    address_region: str | None = None
    own_numbers: frozenset[str] = frozenset()
    person_closed: tuple[NotThen, ...] = ()
    elsewhere: bool = False
    dnc_lists: DncLists | None = None
