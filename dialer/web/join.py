"""Coming in by a one-time link: choose a language and a password that nobody else knows."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from dialer.domain.words import Language
from dialer.models import PasswordLink
from dialer.people.errors import LinkSpent, WeakPassword
from dialer.people.invite import find_link, use_link
from dialer.people.passwords import NO_PASSWORD
from dialer.web.context import runtime
from dialer.web.language import CHOSEN, page_language
from dialer.web.people import weak_sentence
from dialer.web.security import guard, public
from dialer.web.speech import gettext as _

pages = guard(Blueprint("join", __name__))

LINK = "link"


@pages.get("/welcome/<secret>")
@public
def open_link(secret: str) -> ResponseReturnValue:
    """Take the secret out of the address at once, where histories and screens would show it.

    Looking is not using: programs that preview links spend nothing.
    """
    session[LINK] = secret[:128]
    return redirect(url_for("join.choose_page"))


@pages.get("/welcome")
@public
def choose_page() -> ResponseReturnValue:
    """Ask for a language and a password."""
    link = known_link()
    return show(link, {}) if link else spent()


def known_link() -> PasswordLink | None:
    """The link that this browser came by, if it still counts."""
    with runtime().sessions.read() as db:
        return find_link(db, str(session.get(LINK, "")), runtime().now())


def show(link: PasswordLink, errors: dict[str, str]) -> str:
    """The page, with errors beside their fields."""
    new = link.user.password_hash == NO_PASSWORD
    language = Language(link.user.language) if new else page_language()
    return render_template(
        "session/welcome.html", user=link.user, errors=errors, is_new=new, language=language
    )


def spent() -> ResponseReturnValue:
    """A link that does not count any more says so, and what to do."""
    session.pop(LINK, None)
    return render_template("session/spent.html"), 410


@pages.post("/welcome")
@public
def choose() -> ResponseReturnValue:
    """Keep the choice; the link is spent."""
    link, language = known_link(), request.form.get("language", "")
    if link is None:
        return spent()
    password, again = request.form.get("password", ""), request.form.get("again", "")
    if password != again:
        return show(link, {"again": _("The two are not the same.")}), 422
    chosen = Language(language) if language in list(Language) else Language(link.user.language)
    try:
        use_link(runtime(), str(session[LINK]), password, chosen)
    except WeakPassword as weak:
        return show(link, {"password": weak_sentence(weak.rule)}), 422
    except LinkSpent:
        return spent()
    session.clear()
    session[CHOSEN] = str(chosen)
    flash(_("Your password is kept. Log in with it."), "talking")
    return redirect(url_for("session.log_in_page", name=link.user.name))
