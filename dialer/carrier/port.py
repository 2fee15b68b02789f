"""What the house asks of a carrier, and how a carrier may fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.instruction import Instruction
from dialer.domain.words import AnsweredBy, LegStatus

Form = tuple[tuple[str, str], ...]
"""The parameters of a signed POST, as sent: in order, blanks and repeats kept."""


class CarrierRefused(Exception):
    """The carrier did not take the request: nothing was placed.

    `permanent` says that sending it again would be refused again (a bad number, a closed
    account); otherwise it provably never arrived or was told to come later. `trips_breaker`
    marks refusals that concern the account and not this call; `closes_place` those of a country
    that the account may not call; `is_unknown` what the carrier has never heard of. `code` is
    the carrier's, 0 where nothing arrived.
    """

    def __init__(
        self,
        code: int,
        *,
        permanent: bool,
        trips_breaker: bool = False,
        closes_place: bool = False,
        is_unknown: bool = False,
    ) -> None:
        super().__init__(f"the carrier refused with code {code}")
        self.code = code
        self.permanent = permanent
        self.trips_breaker = trips_breaker
        self.closes_place = closes_place
        self.is_unknown = is_unknown


class CarrierUncertain(Exception):
    """Nobody can say whether the carrier took the request; it must not be sent again."""


@dataclass(frozen=True, kw_only=True)
class Dial:
    """A leg to be placed. `token` stands in the path of every callback of this leg."""

    address: str
    from_number: str
    token: str
    ring_seconds: int
    limit_seconds: int
    detects_machine: bool = False


@dataclass(frozen=True, kw_only=True)
class Seat:
    """How somebody sits in a room. Who coaches is heard by that leg alone.

    `ends_room` says whether the room ends when this one leaves.
    """

    muted: bool = False
    coaches_sid: str | None = None
    ends_room: bool = True


@dataclass(frozen=True, kw_only=True)
class RoomDial:
    """A leg to be added to a room that exists; the label fences a second one."""

    dial: Dial
    room_sid: str
    label: str
    room_token: str
    seat: Seat = Seat()
    record: bool = False


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The carrier's receipt. `queue_ms` is how long it expects to hold the call back."""

    carrier_sid: str
    queue_ms: int = 0


@dataclass(frozen=True, kw_only=True)
class CarrierCall:
    """A leg as the carrier's own record tells it. `cost` is a decimal string, as billed."""

    carrier_sid: str
    to: str
    from_number: str
    direction: str
    status: LegStatus
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    duration: int | None
    cost: str | None
    cost_currency: str | None


@dataclass(frozen=True, kw_only=True)
class Told:
    """One fact that the carrier told, in our words; `data` has no numbers or names in it.

    `params` are the carrier's own, as they came. A repeat has the same `dedupe_key`.
    """

    kind: str
    at: datetime
    source: str
    carrier_sid: str | None
    leg_status: LegStatus | None
    seq: int
    dedupe_key: str
    data: Mapping[str, object]
    params: Mapping[str, str]
    room_sid: str | None = None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A leg that asks what to do. `digits` are keys; `speech` is whatever was heard."""

    carrier_sid: str
    digits: str | None = None
    speech: str | None = None
    answered_by: AnsweredBy | None = None


class BadShape(ValueError):
    """A signed request whose parameters are not what the carrier sends: answered with 400."""


class Carrier(Protocol):
    """A cloud telephony provider. Those above `verify` are one or a few requests each.

    They raise CarrierRefused or CarrierUncertain, and nothing else, when it fails.
    """

    def place(self, dial: Dial) -> Placed:
        """Ring an address; when it answers, the carrier asks what to do with it."""

    def add_to_room(self, room_dial: RoomDial) -> Placed:
        """Ring an address and put whoever answers into a room that is open now."""

    def hang_up(self, carrier_sid: str) -> None:
        """End a leg, whether it is queued, rings or talks; one that is over already is fine."""

    def ask_again(self, carrier_sid: str, token: str, step: str) -> None:
        """Have a live leg leave what it is doing and ask at a step; one that is over is fine."""

    def hold(self, room_sid: str, carrier_sid: str, *, on: bool) -> None:
        """Put a participant on hold, or back."""

    def reseat(self, room_sid: str, carrier_sid: str, seat: Seat) -> None:
        """Change how a participant sits in a room."""

    def find_room(self, name: str) -> str | None:
        """The SID of the open room of that name."""

    def fetch(self, carrier_sid: str) -> CarrierCall:
        """The carrier's record of one leg."""

    def list_calls(
        self, *, to: str | None = None, since: datetime | None = None, live_only: bool = False
    ) -> list[CarrierCall]:
        """The carrier's records, newest first; `since` filters on creation.

        All of them or an exception, for what is not listed may be taken for never placed.
        """

    def time(self) -> datetime | None:
        """What the carrier's own clock shows; None if it does not say."""

    def owned_numbers(self) -> frozenset[str]:
        """E.164 numbers that a called party may be shown: bought there, or verified."""

    def give_pass(self, identity: str, since: datetime, until: datetime) -> str:
        """A signed pass with which a browser is the phone `client:IDENTITY`; asks nobody.

        Only where the settings hold an API key.
        """

    def verify(self, path: str, body: bytes, signature: str) -> Form | None:
        """The parameters of a POST to one of our paths (with its query).

        None if the carrier did not sign it, for us and for our account.
        """

    def read(self, source: str, form: Form, received_at: datetime) -> Told:
        """Understand a told-callback of `source` status, conference, recording or amd.

        Raises BadShape.
        """

    def read_asked(self, form: Form) -> Asked:
        """Understand a leg's request for instructions. Raises BadShape."""

    def render(self, instruction: Instruction) -> str:
        """The document that answers such a request."""
