"""The log of calls, one call from end to end, and the log as a file."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TypeVar

import sqlalchemy as sa
from flask import Blueprint, Response, abort, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from dialer.domain.words import Disposition, Outcome, Purpose, UserRole
from dialer.models import AuditEntry, StoredVerdict, User
from dialer.models.call_totals import add_up
from dialer.models.logbook import CallFilter, csv_lines, find_call, list_events, search_calls
from dialer.models.visibility import sees_user
from dialer.web.context import current_user, runtime
from dialer.web.history import event_source, event_word, stored_sentence
from dialer.web.language import page_zone
from dialer.web.security import everyone, guard, roles
from dialer.web.speech import gettext as _

pages = guard(Blueprint("calls", __name__))

EVENTS_SHOWN = 500
FIRST_YEAR, LAST_YEAR = 2000, 2100
EXPORTERS = (UserRole.SUPERVISOR, UserRole.ADMIN)
Word = TypeVar("Word", Purpose, Outcome, Disposition)


@pages.get("/calls")
@everyone
def call_list() -> ResponseReturnValue:
    """The log, newest first."""
    wanted, user = read_filter(), current_user()
    with runtime().sessions.read() as session:
        found = search_calls(session, user, wanted, cursor=request.args.get("before", type=int))
        over = runtime().rules.lengths.over
        totals = add_up(session, user, wanted, over_seconds=over)
        team = session.scalars(sa.select(User).where(sees_user(user)).order_by(User.name)).all()
    return render_template(
        "calls/list.html",
        found=found,
        totals=totals,
        wanted=wanted,
        team=team if user.role in EXPORTERS else (),
        may_export=user.role in EXPORTERS,
        words={"purposes": Purpose, "outcomes": Outcome, "dispositions": Disposition},
        asked={name: value for name, value in request.args.items() if name != "before" and value},
    )


def read_filter() -> CallFilter:
    """The filter that the address names; days are the reader's, both included."""
    since, until = read_day("since"), read_day("until")
    return CallFilter(
        text=request.args.get("q", "")[:100],
        purpose=read_word(Purpose, "purpose"),
        outcome=read_word(Outcome, "outcome"),
        disposition=read_word(Disposition, "disposition"),
        rep_id=request.args.get("rep", type=int),
        since=midnight(since) if since else None,
        until=midnight(until + timedelta(days=1)) if until else None,
    )


def read_word(words: type[Word], name: str) -> Word | None:
    """A member of one of our enums, or none."""
    value = request.args.get(name, "")
    return words(value) if value in list(words) else None


def read_day(name: str) -> date | None:
    """A day such as 2026-11-22, or none; days that no zone can shift are none either."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def midnight(on: date) -> datetime:
    """The first instant of the reader's day."""
    return datetime.combine(on, time(), page_zone())


@pages.get("/calls/<int:call_id>")
@everyone
def call_page(call_id: int) -> ResponseReturnValue:
    """Legs, outcome, cost, every event, and what the gate answered."""
    with runtime().sessions.read() as session:
        call = find_call(session, current_user(), call_id)
        if call is None:
            abort(404)
        events = list_events(session, call_id, limit=EVENTS_SHOWN)
        asked = session.scalars(
            sa.select(StoredVerdict)
            .where(StoredVerdict.call_id == call_id)
            .order_by(StoredVerdict.id)
        ).all()
    return render_template(
        "calls/call.html",
        call=call,
        events=events,
        verdicts=asked,
        leg_roles={leg.id: leg.role for leg in call.legs},
        event_word=event_word,
        event_source=event_source,
        stored_sentence=stored_sentence,
    )


@pages.get("/calls.csv")
@roles(*EXPORTERS)
def export() -> ResponseReturnValue:
    """The filtered log as CSV that no spreadsheet takes for formulas; who took it is noted."""
    wanted, user, rt = read_filter(), current_user(), runtime()
    with rt.sessions.write() as session:
        session.add(
            AuditEntry(
                at=rt.now(), actor_id=user.id, action="calls.export", subject_kind="calls",
                subject_id=None, detail={"filter": request.query_string.decode(errors="replace")},
            )
        )  # fmt: skip

    def lines() -> Iterator[str]:
        with rt.sessions.read() as session:
            yield from csv_lines(session, user, wanted, header())

    return Response(
        stream_with_context(lines()),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="calls.csv"'},
    )


def header() -> tuple[str, ...]:
    """The names of the file's columns, in the order of `logbook.COLUMNS`."""
    return (
        _("Call number"), _("Placed at"), _("Purpose"), _("Rep"), _("Account"), _("Contact"),
        _("Number"), _("Status"), _("Outcome"), _("Disposition"), _("Ended by"),
        _("Answered at"), _("Ended at"), _("Ring seconds"), _("Talk seconds"),
        _("Hold seconds"), _("Cost (minor units)"), _("Currency"), _("Recording"),
        _("The point"), _("Note"),
    )  # fmt: skip
