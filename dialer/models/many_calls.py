"""The logs of many calls, read and written in a handful of statements.

What `events` and `transitions` do for one call in objects is done here for as many as are locked
at once, where the carrier waits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dialer.domain.attempt import Step
from dialer.domain.call import CallView, Leg, fold
from dialer.domain.words import AttemptState, LegRole, Mode
from dialer.models.attempts import Attempt, AttemptTransition
from dialer.models.base import Base
from dialer.models.calls import Call, CallEvent, CallLeg
from dialer.models.events import LEG_FIELDS, PROJECTED, Fact, read_event
from dialer.models.many_rows import Writing, at_once, documents, one_by_one
from dialer.models.transitions import By

Values = dict[str, Any]

CALLS, EVENTS, LEGS, ATTEMPTS, TRANSITIONS = (
    Base.metadata.tables[model.__tablename__]
    for model in (Call, CallEvent, CallLeg, Attempt, AttemptTransition)
)
OF_CALL = ("room_sid", *PROJECTED)
OF_LEG = ("id", "call_id", *LEG_FIELDS)
OF_EVENT = tuple(Fact.__dataclass_fields__)
OF_STEP = ("attempt_id", "step", "from_state", "to_state", "epoch", "actor", "reason", "at")
OF_ATTEMPT = ("state", "check_at")
SEEN = {"came_from": "state", "epoch": "epoch"}

LOCK = (
    sa.select(ATTEMPTS.c.token, CALLS.c.id, CALLS.c.mode, CALLS.c.room_sid)
    .join(CALLS, CALLS.c.id == ATTEMPTS.c.call_id)
    .where(ATTEMPTS.c.token.in_(sa.bindparam("tokens", expanding=True)))
    .order_by(CALLS.c.id)
    .with_for_update(of=CALLS, skip_locked=True)
)
LOOK_AT_LEGS = sa.select(
    ATTEMPTS.c.id, ATTEMPTS.c.call_id, ATTEMPTS.c.role, ATTEMPTS.c.state, ATTEMPTS.c.epoch,
    ATTEMPTS.c.token, ATTEMPTS.c.carrier_sid,
    ATTEMPTS.c.token_revoked_at.is_not(None).label("is_revoked"),
).where(ATTEMPTS.c.call_id.in_(sa.bindparam("call_ids", expanding=True)))  # fmt: skip
READ_FROM = (
    "call_id", "attempt_id", "carrier_sid", "kind", "at", "source", "leg_status", "seq", "data",
    "dedupe_key",
)  # fmt: skip
READ = sa.select(*(EVENTS.c[name] for name in READ_FROM)).where(
    EVENTS.c.call_id.in_(sa.bindparam("call_ids", expanding=True))
)


# How each of them is written, as either database does it best.
APPEND = Writing.insert_new(EVENTS, OF_EVENT, key="dedupe_key", tells=READ_FROM)
PROJECT = Writing.update(CALLS, OF_CALL)
WRITE_LEGS = Writing.upsert(LEGS, OF_LEG)
TAKE = Writing.update(ATTEMPTS, OF_ATTEMPT, seen=SEEN)
LOG = Writing.insert(TRANSITIONS, OF_STEP)
WRITE_ALL = at_once(TAKE, PROJECT, WRITE_LEGS, LOG)


def append_and_read() -> sa.CompoundSelect[Any]:
    """Append events, and read what stood in the logs before, in one statement of PostgreSQL's."""
    new = APPEND.postgresql.cte("new")
    old = READ.add_columns(sa.false().label("is_new"))
    return sa.union_all(old, sa.select(*new.c, sa.true().label("is_new")))


APPEND_AND_READ = append_and_read()


class Overtaken(Exception):
    """Somebody stepped an attempt meanwhile; the transaction must be undone."""


@dataclass(slots=True, kw_only=True)
class Known:
    """An attempt of a locked call, as it was read and as it is to be."""

    id: int
    role: LegRole
    state: AttemptState
    epoch: int
    token: str
    carrier_sid: str | None
    is_revoked: bool
    came_from: AttemptState
    check_at: datetime | None = None


@dataclass(slots=True)
class Book:
    """A locked call with its attempts and its log."""

    id: int
    mode: Mode
    room_sid: str | None
    attempts: dict[int, Known] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)
    new: dict[str, Any] = field(default_factory=dict)
    view: CallView | None = None

    def by_token(self, token: str) -> Known:
        """The attempt of this call that has the token."""
        return next(known for known in self.attempts.values() if known.token == token)

    def by_sid(self, carrier_sid: str | None) -> Known | None:
        """The attempt of this call that has the SID."""
        found = (known for known in self.attempts.values() if known.carrier_sid == carrier_sid)
        return next(found, None)

    def put(self, row: Any, *, is_new: bool) -> None:
        """A row of its log; a new one lies apart until it is entered."""
        if is_new:
            self.new[row.dedupe_key] = row
        else:
            self.events.append(row)

    def enter(self, dedupe_key: str) -> CallView | None:
        """The view with one more event; None if it was known, or was entered already."""
        row = self.new.pop(dedupe_key, None)
        if row is None:
            return None
        self.events.append(row)
        roles = {known.id: known.role for known in self.attempts.values()}
        sids = {k.carrier_sid: k.id for k in self.attempts.values() if k.carrier_sid}
        self.view = fold([read_event(event, roles, sids) for event in self.events], self.mode)
        return self.view


