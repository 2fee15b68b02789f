"""The second factor: setting up an app, its codes at the log-in, and recovery codes."""

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from dialer.people import second_factor
from dialer.people.errors import NotThere, Throttled, WrongCode, WrongLogin
from dialer.people.log_in import SESSION_SECRET
from dialer.web.context import current_user, runtime
from dialer.web.security import everyone, guard, public
from dialer.web.session import AFTER, HALF, local_path, too_many
from dialer.web.speech import gettext as _

pages = guard(Blueprint("factor", __name__))


@pages.get("/settings/second-factor")
@everyone
def factor_page() -> ResponseReturnValue:
    """Whether it is on, or how to set it up."""
    return show({})


def show(errors: dict[str, str], codes: list[str] | None = None) -> str:
    """The page: fresh recovery codes stand in one answer alone, which nothing keeps."""
    rt, user = runtime(), current_user()
    with rt.sessions.read() as db:
        left = second_factor.count_left(db, user.id)
    is_begun = user.factor_salt is not None and user.factor_at is None
    return render_template(
        "people/factor.html",
        errors=errors,
        codes=codes,
        left=left,
        is_on=user.factor_at is not None or codes is not None,
        is_needed=second_factor.needs_factor(rt, user) and codes is None,
        picture=picture(second_factor.app_address(rt, user)) if is_begun and not codes else None,
        secret=second_factor.app_secret(rt, user) if is_begun and not codes else "",
    )


def picture(address: str) -> str:
    """The address as a QR code, in a data URI: dark on light in every theme, or no app reads it."""
    code = segno.make(address, error="m", micro=False)
    return str(code.svg_data_uri(scale=4, border=3, dark="#000", light="#fff"))


@pages.post("/settings/second-factor/begin")
@everyone
def begin() -> ResponseReturnValue:
    """Show a secret to an app."""
    second_factor.begin(runtime(), current_user().id)
    return redirect(url_for("factor.factor_page"))


@pages.post("/settings/second-factor/confirm")
@everyone
def confirm() -> ResponseReturnValue:
    """The app's first code; the recovery codes are shown once."""
    try:
        codes = second_factor.confirm(runtime(), current_user().id, request.form.get("code", ""))
    except WrongCode:
        sentence = _("This code does not fit. Wait for the next one and check the phone's clock.")
        return show({"code": sentence}), 422
    except Throttled as limit:
        return show({"code": too_many(limit.minutes)}), 429
    return show({}, codes)


@pages.post("/settings/second-factor/codes")
@everyone
def renew_codes() -> ResponseReturnValue:
    """Fresh recovery codes in place of the old ones."""
    password = request.form.get("password", "")
    try:
        codes = second_factor.renew_recovery_codes(runtime(), current_user().id, password)
    except NotThere:
        return redirect(url_for("factor.factor_page"))
    except WrongLogin:
        return show({"codes": _("This is not your present password.")}), 422
    except Throttled as limit:
        return show({"codes": too_many(limit.minutes)}), 429
    return show({}, codes)


@pages.post("/settings/second-factor/off")
@everyone
def turn_off() -> ResponseReturnValue:
    """The password alone again."""
    try:
        second_factor.turn_off(runtime(), current_user().id, request.form.get("password", ""))
    except WrongLogin:
        return show({"off": _("This is not your present password.")}), 422
    except Throttled as limit:
        return show({"off": too_many(limit.minutes)}), 429
    flash(_("The second factor is off."), "late")
    return redirect(url_for("factor.factor_page"))


@pages.get("/login/code")
@public
def code_page() -> ResponseReturnValue:
    """Ask for the code that is still owed."""
    return show_code("") if session.get(HALF) else redirect(url_for("session.log_in_page"))


def show_code(error: str) -> str:
    """The page, with what is wrong."""
    return render_template("session/code.html", error=error)


@pages.post("/login/code")
@public
def show_code_now() -> ResponseReturnValue:
    """With the right code the session is whole, under a new secret."""
    code, half = request.form.get("code", ""), str(session.get(HALF, ""))
    try:
        secret = second_factor.show_code(
            runtime(), half, code, request.user_agent.string, request.remote_addr or ""
        )
    except NotThere:
        session.pop(HALF, None)
        return redirect(url_for("session.log_in_page", ended=1))
    except WrongCode:
        return show_code(_("This code is wrong, or it was used already.")), 401
    except Throttled as limit:
        return show_code(too_many(limit.minutes)), 429
    after = local_path(session.get(AFTER))
    session.clear()
    session.permanent = True
    session[SESSION_SECRET] = secret
    return redirect(after or url_for("session.home"))
