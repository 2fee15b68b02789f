"""The rep's desk: one page that follows the call, and the small requests that it makes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, json, jsonify, redirect, render_template, request
from flask import url_for as url
from flask.typing import ResponseReturnValue

from dialer.calling.gate import ask_gate_many
from dialer.domain.currencies import to_decimal
from dialer.domain.gate import NotUntil, Verdict
from dialer.domain.playbook import Kind, pick
from dialer.domain.words import Language, PauseReason, Purpose
from dialer.floor.desk import OFFERED, Customer, Desk, desk_at
from dialer.models.calls import Call, CallTask
from dialer.models.customers import PhoneNumber
from dialer.models.desk import find_contact
from dialer.models.many_facts import Target, target_of, task_number
from dialer.models.visibility import may_dial_contact, sees_contact
from dialer.web import verdicts
from dialer.web.context import current_user, runtime
from dialer.web.language import page_language, page_zone
from dialer.web.legs import headline
from dialer.web.security import everyone, guard
from dialer.web.speech import gettext as _
from dialer.web.views import iso, person, when
from dialer.web.words import label
from dialer.web.wrap_up import owed_on, proposals

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


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece of talk, ready to be read out."""

    kind: Kind
    title: str
    text: str


@pages.get("/desk")
@everyone
def desk_page() -> ResponseReturnValue:
    """The whole desk."""
    desk = current_desk()
    if request.args.get("contact") and desk.customer is None:
        abort(404)
    return render_template(
        "desk/desk.html", **context(desk), lines=today_lines(desk), pause_reasons=PauseReason
    )


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
        "why_now": why_now(desk, runtime().now()) if desk.task else [],
        "talk": talk_modules(desk.call) if desk.phase == "live" and desk.call else [],
        "user": current_user(),
        **(wrap_up_facts(desk.call) if desk.phase == "wrap_up" and desk.call else {}),
    }


def why_now(desk: Desk, now: datetime) -> list[str]:
    """Why the list puts this customer here."""
    task, reasons = desk.task, []
    if task is None:
        return []
    if task.due_local:
        reasons.append(_("The time was agreed with the customer."))
    if task.due_at < now:
        reasons.append(_("It was due at %(time)s.", time=when(task.due_at)))
    else:
        reasons.append(_("It is due at %(time)s.", time=when(task.due_at)))
    if task.account is not None:
        reasons.append(
            _("Class %(letter)s: %(meaning)s.", letter=task.account.account_class.value,
              meaning=label(task.account.account_class))
        )  # fmt: skip
    if desk.customer is not None and not desk.customer.calls:
        reasons.append(_("Nobody has talked with them yet."))
    return reasons


def talk_modules(call: Call) -> list[Piece]:
    """What may be said in this call, in the language in which the customer is spoken to."""
    rt, contact, account = runtime(), call.contact, call.account
    language = Language(contact.language) if contact else page_language()
    names = {
        "name": contact.name if contact else "",
        "account": account.name if account else contact.name if contact else "",
        "rep": person(current_user()),
        "company": rt.scripts[language].company,
    }
    picked = pick(
        rt.playbook.modules[language],
        call.purpose,
        account.stage if account else None,
        contact.temperament if contact else None,
    )
    return [
        Piece(kind=module.kind, title=module.title, text=module.text.format_map(names))
        for module in picked
    ]


def wrap_up_facts(call: Call) -> dict[str, Any]:
    """What the form after a call offers."""
    place = verdicts.place_name(verdicts.customer_zone(call.contact, call.number))
    return {
        "outcomes": proposals(call), "place": place, "purposes": Purpose, "owed": owed_on(call),
        "tomorrow": runtime().now().astimezone(page_zone()).date() + timedelta(days=1),
        "plain_amount": to_decimal,
    }  # fmt: skip


def desk_key(desk: Desk) -> str:
    """What the middle and the right of the desk show; another key is another picture."""
    if desk.call is not None:
        return f"{desk.phase}:{desk.call.id}"
    return f"idle:{desk.customer.contact.id if desk.customer else 0}"


def today_key(desk: Desk) -> str:
    """What the day's list shows."""
    ids = ",".join(str(task.id) for task in desk.today.tasks)
    paused = current_user().pause_reason
    shown = f"{ids};{desk.today.done_count};{desk.phase};{paused};{desk.closing}"
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
            "desk/today.html", desk=desk, today_key=today_key(desk), lines=today_lines(desk),
            user=current_user(),
        )  # fmt: skip
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
    shown = [(task.id, target_of(task)) for task in desk.today.tasks[:JUDGED_TASKS]]
    targets = {task_id: target for task_id, target in shown if target is not None}
    answers = dict(zip(targets, ask_gate_many(runtime(), list(targets.values())), strict=True))
    return [
        line_of(task, now, targets.get(task.id), answers.get(task.id)) for task in desk.today.tasks
    ]


def line_of(task: CallTask, now: datetime, target: Target | None, verdict: Verdict | None) -> Line:
    """A task with the gate's answer, where it was asked."""
    words, opens_at = "", None
    if target is not None and verdict is not None:
        words = verdicts.short_opening(verdict, target.contact, target.number)
        opens_at = verdict.instant if isinstance(verdict, NotUntil) else None
    return Line(task=task, opens=words, opens_at=opens_at, is_late=task.due_at < now)


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
