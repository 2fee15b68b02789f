"""What a picture of the floor holds, and how it is written for whoever reads it."""

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import TypeAdapter

from dialer.domain.stats import Need
from dialer.domain.words import CallStatus, Disposition, Help, PauseReason, Purpose


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Figures as they go out. `answer_rate` is 0 to 1; None before the first call."""

    placed: int
    answered: int
    conversations: int
    answer_rate: float | None
    average_talk_seconds: int | None
    over_six: int
    promises: int


@dataclass(frozen=True, kw_only=True)
class RepTally:
    """One rep's figures of today; without an id, the machine's."""

    rep_id: int | None
    name: str | None
    figures: Tally


@dataclass(frozen=True, kw_only=True)
class PurposeTally:
    """One purpose's figures of today."""

    purpose: Purpose
    figures: Tally


@dataclass(frozen=True, kw_only=True)
class Today:
    """The company's day since its midnight; `hours` are 24, from midnight on its clock."""

    on: date
    zone: str
    all: Tally
    hours: list[Tally]
    reps: list[RepTally]
    purposes: list[PurposeTally]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A call in one line. `who` is a name, or a masked number."""

    call_id: int
    purpose: Purpose
    who: str
    account: str | None
    point: str


@dataclass(frozen=True, kw_only=True)
class Helper:
    """A supervisor who takes part in a call; not `is_in` while the telephone rings."""

    user_id: int
    name: str
    how: Help
    is_in: bool


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A rep: free, paused, wrap_up, held, or the status of the call. `since` is when that began,
    of a talk the customer's answer, from which the length band counts. A pause may be asked for
    during a call, and has a `pause_reason` then, too."""

    rep_id: int
    name: str
    state: str
    since: datetime | None
    need: Need
    call: Line | None
    by_machine: bool
    pause_reason: PauseReason | None
    helpers: list[Helper]


@dataclass(frozen=True, kw_only=True)
class Run:
    """A call without a rep, and the question that its script is at."""

    call: Line
    status: CallStatus
    since: datetime
    step: str | None
    effect: str | None
    disposition: Disposition | None


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A call of which nobody knows whether it rang; a person has to look at it."""

    call: Line
    rep: str | None
    since: datetime
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class HeldBy:
    """How many calls a kind of rule holds back; `rule` is the first word of a verdict's."""

    rule: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Closing:
    """Today's closing hour: all of its calls, those made, and those that a rule holds back."""

    opens_at: datetime
    closes_at: datetime
    planned: int
    done: int
    held_back: int
    held_by: list[HeldBy]


@dataclass(frozen=True, kw_only=True)
class Hold:
    """The kill switch."""

    on: bool
    reason: str
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The floor of one team, or of all. Two with one `event_id` may differ: time goes on."""

    at: datetime
    event_id: int
    hold: Hold
    closing: Closing | None
    today: Today
    tiles: list[Tile]
    runs: list[Run]
    doubts: list[Doubt]


ADAPTER = TypeAdapter(Snapshot)


def encode(snapshot: Snapshot) -> bytes:
    """JSON on one line, as the API and the stream send it."""
    return ADAPTER.dump_json(snapshot)
