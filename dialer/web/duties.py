"""The clock's duties: what each is for, when it last did something, and what went wrong."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.words import UserRole
from dialer.models import DutyRun
from dialer.scheduling.duties import DUTIES
from dialer.web.context import runtime
from dialer.web.security import guard, roles

pages = guard(Blueprint("duties", __name__))

MEANINGS: Mapping[str, LazyString] = {
    "place_planned": _l("rings the customer once the rep is on the line"),
    "clear_calls": _l("ends what one side has left"),
    "dial_due_tasks": _l("places the machine's calls that are due"),
    "leave_messages": _l("speaks to answering machines after the beep"),
    "call_back_instead": _l("promises a call back where the owner does not answer"),
    "settle_tasks": _l("writes outcome and next step of what is over"),
    "note_held_back": _l("looks which closing calls a rule keeps out of today's hour"),
    "keep_agreed_times": _l("keeps agreed times when a country changes its clocks"),
    "mark_live": _l("shows which planned calls are being talked about"),
    "ring_due_reps": _l("rings reps whose planned call is due"),
    "expire_tasks": _l("ends what waited past its time"),
    "cancel_late": _l("takes back calls that would ring too late"),
    "find_rooms": _l("finds rooms whose callback was lost"),
    "hang_up_seconds": _l("hangs up second calls that must not be"),
    "release_claims": _l("frees what a process that ended had taken"),
    "abandon_intents": _l("puts unanswered requests in doubt"),
    "resolve_doubts": _l("asks the carrier about uncertain calls"),
    "poll_silent": _l("asks the carrier about calls that fell silent"),
    "poll_costs": _l("fetches what calls cost"),
    "beat": _l("watches the clock, and that the database is not an old one"),
    "audit_carrier": _l("compares the carrier's list with ours"),
    "audit_gap": _l("looks through what happened while nobody looked"),
    "replay_spool": _l("stores what was told while the database was away"),
    "forget_old": _l("deletes what is kept for a while only"),
}


@pages.get("/duties")
@roles(UserRole.SUPERVISOR, UserRole.ADMIN)
def duty_list() -> ResponseReturnValue:
    """Every duty, those that failed last first."""
    with runtime().sessions.read() as session:
        runs = {run.name: run for run in session.scalars(sa.select(DutyRun))}
    rows = [(duty, runs.get(duty.name)) for duty in DUTIES]
    rows.sort(key=lambda row: row[1] is None or row[1].errors == 0)
    return render_template("duties/list.html", rows=rows, meanings=MEANINGS)
