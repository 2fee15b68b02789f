"""Programs that act by tokens: which there are, a new one, revoking one at once."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dialer.domain.words import UserRole
from dialer.models import User
from dialer.people.errors import NoSuchUser, NotThere, UnknownScope
from dialer.people.tokens import SCOPES, add_token_for, list_tokens, revoke_token
from dialer.web.context import current_user, runtime
from dialer.web.security import guard, roles
from dialer.web.speech import gettext as _

pages = guard(Blueprint("tokens", __name__))

NAME_LENGTH = 120


@pages.get("/programs")
@roles(UserRole.ADMIN)
def token_list() -> ResponseReturnValue:
    """Every token, those that count first."""
    return show({})


def show(errors: dict[str, str], secret: str | None = None) -> str:
    """The page; a new secret stands in one answer alone, which nothing keeps."""
    with runtime().sessions.read() as session:
        rows = list_tokens(session)
    return render_template(
        "staff/programs.html", rows=rows, errors=errors, secret=secret, scopes=SCOPES,
        typed={} if secret else request.form, meanings=meanings(),
    )  # fmt: skip


def meanings() -> dict[str, str]:
    """What each scope lets a program do."""
    return {
        "calls": _("place and read calls and tasks"),
        "records": _("read and write customers, money, suppressions"),
        "board": _("watch the floor and the figures"),
        "all": _("everything that its user may, raw numbers and people too"),
    }


@pages.post("/programs")
@roles(UserRole.ADMIN)
def add() -> ResponseReturnValue:
    """A token for a program, shown once."""
    name = "".join(c for c in request.form.get("name", "") if c.isprintable()).strip()
    if not name or len(name) > NAME_LENGTH:
        return show({"name": _("Give the program a name.")}), 422
    chosen = request.form.getlist("scope")
    if not chosen:
        return show({"scope": _("Choose what the program may do.")}), 422
    try:
        secret = add_token_for(
            runtime(), name, request.form.get("user", ""), chosen, current_user().id
        )
    except NoSuchUser:
        return show({"user": _("Nobody of this name may log in.")}), 422
    except UnknownScope:
        abort(400)
    return show({}, secret)


@pages.post("/programs/<int:token_id>/revoke")
@roles(UserRole.ADMIN)
def revoke(token_id: int) -> ResponseReturnValue:
    """The token is worth nothing from now on."""
    actor: User = current_user()
    try:
        revoke_token(runtime(), token_id, actor.id)
    except NotThere:
        abort(404)
    flash(_("Revoked: the program is out at once."), "talking")
    return redirect(url_for("tokens.token_list"))
