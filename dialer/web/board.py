"""The supervisor's floor, the same on a wall, and the switch that stops all calls."""

from typing import Any

from flask import Blueprint, flash, json, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dialer.calling.control import set_hold
from dialer.calling.errors import NotAudited
from dialer.domain.script import Effect, Step
from dialer.domain.words import (
    CallStatus,
    Disposition,
    Help,
    PauseReason,
    Purpose,
    UserRole,
)
from dialer.floor.board import snapshot_at
from dialer.floor.snapshot import encode
from dialer.models.board import scope_of
from dialer.web.context import current_user, runtime
from dialer.web.rule_words import RULE_KINDS
from dialer.web.security import guard, roles
from dialer.web.speech import gettext as _
from dialer.web.views import lengths, minutes, over_words
from dialer.web.words import label

pages = guard(Blueprint("board", __name__))

BOSSES = (UserRole.SUPERVISOR, UserRole.ADMIN)
REASON_LENGTH = 200


@pages.get("/board")
@roles(*BOSSES)
def board_page() -> ResponseReturnValue:
    """Every rep, every live call, today's figures."""
    return render_template("board/board.html", **context())


@pages.get("/board/wall")
@roles(*BOSSES)
def wall_page() -> ResponseReturnValue:
    """The same for a screen on the wall: large, dark, nothing to press."""
    return render_template("board/wall.html", theme="dark", **context())


def context() -> dict[str, Any]:
    """The floor now, as the page's script wants it, and the words that it fills in."""
    rt = runtime()
    snapshot = snapshot_at(rt, scope_of(current_user()))
    return {"board": json.loads(encode(snapshot)), "snapshot": snapshot, "words": words()}


def words() -> dict[str, Any]:
    """Every code that a snapshot may carry, in the reader's language."""
    return {
        "states": {
            **{str(status): label(status) for status in CallStatus},
            "held": _("On hold"),
            "wrap_up": _("Wrap-up"),
            "free": _("Free"),
            "paused": _("Pause"),
        },
        "purposes": {str(purpose): label(purpose) for purpose in Purpose},
        "dispositions": {str(said): label(said) for said in Disposition},
        "steps": {
            Step.WHO: _("asks who it is"),
            Step.MATTER: _("says what it is about"),
            Step.DATE: _("asks for a date"),
        },
        "effects": {Effect.CONNECT: _("waits for the owner")},
        "bands": bands(),
        "rules": {kind: str(words) for kind, words in RULE_KINDS.items()},
        "pauses": {str(reason): label(reason) for reason in PauseReason},
        "helps": {str(how): label(how) for how in Help},
        "ringing": _("{name}'s phone is ringing"),
        "then": _("then pause: {reason}"),
    }


def bands() -> dict[str, str]:
    """What is said of a length, of a talk or of the work after it."""
    aim = lengths()
    return {
        "target": _("%(low)s to %(high)s min", low=minutes(aim.target), high=minutes(aim.late)),
        "late": _("come to the end"),
        "over": over_words(),
        "long": _("wrap-up takes long"),
    }


@pages.post("/board/hold")
@roles(*BOSSES)
def switch_hold() -> ResponseReturnValue:
    """Throw the kill switch, or take it back."""
    on = request.form.get("on") == "1"
    reason = request.form.get("reason", "").strip()[:REASON_LENGTH]
    try:
        set_hold(runtime(), on, reason, current_user().id)
    except NotAudited:
        flash(_("Calls cannot go on yet: the carrier's list is still being compared."), "late")
        return redirect(url_for("board.board_page"))
    flash(
        _("All calls are on hold. Live calls go on.") if on else _("Calls are placed again."),
        "late" if on else "talking",
    )
    return redirect(url_for("board.board_page"))
