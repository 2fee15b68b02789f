"""Planned calls: the list, one with its tries, planning, moving and taking back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dialer.calling.gate import ask_gate
from dialer.domain.gate import Never
from dialer.domain.words import Mode, Purpose, TaskState, UserRole
from dialer.models import User
from dialer.models.customers import Contact, PhoneNumber
from dialer.models.desk import find_contact
from dialer.models.tasks import (
    TaskFilter,
    find_task,
    list_next_steps,
    list_tries,
    open_receivables,
    search_contacts,
)
from dialer.models.tasks import list_tasks as load_tasks
from dialer.models.visibility import may_dial_contact, sees_contact, sees_user
from dialer.selling.errors import BadValue, NotFound, TaskStarted
from dialer.selling.tasks import MACHINE_PURPOSES, NewTask, cancel_task, move_task, plan_task
from dialer.sentences import explain
from dialer.web.context import current_user, runtime
from dialer.web.history import stored_sentence
from dialer.web.language import page_language
from dialer.web.security import everyone, guard
from dialer.web.speech import gettext as _
from dialer.web.verdicts import customer_zone, place_name

pages = guard(Blueprint("tasks", __name__))

Word = TypeVar("Word", Purpose, Mode, TaskState)
NOTE_LENGTH = 500
TONES = {
    TaskState.WAITING: ("waiting", "clock"),
    TaskState.DIALING: ("ringing", "phone-in"),
    TaskState.LIVE: ("talking", "phone"),
    TaskState.DONE: ("closed", "check"),
    TaskState.EXPIRED: ("late", "alert"),
    TaskState.CANCELLED: ("closed", "close"),
    TaskState.UNCERTAIN: ("late", "help"),
}


@pages.get("/tasks")
@everyone
def task_list() -> ResponseReturnValue:
    """What is planned, what became of it, and why it waits."""
    user = current_user()
    wanted, page = read_filter(), max(1, request.args.get("page", 1, type=int))
    with runtime().sessions.read() as session:
        rows, more = load_tasks(session, user, wanted, page)
        team = session.scalars(sa.select(User).where(sees_user(user)).order_by(User.name)).all()
    return render_template(
        "tasks/list.html", rows=rows, more=more, page=page, wanted=wanted, tones=TONES,
        team=team if user.role is not UserRole.REP else (), why=why_waiting,
        words={"purposes": Purpose, "modes": Mode, "states": TaskState},
        asked={name: value for name, value in request.args.items() if name != "page" and value},
    )  # fmt: skip


def read_filter() -> TaskFilter:
    """The filter that the address names; what it cannot mean is not asked for."""
    return TaskFilter(
        state=read_word(TaskState, request.args.get("state", "")),
        mode=read_word(Mode, request.args.get("mode", "")),
        purpose=read_word(Purpose, request.args.get("purpose", "")),
        owner_id=request.args.get("owner", type=int),
    )


def read_word(words: type[Word], value: str) -> Word | None:
    """A member of one of our enums, or none."""
    return words(value) if value in list(words) else None


def why_waiting(row: Any) -> str:
    """Why a task does not go ahead, in the reader's language; empty where nothing holds it."""
    held_by = row.task.held_by or ""
    if held_by.startswith("receivable:"):
        return _("The receivable is not open any more.")
    return stored_sentence(row.verdict) if held_by and row.verdict else ""


@pages.get("/tasks/<int:task_id>")
@everyone
def task_page(task_id: int) -> ResponseReturnValue:
    """One planned call: its tries, what came of it, what follows."""
    return show_task(task_id, {})


def show_task(task_id: int, errors: dict[str, str]) -> str:
    """The page, with errors beside their fields."""
    with runtime().sessions.read() as session:
        row = find_task(session, current_user(), task_id)
        if row is None:
            abort(404)
        tries, following = list_tries(session, task_id), list_next_steps(session, task_id)
    contact = row.task.contact
    zone = zone_for(contact, row.task.due_zone)
    return render_template(
        "tasks/task.html", row=row, task=row.task, tries=tries, following=following,
        tones=TONES, why=why_waiting(row), errors=errors, zone=zone.key, place=place_name(zone),
        due_there=row.task.due_at.astimezone(zone),
    )  # fmt: skip


def zone_for(contact: Contact | None, agreed: str | None = None) -> ZoneInfo:
    """In whose time a call is agreed: as it was, else the customer's, else the company's."""
    if agreed:
        return ZoneInfo(agreed)
    numbers = contact.numbers if contact else []
    if contact is not None and numbers:
        return customer_zone(contact, numbers[0])
    return ZoneInfo(runtime().settings.business_time_zone)


@pages.post("/tasks/<int:task_id>/cancel")
@everyone
def cancel(task_id: int) -> ResponseReturnValue:
    """Take it back."""
    try:
        cancel_task(runtime(), current_user(), task_id)
    except NotFound:
        abort(404)
    except TaskStarted:
        flash(_("It has begun already, or it is over."), "late")
    else:
        flash(_("The call was taken back."), "talking")
    return redirect(url_for("tasks.task_page", task_id=task_id))