def lock_books(connection: sa.Connection, tokens: Sequence[str]) -> dict[str, Book]:
    """The calls of these tokens, by token, held until the transaction ends.

    A call that somebody else holds is left out, so that one slow hand keeps nobody waiting.
    """
    rows = connection.execute(LOCK, {"tokens": padded(tokens)}).all()
    books = {row.id: Book(row.id, row.mode, row.room_sid) for row in rows}
    if books:
        read_attempts(connection, books)
    return {row.token: books[row.id] for row in rows}


def padded(values: Sequence[Any]) -> list[Any]:
    """The same with repeats, so that few lengths occur and statements stay prepared."""
    size = 1 << (len(values) - 1).bit_length() if values else 0
    return [*values, *([values[0]] * (size - len(values)) if values else ())]


def read_attempts(connection: sa.Connection, books: Mapping[int, Book]) -> None:
    """All attempts of these calls."""
    for row in connection.execute(LOOK_AT_LEGS, {"call_ids": padded(list(books))}):
        books[row.call_id].attempts[row.id] = Known(
            id=row.id, role=row.role, state=row.state, epoch=row.epoch, token=row.token,
            carrier_sid=row.carrier_sid, is_revoked=row.is_revoked, came_from=row.state,
        )  # fmt: skip


def append_many(
    connection: sa.Connection, books: Mapping[int, Book], facts: Sequence[Fact]
) -> None:
    """Read the logs of these calls, and append events to them."""
    rows = list({fact.dedupe_key: fact_values(fact) for fact in facts}.values())
    ids = {"call_ids": padded(list(books))}
    if connection.dialect.name == "postgresql":
        for row in connection.execute(APPEND_AND_READ, ids | documents((APPEND, rows))):
            books[row.call_id].put(row, is_new=row.is_new)
        return
    for row in connection.execute(READ, ids):
        books[row.call_id].put(row, is_new=False)
    for row in one_by_one(connection, APPEND, rows) or ():
        books[row.call_id].put(row, is_new=True)


def fact_values(fact: Fact) -> Values:
    """An event's row."""
    return {name: getattr(fact, name) for name in OF_EVENT}


def write_books(connection: sa.Connection, books: Sequence[Book], log: Sequence[Values]) -> None:
    """Write projections, the steps that attempts took, and their lines in the log.

    Raises Overtaken.
    """
    views = [(book, book.view) for book in books if book.view is not None]
    calls = [call_values(book, view) for book, view in views]
    legs = [leg_values(book, leg) for book, view in views for leg in view.legs]
    taken = [found for book in books for found in taken_values(book)]
    many = ((TAKE, taken), (PROJECT, calls), (WRITE_LEGS, legs), (LOG, log))
    if connection.dialect.name == "postgresql":
        done = connection.execute(WRITE_ALL, documents(*many)).scalar_one()
    else:
        results = [one_by_one(connection, writing, rows) for writing, rows in many]
        done = results[0].rowcount if results[0] else 0
    if done != len(taken):
        raise Overtaken


def call_values(book: Book, view: CallView) -> Values:
    """The call's row."""
    projected = {name: getattr(view, name) for name in PROJECTED}
    return {"id": book.id, "room_sid": book.room_sid, **projected}


def leg_values(book: Book, leg: Leg) -> Values:
    """A leg's row."""
    folded = {name: getattr(leg, name) for name in LEG_FIELDS}
    return {"id": leg.attempt_id, "call_id": book.id, **folded}


def taken_values(book: Book) -> list[Values]:
    """The rows of attempts that took a step; whoever took one meanwhile is not overwritten."""
    return [
        {"id": known.id, "epoch": known.epoch, "state": known.state, "check_at": known.check_at,
         "came_from": known.came_from}
        for known in book.attempts.values()
        if known.state is not known.came_from
    ]  # fmt: skip


def step_line(known: Known, step: Step, by: By) -> Values:
    """A line of the transition log; the attempt is as before the step."""
    return {
        "attempt_id": known.id, "step": step.name, "from_state": known.state,
        "to_state": step.target, "epoch": known.epoch, "actor": by.actor,
        "reason": by.reason[:200], "at": by.at,
    }  # fmt: skip
