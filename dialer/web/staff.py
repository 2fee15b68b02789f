"""People and teams: who works here, letting them in, moving them, shutting them out."""

from collections.abc import Callable
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dialer.domain.phone import NumberError, normalise
from dialer.domain.words import Language, UserRole
from dialer.models import Team, User
from dialer.models.audit import AuditFilter, list_entries
from dialer.models.staff import (
    PeopleFilter,
    Person,
    Standing,
    find_person,
    list_people,
    list_teams,
)
from dialer.people import invite, second_factor, sessions, teams, users
from dialer.people.errors import (
    BadTeam,
    BadUserName,
    LastAdmin,
    NameTaken,
    NotOneself,
    NotThere,
    PeopleError,
)
from dialer.people.rights import may_manage
from dialer.runtime import Runtime
from dialer.web.audit_words import action_words
from dialer.web.context import current_user, runtime
from dialer.web.devices import device
from dialer.web.people import number_sentence
from dialer.web.security import guard, roles
from dialer.web.speech import gettext as _

pages = guard(Blueprint("staff", __name__))

BOSSES = (UserRole.SUPERVISOR, UserRole.ADMIN)
FULL_NAME_LENGTH = 120
LATEST = 12


@pages.get("/people")
@roles(*BOSSES)
def people_list() -> ResponseReturnValue:
    """Everybody, by team; a supervisor's own team."""
    return show_list({})


def show_list(errors: dict[str, str]) -> str:
    """The page, with errors beside their fields."""
    wanted, page = read_filter(), max(1, request.args.get("page", 1, type=int))
    with runtime().sessions.read() as session:
        rows, more = list_people(session, current_user(), wanted, page)
        all_teams = list_teams(session) if is_admin() else []
    return render_template(
        "staff/list.html", groups=by_team(rows), more=more, page=page, wanted=wanted,
        teams=all_teams, roles=UserRole, standings=Standing, errors=errors, standing_tones=TONES,
        standing_words=standing_words(),
        asked={name: value for name, value in request.args.items() if name != "page" and value},
    )  # fmt: skip


def by_team(rows: list[Person]) -> list[tuple[Team | None, list[Person]]]:
    """The page's people, one list for each team."""
    return [(team, list(group)) for team, group in groupby(rows, key=lambda row: row.user.team)]


TONES = {
    Standing.ACTIVE: ("talking", "check"),
    Standing.INVITED: ("waiting", "clock"),
    Standing.DISABLED: ("closed", "ban"),
}


def standing_words() -> dict[Standing, str]:
    """Whether somebody can log in, in the reader's language."""
    return {
        Standing.ACTIVE: _("Works here"),
        Standing.INVITED: _("Invited"),
        Standing.DISABLED: _("Shut out"),
    }


def is_admin() -> bool:
    """Whether the reader is an administrator."""
    return current_user().role is UserRole.ADMIN


def read_filter() -> PeopleFilter:
    """The filter of the address; what it cannot mean is not asked for."""
    args, standing = request.args, request.args.get("standing", "")
    return PeopleFilter(
        text=args.get("q", "")[:80],
        role=read_role(args.get("role", "")),
        team_id=args.get("team", type=int),
        standing=Standing(standing) if standing in list(Standing) else None,
    )


def read_role(word: str) -> UserRole | None:
    """A role, or none."""
    return UserRole(word) if word in list(UserRole) else None


@pages.get("/people/invite")
@roles(*BOSSES)
def invite_page() -> ResponseReturnValue:
    """Whom to let in."""
    return show_invite({})


def show_invite(errors: dict[str, str]) -> str:
    """The form, with what was typed and errors beside their fields."""
    with runtime().sessions.read() as session:
        all_teams = list_teams(session) if is_admin() else []
    return render_template(
        "staff/invite.html", errors=errors, teams=all_teams, typed=request.form,
        roles=UserRole if is_admin() else (UserRole.REP,),
    )  # fmt: skip


@pages.post("/people/invite")
@roles(*BOSSES)
def invite_now() -> ResponseReturnValue:
    """Make the user, and show the link once."""
    form, rt = request.form, runtime()
    role, language = read_role(form.get("role", "")), form.get("language", "")
    phone, errors = read_phone(rt)
    if role is None or language not in list(Language):
        abort(400)
    if errors:
        return show_invite(errors), 422
    new = users.NewUser(
        name=form.get("name", ""), role=role, full_name=read_full_name(), phone=phone,
        language=Language(language), team_id=form.get("team", type=int),
    )  # fmt: skip
    try:
        link = invite.invite(rt, current_user(), new)
    except BadUserName:
        return show_invite({"name": _("A name has 1 to 80 characters.")}), 422
    except NameTaken:
        return show_invite({"name": _("Somebody has this name already. Take another one.")}), 422
    except NotThere:
        abort(403)
    return show_link(link)


def read_full_name() -> str:
    """What colleagues call them, without what no page can show."""
    typed = request.form.get("full_name", "").strip()[:FULL_NAME_LENGTH]
    return "".join(c for c in typed if c.isprintable())


def read_phone(rt: Runtime) -> tuple[str | None, dict[str, str]]:
    """The telephone as E.164, or what is wrong with it."""
    typed = request.form.get("phone", "").strip()
    try:
        return (normalise(typed, rt.settings.default_region) if typed else None), {}
    except NumberError as error:
        return None, {"phone": number_sentence(error)}


def show_link(link: invite.Link) -> str:
    """The link, which nobody sees again: it stands in this answer alone, which nothing keeps."""
    with runtime().sessions.read() as session:
        user = session.get_one(User, link.user_id)
    address = runtime().settings.public_base_url + url_for("join.open_link", secret=link.secret)
    return render_template("staff/link.html", user=user, address=address, until=link.expires_at)