@pages.post("/tasks/<int:task_id>/move")
@everyone
def move(task_id: int) -> ResponseReturnValue:
    """Let it be due at another time, on the clock of the customer."""
    zone, due = request.form.get("zone", ""), read_time("due")
    if due is None:
        return show_task(task_id, {"due": _("Say on which day and at what time.")}), 422
    try:
        move_task(runtime(), current_user(), task_id, due_local=due, due_zone=known_zone(zone))
    except NotFound:
        abort(404)
    except TaskStarted:
        flash(_("It has begun already, or it is over."), "late")
    except BadValue as bad:
        return show_task(task_id, {"due": bad_sentence(bad)}), 422
    else:
        flash(_("The call was moved."), "talking")
    return redirect(url_for("tasks.task_page", task_id=task_id))


def read_time(name: str) -> datetime | None:
    """A wall time as a browser sends it."""
    try:
        at = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
    return at if at.tzinfo is None and 2000 <= at.year < 2100 else None


def known_zone(name: str) -> str:
    """A zone of the list, else the company's."""
    return name if name in available_timezones() else runtime().settings.business_time_zone


def bad_sentence(bad: BadValue) -> str:
    """Why a field was refused, in the reader's language."""
    sentences = {
        "must not be over already": _("That time is over already."),
        "must be a time that the clocks there do not skip": _(
            "The clocks there skip this time on that day. Take another one."
        ),
        "must be after the time at which the call is due": _(
            "It must be after the time at which the call is due."
        ),
        "must be reminder or collection for a call by machine": _(
            "By machine only reminders and collection calls are made."
        ),
        "must be given for a collection call by machine": _("Choose what the call is about."),
    }
    return sentences.get(bad.sentence, _("This does not fit. Choose again."))


@pages.get("/tasks/new")
@everyone
def new_task() -> ResponseReturnValue:
    """First whom, then when and what for."""
    contact_id = request.args.get("contact", type=int)
    if contact_id is not None:
        return show_form(dialable(contact_id), {})
    text = request.args.get("q", "").strip()[:100]
    with runtime().sessions.read() as session:
        found = search_contacts(session, current_user(), text)
    shown = [contact for contact in found if may_dial_contact(current_user(), contact)]
    return render_template("tasks/whom.html", text=text, found=shown)


def dialable(contact_id: int) -> Contact:
    """A contact whom the reader may have called; any other is not there."""
    user = current_user()
    with runtime().sessions.read() as session:
        contact = find_contact(session, contact_id, sees_contact(user))
    if contact is None or not may_dial_contact(user, contact) or not contact.numbers:
        abort(404)
    return contact


def show_form(contact: Contact, errors: dict[str, str]) -> str:
    """The form, with what was typed and errors beside their fields."""
    zone = zone_for(contact)
    with runtime().sessions.read() as session:
        debts = open_receivables(session, contact.account_id)
    return render_template(
        "tasks/new.html", contact=contact, errors=errors, debts=debts, zone=zone.key,
        place=place_name(zone), purposes=Purpose, by_machine=MACHINE_PURPOSES,
        today=runtime().now().astimezone(zone), typed=request.form, token=runtime().token(),
    )  # fmt: skip


@pages.post("/tasks/new")
@everyone
def plan() -> ResponseReturnValue:
    """Plan it. The form's token makes it one call, however often it is sent."""
    contact = dialable(request.form.get("contact", 0, type=int))
    read = read_form(contact)
    if read.new is None:
        return show_form(contact, read.errors), 422
    refusal = never(contact, read.new)
    if refusal:
        return show_form(contact, {"contact": refusal}), 409
    try:
        task_id = plan_task(runtime(), current_user(), read.new)
    except BadValue as bad:
        place = {"due_local": "due", "not_after": "not_after"}.get(bad.field, bad.field)
        return show_form(contact, {place: bad_sentence(bad)}), 422
    flash(_("The call is planned."), "talking")
    return redirect(url_for("tasks.task_page", task_id=task_id))


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form that was read: the task, or what is wrong with which field."""

    new: NewTask | None
    errors: dict[str, str]


def read_form(contact: Contact) -> Form:
    """What the form asks for."""
    form, due = request.form, read_time("due")
    purpose, mode = (
        read_word(Purpose, form.get("purpose", "")),
        read_word(Mode, form.get("mode", "")),
    )
    number = chosen_number(contact)
    token = form.get("token", "")
    if purpose is None or mode is None or number is None or not token.isalnum():
        abort(400)
    if due is None:
        return Form(new=None, errors={"due": _("Say on which day and at what time.")})
    zone = known_zone(form.get("zone", ""))
    latest = read_time("not_after")
    return Form(
        new=NewTask(
            purpose=purpose, mode=mode, rings=form.get("rings") == "1", number_id=number.id,
            contact_id=contact.id, due_local=due, due_zone=zone,
            receivable_id=form.get("receivable", type=int),
            not_after_at=latest.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if latest else None,
            note=form.get("note", "").strip()[:NOTE_LENGTH],
            occurrence=f"form:{current_user().id}:{token[:64]}",
        ),
        errors={},
    )  # fmt: skip


def chosen_number(contact: Contact) -> PhoneNumber | None:
    """The number that the form names, which must be the contact's."""
    wanted = request.form.get("number", type=int)
    return next((number for number in contact.numbers if number.id == wanted), None)


def never(contact: Contact, new: NewTask) -> str:
    """Why the gate would never let this call through; empty where it waits at worst."""
    verdict = ask_gate(
        runtime(), number_id=new.number_id, contact_id=contact.id, purpose=new.purpose,
        mode=new.mode,
    )  # fmt: skip
    return explain(verdict, page_language()) if isinstance(verdict, Never) else ""
