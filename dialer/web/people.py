"""A user's own settings: language, theme, telephone, the key before the customer, password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import refresh

from dialer.domain.phone import NumberError, normalise
from dialer.domain.words import Language
from dialer.models.people import User
from dialer.people.errors import Throttled, WeakPassword, WrongLogin
from dialer.people.phones import set_telephone
from dialer.people.users import change_password
from dialer.web.context import current_user, runtime
from dialer.web.security import everyone, guard
from dialer.web.session import forget_session
from dialer.web.speech import gettext as _

pages = guard(Blueprint("people", __name__))

THEMES = ("auto", "light", "dark")


@pages.get("/settings")
@everyone
def settings_page() -> ResponseReturnValue:
    """What a user may change about themselves."""
    return show_settings({})


def show_settings(errors: dict[str, str], phone: str | None = None) -> str:
    """The page, with errors beside their fields."""
    return render_template("people/settings.html", errors=errors, themes=THEMES, phone=phone)


@pages.post("/settings/look")
@everyone
def save_look() -> ResponseReturnValue:
    """Language and theme."""
    language, theme = request.form.get("language", ""), request.form.get("theme", "")
    with runtime().sessions.write() as db:
        user = db.get_one(User, current_user().id)
        user.language = Language(language) if language in list(Language) else user.language
        user.theme = theme if theme in THEMES else user.theme
    current_user().language = user.language
    refresh()
    flash(_("Saved."), "talking")
    return redirect(url_for("people.settings_page"))


@pages.post("/settings/phone")
@everyone
def save_phone() -> ResponseReturnValue:
    """The telephone that is rung for the user's leg, and whether it must press 1."""
    typed = request.form.get("phone", "").strip()
    try:
        phone = normalise(typed, runtime().settings.default_region) if typed else None
    except NumberError as error:
        return show_settings({"phone": number_sentence(error)}, typed), 422
    presses_one = request.form.get("press_one") == "1"
    set_telephone(runtime(), current_user().id, phone, presses_one=presses_one)
    flash(_("Saved."), "talking")
    return redirect(url_for("people.settings_page"))


def number_sentence(error: NumberError) -> str:
    """Why a text is no number that can be rung."""
    sentences = {
        "letters": _("A number has digits only, with + and the country code in front."),
        "extension": _("An extension cannot be rung. Enter a number of its own."),
        "short": _("A short number cannot be rung from here."),
        "emergency": _("An emergency number is never rung."),
    }
    return sentences.get(error.code, _("This is not a number that exists."))


@pages.post("/settings/password")
@everyone
def save_password() -> ResponseReturnValue:
    """Replace the password; every session of the user ends."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        change_password(runtime(), current_user().id, old, new)
    except WrongLogin:
        return show_settings({"old": _("This is not your present password.")}), 422
    except Throttled as limit:
        sentence = _("Too many tries. Try again in %(minutes)s min.", minutes=limit.minutes)
        return show_settings({"old": sentence}), 429
    except WeakPassword as weak:
        return show_settings({"new": weak_sentence(weak.rule)}), 422
    forget_session()
    flash(_("Your password was changed. Log in with the new one."), "talking")
    return redirect(url_for("session.log_in_page"))


def weak_sentence(rule: str) -> str:
    """What is wrong with a password."""
    sentences = {
        "short": _("Take at least 12 characters."),
        "long": _("Take at most 1,024 characters."),
        "common": _("This password is one of the first that others would try."),
        "name": _("Do not build the password from your name."),
        "repetitive": _("Do not repeat the same few characters."),
    }
    return sentences[rule]