@pages.get("/people/<int:user_id>")
@roles(*BOSSES)
def person_page(user_id: int) -> ResponseReturnValue:
    """One user: place, sessions, and what they did last."""
    return show_person(user_id, {})


def show_person(user_id: int, errors: dict[str, str]) -> str:
    """The page, with errors beside their fields."""
    rt, reader = runtime(), current_user()
    with rt.sessions.read() as session:
        user = find_person(session, reader, user_id)
        if user is None:
            abort(404)
        opened = sessions.list_open(session, user_id, rt.now()) if is_admin() else ()
        latest, _more = list_entries(session, reader, AuditFilter(actor_id=user_id), None)
        all_teams = list_teams(session) if is_admin() else []
    return render_template(
        "staff/person.html", user=user, opened=opened, latest=latest[:LATEST], errors=errors,
        teams=all_teams, roles=UserRole, may_change=may_manage(reader, user), device=device,
        is_self=user.id == reader.id, action_words=action_words, standing_tones=TONES,
        standing_words=standing_words(),
    )  # fmt: skip


def do(user_id: int, deed: Callable[[Runtime, User], object], done: str) -> ResponseReturnValue:
    """A verb on a colleague; then back to their page, with what came of it."""
    try:
        deed(runtime(), current_user())
    except NotThere:
        abort(404)
    except PeopleError as error:
        flash(why_not(error), "late")
    else:
        flash(done, "talking")
    return redirect(url_for("staff.person_page", user_id=user_id))


def why_not(error: PeopleError) -> str:
    """Why nothing was done."""
    if isinstance(error, NotOneself):
        return _("Nobody can do this to themselves. Ask another administrator.")
    if isinstance(error, LastAdmin):
        return _("This is the last administrator. Make somebody else one first.")
    return _("This does not fit. Choose again.")


@pages.post("/people/<int:user_id>/details")
@roles(*BOSSES)
def save_details(user_id: int) -> ResponseReturnValue:
    """What colleagues call them, and the telephone that is rung."""
    phone, errors = read_phone(runtime())
    if errors:
        return show_person(user_id, errors), 422
    full_name = read_full_name()
    return do(
        user_id,
        lambda rt, actor: users.describe_user(rt, actor, user_id, full_name, phone),
        _("Saved."),
    )


@pages.post("/people/<int:user_id>/place")
@roles(UserRole.ADMIN)
def save_place(user_id: int) -> ResponseReturnValue:
    """Role and team."""
    role, team_id = read_role(request.form.get("role", "")), request.form.get("team", type=int)
    if role is None:
        abort(400)
    return do(
        user_id,
        lambda rt, actor: users.move_user(rt, actor, user_id, role, team_id),
        _("Saved. A new role or team counts from the next log-in, which is now."),
    )


@pages.post("/people/<int:user_id>/disable")
@roles(*BOSSES)
def disable(user_id: int) -> ResponseReturnValue:
    """Shut out, everywhere and at once."""
    return do(
        user_id,
        lambda rt, actor: users.dismiss_user(rt, actor, user_id),
        _("Shut out: every session, program and link of theirs has ended."),
    )


@pages.post("/people/<int:user_id>/enable")
@roles(*BOSSES)
def enable(user_id: int) -> ResponseReturnValue:
    """Let in again."""
    return do(
        user_id,
        lambda rt, actor: users.enable_user(rt, actor, user_id),
        _("They may log in again. Their programs need new tokens."),
    )


@pages.post("/people/<int:user_id>/link")
@roles(*BOSSES)
def new_link(user_id: int) -> ResponseReturnValue:
    """A one-time link to choose a password; the ones before do not count any more."""
    try:
        return show_link(invite.make_link(runtime(), current_user(), user_id))
    except NotThere:
        abort(404)


@pages.post("/people/<int:user_id>/factor-off")
@roles(UserRole.ADMIN)
def take_factor_off(user_id: int) -> ResponseReturnValue:
    """For who has lost both the telephone and the recovery codes."""
    return do(
        user_id,
        lambda rt, actor: second_factor.take_off(rt, actor, user_id),
        _("The second factor is off. Nobody asks for a code until they set it up again."),
    )


@pages.post("/people/<int:user_id>/sessions/end")
@roles(UserRole.ADMIN)
def end_all(user_id: int) -> ResponseReturnValue:
    """Log somebody out everywhere."""
    return do(
        user_id,
        lambda rt, actor: sessions.end_others(rt, actor, user_id),
        _("They are logged out everywhere."),
    )


@pages.post("/people/teams")
@roles(UserRole.ADMIN)
def add_team() -> ResponseReturnValue:
    """A new team."""
    try:
        teams.add_team(runtime(), current_user(), request.form.get("name", ""))
    except BadTeam:
        return show_list({"team": _("A team needs a name of its own.")}), 422
    flash(_("The team is there. Move people into it on their pages."), "talking")
    return redirect(url_for("staff.people_list"))


@pages.post("/people/teams/<int:team_id>")
@roles(UserRole.ADMIN)
def rename_team(team_id: int) -> ResponseReturnValue:
    """Another name for a team."""
    try:
        teams.rename_team(runtime(), current_user(), team_id, request.form.get("name", ""))
    except NotThere:
        abort(404)
    except BadTeam:
        return show_list({f"team-{team_id}": _("A team needs a name of its own.")}), 422
    flash(_("Saved."), "talking")
    return redirect(url_for("staff.people_list"))
