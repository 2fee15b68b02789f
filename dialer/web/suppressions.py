"""Numbers that must not be called: the list, a new entry, lifting one, the age of lists."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dialer.calling.lift import NotLifted, ReasonMissing, lift_suppression
from dialer.calling.suppress import suppress
from dialer.domain.phone import NumberError, normalise
from dialer.domain.words import SuppressionReason, UserRole
from dialer.models.gate_facts import newest_lists
from dialer.models.numbers import ensure_number
from dialer.models.suppressions import PAGE_SIZE, Wanted, list_suppressions
from dialer.selling.lists import LIST_SOURCE
from dialer.web.context import current_user, runtime
from dialer.web.people import number_sentence
from dialer.web.rule_words import country_name
from dialer.web.security import everyone, guard, roles
from dialer.web.speech import gettext as _

pages = guard(Blueprint("suppressions", __name__))

SOURCE = "page"


@pages.get("/suppressions")
@everyone
def suppression_list() -> ResponseReturnValue:
    """The list, newest first."""
    return show_list({})


def show_list(errors: dict[str, str]) -> str:
    """The page, with errors beside their fields."""
    rt, wanted, before = runtime(), read_wanted(), request.args.get("before", type=int)
    dial = rt.policy.dial
    with rt.sessions.read() as session:
        found = list_suppressions(session, current_user(), wanted, before)
        lists = newest_lists(session)
    return render_template(
        "suppressions/list.html",
        found=found,
        wanted=wanted,
        before=before,
        older=found[-1].row.id if len(found) == PAGE_SIZE else None,
        reasons=SuppressionReason,
        errors=errors,
        countries=sorted({*dial.list_days, *dial.lists_required, *lists}),
        lists=lists,
        dial=dial,
        today=rt.now().date(),
        country_name=country_name,
        source_words=source_words,
        may_lift=current_user().role is UserRole.ADMIN,
    )


def source_words(source: str) -> str:
    """Where an entry comes from, in the reader's words where it is a code of ours."""
    kind, _space, number = source.partition(" ")
    if kind == "call" and number.isdecimal():
        return _("Call %(number)s", number=number)
    if source.startswith(LIST_SOURCE):
        return _("List of %(country)s", country=country_name(source.removeprefix(LIST_SOURCE)))
    known = {SOURCE: _("written here"), "api": _("another program")}
    return known.get(source, source)


def read_wanted() -> Wanted:
    """The filter of the address; what it cannot mean is not asked for."""
    reason = request.args.get("reason", "")
    return Wanted(
        text=request.args.get("q", "")[:40],
        reason=SuppressionReason(reason) if reason in list(SuppressionReason) else None,
        with_lifted=request.args.get("lifted") == "1",
    )


@pages.post("/suppressions")
@everyone
def add() -> ResponseReturnValue:
    """Suppress a number at once, whoever's customer it is."""
    rt, reason = runtime(), request.form.get("reason", "")
    if reason not in list(SuppressionReason):
        abort(400)
    try:
        e164 = normalise(request.form.get("number", ""), rt.settings.default_region)
    except NumberError as error:
        return show_list({"number": number_sentence(error)}), 422
    with rt.sessions.write() as session:
        number_id = ensure_number(session, e164, rt.now()).id
    suppress(rt, number_id, SuppressionReason(reason), SOURCE, current_user().id)
    flash(_("This number is not called any more, from now on."), "talking")
    return redirect(url_for("suppressions.suppression_list"))


@pages.post("/suppressions/<int:suppression_id>/lift")
@roles(UserRole.ADMIN)
def lift(suppression_id: int) -> ResponseReturnValue:
    """End an entry, with a reason."""
    try:
        lift_suppression(runtime(), current_user(), suppression_id, request.form.get("reason", ""))
    except NotLifted:
        abort(404)
    except ReasonMissing:
        flash(_("Say why the entry is lifted; the reason stays on record."), "late")
    else:
        flash(_("The entry is lifted. Other rules still hold."), "talking")
    return redirect(url_for("suppressions.suppression_list"))
