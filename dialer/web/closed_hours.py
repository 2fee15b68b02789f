"""When a person is not to be called: what they asked for, and which numbers ring elsewhere."""

from collections.abc import Mapping
from datetime import date, time

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dialer.domain.windows import MIDNIGHT, show_time
from dialer.models import ClosedHours, Contact
from dialer.models.desk import find_contact
from dialer.models.gate_facts import elsewhere_numbers, list_wishes
from dialer.models.visibility import may_edit_account, sees_contact
from dialer.selling.closed_hours import MOST_WORDS, Closed, close_hours, open_hours
from dialer.selling.contacts import update_contact
from dialer.selling.errors import BadValue, NotAllowed, NotFound
from dialer.web.context import current_user, runtime
from dialer.web.rule_words import weekday_names
from dialer.web.security import everyone, guard
from dialer.web.speech import gettext as _

pages = guard(Blueprint("closed_hours", __name__))


@pages.get("/contacts/<int:contact_id>/hours")
@everyone
def page(contact_id: int) -> ResponseReturnValue:
    """What a person asked for."""
    return show_page(contact_id, "")


def show_page(contact_id: int, error: str) -> str:
    """The page, with what is wrong with the form."""
    user = current_user()
    with runtime().sessions.read() as session:
        contact = find_contact(session, contact_id, sees_contact(user))
        if contact is None:
            abort(404)
        entries = list_wishes(session, contact_id)
        elsewhere = {number_id for _id, number_id in elsewhere_numbers(session, [contact_id])}
    return render_template(
        "closed_hours/contact.html",
        contact=contact,
        entries=entries,
        elsewhere=elsewhere,
        may_edit=may_edit_account(user, contact.account),
        weekdays=dict(enumerate(weekday_names(), start=1)),
        days_of=days_of,
        show_time=show_time,
        today=runtime().now().date(),
        most_words=MOST_WORDS,
        error=error,
    )


def days_of(row: ClosedHours) -> str:
    """The weekdays in the reader's words."""
    if len(row.weekdays) == len(weekday_names()):
        return _("Every day")
    return ", ".join(weekday_names()[int(day) - 1] for day in row.weekdays)


@pages.post("/contacts/<int:contact_id>/hours")
@everyone
def add(contact_id: int) -> ResponseReturnValue:
    """Note hours, in force at once."""
    try:
        close_hours(runtime(), current_user(), contact_id, read_closed(request.form))
    except (NotFound, NotAllowed):
        abort(404)
    except BadValue as wrong:
        return show_page(contact_id, mistake(wrong.field)), 422
    flash(_("Nobody calls then any more, from now on."), "talking")
    return redirect(url_for("closed_hours.page", contact_id=contact_id))


def read_closed(form: Mapping[str, str]) -> Closed:
    """What the form says; an end at midnight is the end of the day. Raises BadValue."""
    days = frozenset(int(day) for day in request.form.getlist("weekday") if day.isdecimal())
    begins, ends = read_minutes(form.get("from", "")), read_minutes(form.get("to", ""))
    return Closed(
        weekdays=days,
        from_minute=begins,
        to_minute=ends or MIDNIGHT,
        until_on=read_day(form.get("until", "")),
        reason=form.get("reason", ""),
    )


def read_minutes(text: str) -> int:
    """Minutes after midnight of a wall time. Raises BadValue."""
    try:
        at = time.fromisoformat(text)
    except ValueError:
        raise BadValue("to", "must be a time such as 12:00") from None
    return at.hour * 60 + at.minute


def read_day(text: str) -> date | None:
    """A day, or none. Raises BadValue."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadValue("until", "must be a day") from None


def mistake(field: str) -> str:
    """What is wrong, in the reader's words."""
    words = {
        "weekdays": _("Choose the weekdays; there is a limit of twenty entries."),
        "until": _("Choose a day that is not over, or none."),
        "reason": _("Say it in fewer words."),
    }
    return words.get(field) or _("The end must come after the beginning, on the same day.")


@pages.post("/contacts/<int:contact_id>/hours/<int:row_id>/drop")
@everyone
def drop(contact_id: int, row_id: int) -> ResponseReturnValue:
    """Give one up; the log of deeds keeps it."""
    try:
        open_hours(runtime(), current_user(), contact_id, row_id)
    except (NotFound, NotAllowed):
        abort(404)
    flash(_("These hours are open again. Other rules still hold."), "talking")
    return redirect(url_for("closed_hours.page", contact_id=contact_id))


@pages.post("/contacts/<int:contact_id>/numbers")
@everyone
def set_elsewhere(contact_id: int) -> ResponseReturnValue:
    """Which numbers ring neither at home nor on a personal mobile."""
    with runtime().sessions.read() as session:
        contact = find_contact(session, contact_id, sees_contact(current_user()))
    if contact is None:
        abort(404)
    try:
        changes = {"elsewhere": chosen(contact)}
        update_contact(runtime(), current_user(), contact_id, changes)
    except NotAllowed:
        abort(404)
    flash(_("Saved."), "talking")
    return redirect(url_for("closed_hours.page", contact_id=contact_id))


def chosen(contact: Contact) -> tuple[str, ...]:
    """The contact's numbers that are ticked."""
    ticked = set(request.form.getlist("elsewhere"))
    return tuple(n.e164 for n in contact.numbers if n.e164 and str(n.id) in ticked)
