"""Others in a live call: a supervisor listens in from the floor, somebody takes over the desk's."""

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from dialer.calling.errors import CallingError, NoPhone, NotYours, Refused, RepBusy
from dialer.calling.join_in import supervise, transfer, transfer_to_number
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.domain.phone import NumberError
from dialer.domain.words import Help, UserRole
from dialer.models.desk import list_colleagues
from dialer.sentences import explain
from dialer.web.context import current_user, problem, runtime
from dialer.web.deeds import answer, controlled_call, say_why
from dialer.web.language import page_language
from dialer.web.people import number_sentence
from dialer.web.security import everyone, guard, roles
from dialer.web.speech import gettext as _

pages = guard(Blueprint("joining", __name__))


@pages.post("/desk/calls/<int:call_id>/supervise")
@roles(UserRole.SUPERVISOR, UserRole.ADMIN)
def supervise_now(call_id: int) -> ResponseReturnValue:
    """Listen, whisper to the rep, join, or leave; the supervisor's own telephone is rung."""
    controlled_call(call_id)
    how = request.form.get("how", "")
    if how not in list(Help):
        abort(400)
    return answer(lambda: supervise(runtime(), call_id, current_user().id, Help(how)))


@pages.get("/desk/calls/<int:call_id>/colleagues")
@everyone
def colleagues(call_id: int) -> ResponseReturnValue:
    """Who could take over just now, for the desk's dialog."""
    controlled_call(call_id)
    with runtime().sessions.read() as session:
        found = list_colleagues(session, current_user())
    return render_template("desk/colleagues.html", colleagues=found)


@pages.post("/desk/calls/<int:call_id>/transfer")
@everyone
def transfer_now(call_id: int) -> ResponseReturnValue:
    """Ring a colleague, or a telephone outside, into the room."""
    controlled_call(call_id)
    to_user_id, number = request.form.get("to", type=int), request.form.get("number", "").strip()
    if to_user_id is None and not number:
        return problem(422, "bad-form", _("Choose who takes over."), field="transfer")
    try:
        hand_on(call_id, to_user_id, number)
    except NumberError as error:
        return problem(422, "bad-number", number_sentence(error), field="number")
    except CallingError as error:
        return why_not(error)
    except (CarrierRefused, CarrierUncertain):
        return problem(502, "carrier", _("The carrier did not answer. Try again."))
    return jsonify({"ok": True})


def hand_on(call_id: int, to_user_id: int | None, number: str) -> None:
    """Ring whoever is to take over."""
    rt, user = runtime(), current_user()
    if number:
        transfer_to_number(rt, call_id, user.id, number)
    elif to_user_id is not None:
        transfer(rt, call_id, user.id, to_user_id)


def why_not(error: CallingError) -> Response:
    """Why nobody could be asked to take over."""
    match error:
        case RepBusy():
            return problem(409, "colleague-busy", _("This colleague is busy. Choose another one."))
        case NoPhone():
            return problem(422, "no-phone", _("This colleague has no phone that could be rung."))
        case NotYours():
            return problem(404, "not-yours", _("Only the rep who talks can hand the call on."))
        case Refused():
            sentence = explain(error.verdict, page_language())
            return problem(409, "verdict", sentence, field="number", rule=error.verdict.rule)
    return say_why(error)
