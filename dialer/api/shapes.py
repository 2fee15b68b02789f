"""The shapes that come in and go out: strict on the way in, plain on the way out."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NaiveDatetime,
    StringConstraints,
)

from dialer.domain.ground import known_zone

MAX_ID = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 2000, 2100
ANY_TEXT = r"^[^\x00]*$"
SOME_TEXT = r"^[^\x00]*[^\s\x00][^\x00]*$"


class Body(BaseModel):
    """What comes in: a field that we do not know is a mistake of the caller's, and refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """What goes out."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)


def must_be_text(value: Any) -> Any:
    """Pydantic would take a number of seconds for an instant; RFC 3339 is a text."""
    if not isinstance(value, str):
        raise ValueError("must be a text such as 2026-11-22T12:30:00Z")
    return value


def near_our_time(value: datetime) -> datetime:
    """Years that every database and every zone can hold."""
    if not FIRST_YEAR <= value.year < LAST_YEAR:
        raise ValueError(f"must be between the years {FIRST_YEAR} and {LAST_YEAR}")
    return value


Id = Annotated[int, Field(strict=True, ge=1, le=MAX_ID)]
QueryId = Annotated[int, Field(ge=1, le=MAX_ID)]
Cursor = Annotated[int, Field(ge=0, le=2**62)]
Limit = Annotated[int, Field(ge=1, le=200)]
Stage = Annotated[int, Field(strict=True, ge=1, le=9)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120, pattern=SOME_TEXT)]
LongName = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=SOME_TEXT)
]
Text = Annotated[str, StringConstraints(max_length=4000, pattern=ANY_TEXT)]
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=80, pattern=SOME_TEXT)
]
Point = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=SOME_TEXT)]
NumberText = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=ANY_TEXT)]
Region = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
Zone = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_+/-]{1,64}$"),
    AfterValidator(known_zone),
]
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(must_be_text),
    AfterValidator(near_our_time),
    AfterValidator(lambda value: value.astimezone(UTC)),
]
Day = Annotated[date, BeforeValidator(must_be_text)]
WallTime = Annotated[NaiveDatetime, BeforeValidator(must_be_text), AfterValidator(near_our_time)]


class PageQuery(Body):
    """Which page: the `next_cursor` of the one before, and how many rows."""

    cursor: Cursor | None = None
    limit: Limit = 50


class Money(Out):
    """An amount in minor units of an ISO currency."""

    amount_minor: int
    currency: str


class FieldProblem(Out):
    """One field that was refused."""

    field: str
    message: str


class VerdictOut(Out):
    """May this call be placed, and if not, when."""

    verdict: str
    rule: str
    not_until: datetime | None
    zones: list[str]
    explain: str


class ProblemOut(Out):
    """RFC 9457. `type` ends in a word that stays; the other members depend on it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str
    title: str
    status: int
    detail: str
    fields: list[FieldProblem] | None = None
    verdict: VerdictOut | None = None
