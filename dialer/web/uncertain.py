"""What is uncertain: each doubt in a sentence, what happens next, and what people decide."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dialer.calling.decide import Word, acknowledge, decide
from dialer.calling.errors import NotYours, WrongDisposition
from dialer.domain.attempt import SETTLE_SECONDS
from dialer.domain.cadence import dispositions_for
from dialer.domain.words import AttemptState, Decision, Disposition, UserRole
from dialer.models.attempts import Attempt
from dialer.models.switches import stops
from dialer.models.uncertain import find_uncertain
from dialer.web.context import current_user, runtime
from dialer.web.incident_words import incident_sentence, stop_sentence
from dialer.web.security import guard, roles
from dialer.web.speech import gettext as _
from dialer.web.views import to_the_second

pages = guard(Blueprint("uncertain", __name__))

BOSSES = (UserRole.SUPERVISOR, UserRole.ADMIN)


@pages.get("/uncertain")
@roles(*BOSSES)
def uncertain_page() -> ResponseReturnValue:
    """Everything that a supervisor should know or decide, on one page."""
    rt = runtime()
    with rt.sessions.read() as session:
        found = find_uncertain(session, current_user())
        stopped = stops(session)
    return render_template(
        "uncertain/uncertain.html", found=found, stopped=stopped, why=why, next_step=next_step,
        incident_sentence=incident_sentence, stop_sentence=stop_sentence,
        choices=lambda purpose: dispositions_for(rt.cadence, purpose),
    )  # fmt: skip


def why(attempt: Attempt) -> str:
    """Why nobody knows, in a sentence."""
    if attempt.state is AttemptState.LIVE:
        return _("The carrier took this call, and now says that it knows no such call.")
    if attempt.state is AttemptState.UNKNOWN:
        return _("The carrier did not say whether it took this call.")
    return _(
        "The carrier never said whether it took this call, and its list was read %(times)s times"
        " without it.",
        times=attempt.misses,
    )


def next_step(attempt: Attempt) -> str:
    """What the machine does next, and when."""
    at = to_the_second(attempt.check_at) if attempt.check_at else "–"
    if attempt.state is AttemptState.LIVE:
        return _("The carrier is asked again at %(at)s.", at=at)
    if attempt.state is not AttemptState.UNKNOWN:
        return _("Nothing: it counts as a call and is never dialled again by itself.")
    since = attempt.intent_at or attempt.created_at
    closes = to_the_second(since + timedelta(seconds=SETTLE_SECONDS))
    return _(
        "The carrier's list is read again at %(at)s. If it is never found, the search ends after"
        " %(closes)s.",
        at=at,
        closes=closes,
    )


@pages.post("/uncertain/<int:attempt_id>")
@roles(*BOSSES)
def decide_now(attempt_id: int) -> ResponseReturnValue:
    """Write what a supervisor decides."""
    word = read_word()
    try:
        again = decide(runtime(), current_user(), attempt_id, word)
    except NotYours:
        abort(404)
    except WrongDisposition:
        abort(400)
    if again is not None:
        flash(_("A new call is planned; the rules are asked before it rings."), "talking")
        return redirect(url_for("tasks.task_page", task_id=again))
    flash(_("Your decision is kept."), "talking")
    return redirect(url_for("uncertain.uncertain_page"))


def read_word() -> Word:
    """What the form says; what it cannot mean is refused."""
    decision, said = request.form.get("decision", ""), request.form.get("disposition", "")
    if decision not in list(Decision) or (said and said not in list(Disposition)):
        abort(400)
    return Word(
        decision=Decision(decision),
        note=request.form.get("note", "").strip(),
        disposition=Disposition(said) if said else None,
    )


@pages.post("/incidents/<int:incident_id>/seen")
@roles(*BOSSES)
def see_incident(incident_id: int) -> ResponseReturnValue:
    """Say that an incident was seen to."""
    try:
        acknowledge(runtime(), current_user(), incident_id)
    except NotYours:
        abort(404)
    return redirect(url_for("uncertain.uncertain_page"))
