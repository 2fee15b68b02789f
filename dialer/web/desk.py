"""The rep's desk: one page that follows the call, and the small requests that it makes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, json, jsonify, redirect, render_template, request
from flask import url_for as url
from flask.typing import ResponseReturnValue

from dialer.domain.gate import NotUntil
from dialer.domain.words import Purpose
from dialer.floor.desk import OFFERED, Customer, Desk, desk_at
from dialer.models.calls import Call, CallTask
from dialer.models.customers import PhoneNumber
from dialer.models.desk import find_contact
from dialer.models.visibility import may_dial_contact, sees_contact
from dialer.web import verdicts
from dialer.web.context import current_user, runtime
from dialer.web.legs import headline
from dialer.web.security import everyone, guard
from dialer.web.views import iso
from dialer.web.wrap_up import proposals

pages = guard(Blueprint("desk", __name__))

JUDGED_TASKS = 40


@dataclass(frozen=True, kw_only=True)
class Line:
    """A task in the day's list. `opens` is empty when it may be called now; without `opens_at` it
    may never be."""

    task: CallTask
    opens: str
    opens_at: datetime | None
    is_late: bool


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What the form before a call offers."""

    token: str
    purposes: tuple[Purpose, ...]
    purpose: Purpose
    numbers: tuple[PhoneNumber, ...]
    number: PhoneNumber
    point: str
    target_stage: int
    verdict: verdicts.Shown
    may_dial: bool


@pages.get("/desk")
@everyone
def desk_page() -> ResponseReturnValue:
    """The whole desk."""
    desk = current_desk()
    if request.args.get("contact") and desk.customer is None:
        abort(404)
    return render_template("desk/desk.html", **context(desk), lines=today_lines(desk))


@pages.get("/desk/next")
@everyone
def next_call() -> ResponseReturnValue:
    """Lead to the best call after the one in focus: what may be called now comes first."""
    lines = today_lines(current_desk())
    passed = request.args.get("after", type=int)
    others = [line for line in lines if line.task.id != passed] or lines
    best = next((line for line in others if not line.opens), None) or next(iter(others), None)
    return redirect(url("desk.desk_page", task=best.task.id if best else None))


@pages.get("/desk/state")
@everyone
def desk_state() -> ResponseReturnValue:
    """What has changed since the page was written; 304 where nothing has.

    `key` and `today` name what the page shows already; a region that differs is sent as HTML.
    """
    desk = current_desk()
    body = state_of(desk)
    etag = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]
    response = jsonify(body)
    response.set_etag(etag)
    response.headers["X-Now"] = iso(runtime().now())
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)


@pages.get("/desk/verdict")
@everyone
def verdict_now() -> ResponseReturnValue:
    """The dry run for another purpose or number, and again when a window opens or closes."""
    contact_id = request.args.get("contact", 0, type=int)
    with runtime().sessions.read() as session:
        contact = find_contact(session, contact_id, sees_contact(current_user()))
    number_id = request.args.get("number", type=int)
    number = next((n for n in contact.numbers if n.id == number_id), None) if contact else None
    purpose = request.args.get("purpose", "")
    if contact is None or number is None or purpose not in list(Purpose):
        abort(404)
    shown = verdicts.show(verdicts.ask(contact, number, Purpose(purpose)), contact, number)
    return verdict_answer(shown)


def verdict_answer(shown: verdicts.Shown) -> Response:
    """A verdict for a script: whether to unlock the button, and what to show."""
    html = render_template("desk/verdict.html", shown=shown)
    return jsonify({"allowed": shown.is_allowed, "html": html})


def current_desk() -> Desk:
    """The desk of whoever asks, with the focus that the address names."""
    return desk_at(
        runtime(),
        current_user(),
        contact_id=request.args.get("contact", type=int),
        task_id=request.args.get("task", type=int),
    )


def context(desk: Desk) -> dict[str, Any]:
    """What the desk's templates need, apart from the day's list."""
    idle = desk.phase == "idle" and desk.customer is not None
    return {
        "desk": desk,
        "key": desk_key(desk),
        "today_key": today_key(desk),
        "brief": make_brief(desk, desk.customer) if idle and desk.customer else None,
        "headline": headline(desk.call) if desk.phase == "live" and desk.call else "",
        "now": runtime().now(),
        **(wrap_up_facts(desk.call) if desk.phase == "wrap_up" and desk.call else {}),
    }


