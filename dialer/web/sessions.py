"""Where somebody is logged in, and logging out there from here."""

from flask import Blueprint, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from dialer.domain.words import UserRole
from dialer.models import UserSession
from dialer.people.errors import NotThere
from dialer.people.log_in import SESSION_SECRET
from dialer.people.sessions import end_others, end_session, find_id, list_open
from dialer.web.context import current_user, runtime
from dialer.web.devices import device
from dialer.web.security import everyone, guard
from dialer.web.speech import gettext as _
from dialer.web.speech import ngettext

pages = guard(Blueprint("sessions", __name__))


@pages.get("/settings/sessions")
@everyone
def session_list() -> ResponseReturnValue:
    """One's own open sessions."""
    with runtime().sessions.read() as db:
        opened = list_open(db, current_user().id, runtime().now())
        here = find_id(db, session[SESSION_SECRET])
    return render_template("people/sessions.html", opened=opened, here=here, device=device)


@pages.post("/sessions/<int:session_id>/end")
@everyone
def end_one(session_id: int) -> ResponseReturnValue:
    """End one session of one's own, or as an administrator anybody's."""
    with runtime().sessions.read() as db:
        found = db.get(UserSession, session_id)
    try:
        end_session(runtime(), current_user(), session_id)
    except NotThere:
        abort(404)
    flash(_("That session has ended."), "talking")
    if found is None or found.user_id == current_user().id:
        return redirect(url_for("sessions.session_list"))
    back = "staff.person_page" if current_user().role is UserRole.ADMIN else "sessions.session_list"
    return redirect(url_for(back, user_id=found.user_id))


@pages.post("/settings/sessions/end-others")
@everyone
def end_elsewhere() -> ResponseReturnValue:
    """Log out everywhere but here."""
    count = end_others(runtime(), current_user(), current_user().id, session[SESSION_SECRET])
    flash(ngettext("%(num)s session has ended.", "%(num)s sessions have ended.", count), "talking")
    return redirect(url_for("sessions.session_list"))
