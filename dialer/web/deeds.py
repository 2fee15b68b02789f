"""What a rep does from the desk: dial, hold, hang up, note, wrap up."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from dialer.calling.click import Click, click_to_dial
from dialer.calling.control import hang_up, hold_call
from dialer.calling.errors import (
    BriefMissing,
    CallingError,
    NoPhone,
    NotLive,
    NumberBusy,
    OnHold,
    Refused,
    RepBusy,
    WrongDisposition,
)
from dialer.calling.pause import pause, resume
from dialer.calling.wrap_up import save_note, wrap_up
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.domain.words import EndedBy, PauseReason, PhoneMode, Purpose, Quality
from dialer.models.calls import Call, CallTask
from dialer.models.customers import Contact
from dialer.models.desk import find_contact
from dialer.models.logbook import find_call
from dialer.models.visibility import may_control_call, sees_contact
from dialer.people.errors import TooManyDials
from dialer.people.tempo import check_tempo
from dialer.selling.errors import NotAllowed, NotFound
from dialer.selling.qualify import note_quality
from dialer.web import verdicts
from dialer.web.context import current_user, problem, runtime
from dialer.web.security import everyone, guard
from dialer.web.speech import gettext as _
from dialer.web.wrap_up import BadForm, keep_promise, read_stage, read_wrap_up

pages = guard(Blueprint("deeds", __name__))

ANSWERS = {"yes": True, "no": False, "unknown": None}
NOTE_LENGTH = 10_000
POINT_LENGTH = 500


@pages.post("/desk/dial")
@everyone
def dial() -> ResponseReturnValue:
    """Place the call that the brief describes. The form's token makes it one call."""
    click = read_click()
    try:
        check_tempo(runtime(), click.rep_id)
        return jsonify({"ok": True, "call_id": click_to_dial(runtime(), click)})
    except Refused as refusal:
        return show_refusal(refusal, click)
    except TooManyDials as limit:
        return too_fast(limit.seconds)
    except CallingError as error:
        return say_why(error)


def too_fast(seconds: int) -> Response:
    """Nobody talks that fast: a script, or a key that is stuck."""
    sentence = _("Too many calls in a short time. Try again in %(seconds)s s.", seconds=seconds)
    return problem(429, "too-many-dials", sentence)


def read_click() -> Click:
    """The brief as a wish to call."""
    form = request.form
    purpose, token = form.get("purpose", ""), form.get("token", "")
    if purpose not in list(Purpose) or not token.isalnum() or len(token) > 64:
        abort(400)
    return Click(
        rep_id=current_user().id,
        purpose=Purpose(purpose),
        point=form.get("point", "")[:POINT_LENGTH],
        target_stage=read_stage(form.get("target_stage")),
        contact_id=form.get("contact", 0, type=int),
        number_id=form.get("number", type=int),
        task_id=planned_task(Purpose(purpose)),
        occurrence=f"form:{current_user().id}:{token}",
    )


def planned_task(purpose: Purpose) -> int | None:
    """The task that the form came from; a call for another purpose leaves it standing."""
    task_id = request.form.get("task", 0, type=int)
    with runtime().sessions.read() as session:
        task = session.get(CallTask, task_id)
    return task.id if task is not None and task.purpose is purpose else None


def show_refusal(refusal: Refused, click: Click) -> Response:
    """The gate said no at the last moment: its words take the place of the old ones."""
    contact = find(click.contact_id or 0)
    numbers = contact.numbers if contact else []
    number = next((n for n in numbers if n.id == click.number_id), None)
    html = ""
    if contact is not None and number is not None:
        shown = verdicts.show(refusal.verdict, contact, number)
        html = render_template("desk/verdict.html", shown=shown)
    title = _("The rules do not allow this call now.")
    return problem(409, "verdict", title, rule=refusal.verdict.rule, html=html)


def find(contact_id: int) -> Contact | None:
    """A contact that the reader may see."""
    with runtime().sessions.read() as session:
        return find_contact(session, contact_id, sees_contact(current_user()))


