"""Recording what the carrier tells of many calls at once: one transaction for all of it.

Whatever is rare is left to `told`, which does it for one call at a time: a token that nobody
knows, a SID that is not written yet or is another's, a call that should not live any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from dialer.calling.told import MAY_LIVE, by_word, fact_of, record_alone, step_for
from dialer.carrier.port import Told
from dialer.domain.attempt import SILENCE_SECONDS
from dialer.domain.call import CallView
from dialer.models.events import Fact
from dialer.models.many_calls import (
    Book,
    Known,
    Values,
    append_many,
    lock_books,
    step_line,
    write_books,
)
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """A fact, and the token that it came under."""

    token: str
    told: Told


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A fact that is about to be entered into its call's book; `about` is the leg it is of."""

    told: Told
    book: Book
    about: Known | None


def record(rt: Runtime, telling: Telling) -> None:
    """Store one fact, fold its call, step its attempt. Repeats change nothing."""
    for left in record_told(rt, (telling,)):
        record_alone(rt, left.token, left.told)


def record_told(rt: Runtime, tellings: Sequence[Telling], *, wakes: bool = True) -> list[Telling]:
    """Store many facts, as if they had come one after the other; all of it is durable, or none.

    Gives back those that need a transaction of their own; of them nothing is stored. Who does not
    have the clock woken by it does so later.
    """
    with rt.sessions.write() as session:
        connection = session.connection()
        books = lock_books(connection, list({telling.token for telling in tellings}))
        found = [(telling, entry_of(telling, books)) for telling in tellings]
        entries = [entry for _, entry in found if entry is not None]
        if entries and enter_all(rt, connection, entries) and wakes:
            wake_clock(session)
    return [telling for telling, entry in found if entry is None]


def entry_of(telling: Telling, books: dict[str, Book]) -> Entry | None:
    """Where a fact belongs; None if that is not plain."""
    book, told = books.get(telling.token), telling.told
    if book is None:
        return None
    if told.source == "conference":
        about = book.by_sid(told.carrier_sid) if told.carrier_sid else None
    else:
        about = book.by_token(telling.token)
        if told.carrier_sid not in (None, about.carrier_sid):
            return None
    if about is not None and (about.is_revoked or about.state not in MAY_LIVE):
        return None
    return Entry(told=told, book=book, about=about)


def enter_all(rt: Runtime, connection: sa.Connection, entries: Sequence[Entry]) -> bool:
    """Append, fold, step and project, in the order in which the facts came; whether any was new."""
    books = {entry.book.id: entry.book for entry in entries}
    append_many(connection, books, [row_of(rt, entry) for entry in entries])
    log = [line for entry in entries for line in enter(rt, entry)]
    moved = [book for book in books.values() if book.view is not None]
    if moved:
        write_books(connection, moved, log)
    return bool(moved)


def row_of(rt: Runtime, entry: Entry) -> Fact:
    """The event."""
    about_id = entry.about.id if entry.about else None
    return fact_of(rt, entry.told, call_id=entry.book.id, attempt_id=about_id)


def enter(rt: Runtime, entry: Entry) -> list[Values]:
    """Enter a fact into its book; the lines that this adds to the log of its attempt."""
    view = entry.book.enter(entry.told.dedupe_key)
    if view is None:
        return []
    entry.book.room_sid = entry.book.room_sid or entry.told.room_sid
    return step(rt, entry.about, entry.told, view) if entry.about else []


def step(rt: Runtime, about: Known, told: Told, view: CallView) -> list[Values]:
    """What the carrier's word proves of the leg (T12, T13)."""
    taken, _ = step_for(about.id, about.state, told, view)
    if taken is None:
        return []
    by = by_word(rt, told)
    line = step_line(about, taken, by)
    about.state = taken.target
    about.check_at = by.at + timedelta(seconds=SILENCE_SECONDS)
    return [line]
