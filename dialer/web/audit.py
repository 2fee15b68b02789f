"""The audit log: who did what to what, when and from where; on a page and as a file."""

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa
from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from dialer.domain.words import UserRole
from dialer.models import AuditEntry, User
from dialer.models.audit import (
    AuditFilter,
    list_entries,
    stream_entries,
    subject_names,
)
from dialer.models.logbook import csv_line, instant
from dialer.models.visibility import sees_user
from dialer.web.audit_words import ACTIONS, ROOMS, action_words, detail_words, subject_words
from dialer.web.calls import midnight, read_day
from dialer.web.context import current_user, runtime
from dialer.web.security import guard, roles
from dialer.web.speech import gettext as _

pages = guard(Blueprint("audit", __name__))

BOSSES = (UserRole.SUPERVISOR, UserRole.ADMIN)


@pages.get("/audit")
@roles(*BOSSES)
def audit_list() -> ResponseReturnValue:
    """The log, newest first."""
    wanted, reader = read_filter(), current_user()
    with runtime().sessions.read() as session:
        rows, older = list_entries(session, reader, wanted, request.args.get("before", type=int))
        names = subject_names(session, rows)
        team = session.scalars(sa.select(User).where(sees_user(reader)).order_by(User.name)).all()
    return render_template(
        "audit/list.html", rows=rows, older=older, wanted=wanted, names=names, team=team,
        rooms=ROOMS, action_words=action_words, subject_words=subject_words,
        detail_words=detail_words,
        asked={name: value for name, value in request.args.items() if name != "before" and value},
    )  # fmt: skip


def read_filter() -> AuditFilter:
    """The filter of the address; days are the reader's, both included."""
    action, since, until = request.args.get("action", ""), read_day("since"), read_day("until")
    return AuditFilter(
        actor_id=request.args.get("actor", type=int),
        action=action if action in ROOMS or action in ACTIONS else "",
        since=midnight(since) if since else None,
        until=midnight(until + timedelta(days=1)) if until else None,
    )


@pages.get("/audit.csv")
@roles(*BOSSES)
def export() -> ResponseReturnValue:
    """The filtered log as CSV that no spreadsheet takes for formulas; who took it is noted."""
    wanted, reader, rt = read_filter(), current_user(), runtime()
    with rt.sessions.write() as session:
        asked = request.query_string.decode(errors="replace")
        session.add(
            AuditEntry(
                at=rt.now(), actor_id=reader.id, action="audit.export", subject_kind="audit",
                subject_id=None, detail={"filter": asked},
            )
        )  # fmt: skip

    def lines() -> Iterator[str]:
        yield "\ufeff" + csv_line(header())
        with rt.sessions.read() as session:
            for entry in stream_entries(session, reader, wanted):
                yield csv_line(cells(entry))

    return Response(
        stream_with_context(lines()),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


def header() -> tuple[str, ...]:
    """The names of the file's columns."""
    return (
        _("When"), _("Who did it"), _("Action"), _("What was done"), _("To what"), _("Its number"),
        _("Details"), _("From where"),
    )  # fmt: skip


def cells(entry: AuditEntry) -> list[str]:
    """One entry's cells; instants are RFC 3339 in UTC, codes stand beside their words."""
    values: list[object] = [
        instant(entry.at), entry.actor.name if entry.actor else "", entry.action,
        action_words(entry.action), entry.subject_kind, entry.subject_id, detail_words(entry),
        entry.address,
    ]  # fmt: skip
    return ["" if value is None else str(value) for value in values]