def wrap_up_facts(call: Call) -> dict[str, Any]:
    """What the form after a call offers."""
    place = verdicts.place_name(verdicts.customer_zone(call.contact, call.number))
    return {"outcomes": proposals(call), "place": place, "purposes": Purpose}


def desk_key(desk: Desk) -> str:
    """What the middle and the right of the desk show; another key is another picture."""
    if desk.call is not None:
        return f"{desk.phase}:{desk.call.id}"
    return f"idle:{desk.customer.contact.id if desk.customer else 0}"


def today_key(desk: Desk) -> str:
    """What the day's list shows."""
    ids = ",".join(str(task.id) for task in desk.today.tasks)
    shown = f"{ids};{desk.today.done_count};{desk.phase == 'idle'}"
    return hashlib.sha256(shown.encode()).hexdigest()[:12]


def state_of(desk: Desk) -> dict[str, Any]:
    """The desk as JSON, with the regions that the page does not show yet."""
    facts = context(desk) if request.args.get("key") != desk_key(desk) else {"desk": desk}
    regions = {}
    if "brief" in facts:
        regions["call"] = render_template("desk/call.html", **facts)
        regions["customer"] = render_template("desk/customer.html", **facts)
    if request.args.get("today") != today_key(desk):
        regions["today"] = render_template(
            "desk/today.html", desk=desk, today_key=today_key(desk), lines=today_lines(desk)
        )
    live = live_facts(desk.call) if desk.phase == "live" and desk.call else {}
    if live:
        regions["live"] = render_template("desk/live.html", call=desk.call, **live)
    return {
        "key": desk_key(desk),
        "phase": desk.phase,
        "on_hold": desk.on_hold,
        "answered_at": iso(desk.call.answered_at) if desk.call and desk.call.answered_at else None,
        "regions": regions,
        **live,
    }


def live_facts(call: Call) -> dict[str, Any]:
    """What a live call is doing, as words and as a word for scripts."""
    return {"status": str(call.status), "headline": headline(call)}


def today_lines(desk: Desk) -> list[Line]:
    """The day's list, with the gate's answer for as many as a screen shows."""
    now = runtime().now()
    judged = [judge_task(task, now) for task in desk.today.tasks[:JUDGED_TASKS]]
    rest = desk.today.tasks[JUDGED_TASKS:]
    return judged + [
        Line(task=task, opens="", opens_at=None, is_late=task.due_at < now) for task in rest
    ]


def judge_task(task: CallTask, now: datetime) -> Line:
    """A task with the gate's answer."""
    number, words, opens_at = task_number(task), "", None
    if task.contact is not None and number is not None:
        verdict = verdicts.ask(task.contact, number, task.purpose)
        words = verdicts.short_opening(verdict, task.contact, number)
        opens_at = verdict.instant if isinstance(verdict, NotUntil) else None
    return Line(task=task, opens=words, opens_at=opens_at, is_late=task.due_at < now)


def task_number(task: CallTask) -> PhoneNumber | None:
    """The number that a task means, else the contact's first."""
    numbers = task.contact.numbers if task.contact else []
    meant = (number for number in numbers if number.id == task.number_id)
    return next(meant, None) or next(iter(numbers), None)


def make_brief(desk: Desk, customer: Customer) -> Brief | None:
    """The form for the customer in focus; None for a contact who has no number."""
    contact, numbers = customer.contact, tuple(customer.contact.numbers)
    number = (task_number(desk.task) if desk.task else None) or next(iter(numbers), None)
    if number is None:
        return None
    failed, task = desk.failed, desk.task
    planned = task.purpose if task else failed.purpose if failed else None
    wanted = asked_purpose() or planned
    purposes = OFFERED[contact.role]
    purpose = wanted or purposes[0]
    stage = customer.account.stage if customer.account else 1
    aim = failed.brief_target_stage if failed else None
    return Brief(
        token=runtime().token(),
        purposes=purposes if purpose in purposes else (purpose, *purposes),
        purpose=purpose,
        numbers=numbers,
        number=number,
        point=failed.brief_point if failed else "",
        target_stage=aim or min(stage + 1, 5),
        verdict=verdicts.show(verdicts.ask(contact, number, purpose), contact, number),
        may_dial=may_dial_contact(current_user(), contact),
    )


def asked_purpose() -> Purpose | None:
    """The purpose that the address names."""
    purpose = request.args.get("purpose", "")
    return Purpose(purpose) if purpose in list(Purpose) else None
