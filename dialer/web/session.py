"""Logging in and out, and choosing a language before that."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from dialer.domain.words import Language, UserRole
from dialer.people.errors import CodeNeeded, Throttled, WrongLogin
from dialer.people.log_in import SESSION_SECRET, log_in, log_out
from dialer.web.context import current_user, runtime
from dialer.web.language import CHOSEN
from dialer.web.security import everyone, guard, public
from dialer.web.speech import gettext as _

pages = guard(Blueprint("session", __name__))

# In the browser's cookie: a session that owes a code, and where to go once it is whole.
HALF = "half"
AFTER = "after"

HOMES = {
    UserRole.REP: "desk.desk_page",
    UserRole.SUPERVISOR: "board.board_page",
    UserRole.ADMIN: "board.board_page",
}


@pages.get("/")
@everyone
def home() -> ResponseReturnValue:
    """Lead everybody to where their day begins."""
    return redirect(url_for(HOMES[current_user().role]))


@pages.get("/login")
@public
def log_in_page() -> ResponseReturnValue:
    """Ask for name and password."""
    return show_log_in(name=request.args.get("name", "")[:80], ended="ended" in request.args)


@pages.post("/login")
@public
def log_in_now() -> ResponseReturnValue:
    """Open a fresh session; whatever the browser held before is worth nothing."""
    name = request.form.get("name", "")
    try:
        secret = log_in(
            runtime(),
            name,
            request.form.get("password", ""),
            request.remote_addr or "",
            request.user_agent.string,
            replaces=session.get(SESSION_SECRET),
        )
    except Throttled as limit:
        return show_log_in(name=name, error=too_many(limit.minutes)), 429
    except WrongLogin:
        return show_log_in(name=name, error=_("The name or the password is wrong.")), 401
    except CodeNeeded as needed:
        return ask_for_code(needed.half)
    session.clear()
    session.permanent = True
    session[SESSION_SECRET] = secret
    return redirect(local_path(request.form.get("after")) or url_for("session.home"))


def ask_for_code(half: str) -> ResponseReturnValue:
    """The password was right, and the second factor is still owed."""
    session.clear()
    session[HALF] = half
    session[AFTER] = local_path(request.form.get("after"))
    return redirect(url_for("factor.code_page"))


def too_many(minutes: int) -> str:
    """When to try again."""
    return _("Too many tries. Try again in %(minutes)s min.", minutes=minutes)


def show_log_in(*, name: str = "", error: str = "", ended: bool = False) -> str:
    """The page, with what was typed except the password."""
    after = local_path(request.values.get("after")) or ""
    return render_template("session/log_in.html", name=name, error=error, ended=ended, after=after)


def local_path(path: str | None) -> str | None:
    """A path on this site, or None: nobody is sent elsewhere after logging in."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return None
    return path if path.isprintable() else None


@pages.post("/logout")
@everyone
def log_out_now() -> ResponseReturnValue:
    """End the session here and in the database."""
    log_out(runtime(), session[SESSION_SECRET])
    forget_session()
    return redirect(url_for("session.log_in_page"))


def forget_session() -> None:
    """Leave nothing in the browser but the language."""
    language = str(current_user().language)
    session.clear()
    session[CHOSEN] = language


@pages.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """Remember a stranger's language; a user's own stands in the settings."""
    chosen = request.form.get("language", "")
    if chosen in list(Language):
        session[CHOSEN] = chosen
    return redirect(url_for("session.log_in_page", after=local_path(request.form.get("after"))))