def say_why(error: CallingError) -> Response:
    """A verb's refusal as a sentence that says what to do."""
    match error:
        case BriefMissing():
            sentence = _("Write the one point of this call first.")
            return problem(422, "brief-missing", sentence, field=error.field)
        case NoPhone():
            return problem(422, "no-phone", no_phone_sentence())
        case RepBusy():
            sentence = _("You are on a call already.")
            return problem(409, "rep-busy", sentence, call_id=error.call_id)
        case NumberBusy():
            sentence = _("Somebody is calling this number just now. Take the next one.")
            return problem(409, "number-busy", sentence)
        case OnHold():
            sentence = _("All calls are on hold. Nothing was placed.")
            return problem(409, "hold", sentence)
        case NotLive():
            return problem(409, "not-live", _("The call is over, or nobody is on the line yet."))
        case WrongDisposition():
            sentence = _("A call of this purpose does not end like that.")
            return problem(422, "disposition", sentence, field="disposition")
    return problem(404, "not-yours", _("This customer belongs to somebody else."))


def no_phone_sentence() -> str:
    """What to do where nothing would ring."""
    if current_user().phone_mode is PhoneMode.BROWSER:
        return _(
            "Your phone in the browser is not there. Open the desk in a browser with a microphone, "
            "or choose your telephone in the settings."
        )
    return _("You have no phone that could be rung. Enter one in your settings.")


@pages.post("/desk/calls/<int:call_id>/hang-up")
@everyone
def hang_up_now(call_id: int) -> ResponseReturnValue:
    """End the call on all its legs."""
    call, user = controlled_call(call_id), current_user()
    by = EndedBy.REP if call.rep_id == user.id else EndedBy.SUPERVISOR
    return answer(lambda: hang_up(runtime(), call_id, by, user.id))


@pages.post("/desk/calls/<int:call_id>/hold")
@everyone
def hold_now(call_id: int) -> ResponseReturnValue:
    """Put the customer on hold, or back."""
    controlled_call(call_id)
    on = request.form.get("on") == "1"
    return answer(lambda: hold_call(runtime(), call_id, on, current_user().id))


@pages.post("/desk/calls/<int:call_id>/note")
@everyone
def note_now(call_id: int) -> ResponseReturnValue:
    """Keep what is being typed."""
    controlled_call(call_id)
    note = request.form.get("note", "")[:NOTE_LENGTH]
    return answer(lambda: save_note(runtime(), call_id, current_user().id, note))


@pages.post("/desk/pause")
@everyone
def pause_now() -> ResponseReturnValue:
    """Not be rung for a while, after the call that may live; without a reason, be rung again."""
    reason = request.form.get("reason", "")
    if reason in list(PauseReason):
        pause(runtime(), current_user().id, PauseReason(reason))
    else:
        resume(runtime(), current_user().id)
    return jsonify({"ok": True})


@pages.post("/desk/accounts/<int:account_id>/quality")
@everyone
def quality_now(account_id: int) -> ResponseReturnValue:
    """Write whether there is money, authority or need."""
    quality, value = request.form.get("quality", ""), request.form.get("value", "")
    if quality not in list(Quality) or value not in ANSWERS:
        abort(400)
    try:
        note_quality(runtime(), current_user(), account_id, Quality(quality), ANSWERS[value])
    except (NotFound, NotAllowed):
        abort(404)
    return jsonify({"ok": True})


@pages.post("/desk/calls/<int:call_id>/wrap-up")
@everyone
def wrap_up_now(call_id: int) -> ResponseReturnValue:
    """Say what came of it, and plan what follows."""
    call = controlled_call(call_id)
    try:
        said = read_wrap_up(call)
        keep_promise(call)
    except BadForm as bad:
        return problem(422, "bad-form", bad.sentence, field=bad.field)
    except (NotFound, NotAllowed):
        abort(404)
    return answer(lambda: wrap_up(runtime(), call_id, said))


def answer(deed: Callable[[], None]) -> Response:
    """Do it, and say that it is done or why not."""
    try:
        deed()
    except CallingError as error:
        return say_why(error)
    except (CarrierRefused, CarrierUncertain):
        return problem(502, "carrier", _("The carrier did not answer. Try again."))
    return jsonify({"ok": True})


def controlled_call(call_id: int) -> Call:
    """A call that the reader may act on; any other is not there."""
    with runtime().sessions.read() as session:
        call = find_call(session, current_user(), call_id)
    if call is None or not may_control_call(current_user(), call):
        abort(404)
    return call
