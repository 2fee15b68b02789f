"""The phone in the page: its pass, its signs of life, what rings on it and how it sounds."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from dialer.calling.at_browser import AtBrowser, drop_lost, find_at_browser, note_warning
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.domain.words import LegRole, PhoneMode
from dialer.people.log_in import SESSION_SECRET
from dialer.people.phones import (
    Claim,
    NoBrowserPhone,
    choose_phone,
    claim_phone,
    give_pass,
    leave_phone,
)
from dialer.web.context import current_user, problem, runtime
from dialer.web.security import everyone, guard
from dialer.web.signal import signal_origin
from dialer.web.speech import gettext as _
from dialer.web.views import iso, person
from dialer.web.words import label

pages = guard(Blueprint("phone", __name__))

TAB_LENGTH = 64


@dataclass(frozen=True, kw_only=True)
class PhoneFacts:
    """What the page's script must know. `signal` is where another carrier than Twilio listens."""

    signal: str
    answers_itself: bool


def phone_facts() -> PhoneFacts | None:
    """For the frame around every page; None where the reader's phone is no browser."""
    user, settings = current_user(), runtime().settings
    if not settings.has_browser_phone or user.phone_mode is PhoneMode.TELEPHONE:
        return None
    own = settings.twilio_api_base_url
    return PhoneFacts(
        signal=signal_origin(settings) if own else "", answers_itself=user.answers_itself
    )


@pages.post("/phone/pass")
@everyone
def pass_now() -> ResponseReturnValue:
    """A fresh pass for the reader's own phone, whatever the request names."""
    try:
        given = give_pass(runtime(), current_user())
    except NoBrowserPhone:
        return no_phone()
    return jsonify({"token": given.token, "identity": given.identity, "seconds": given.seconds})


def no_phone() -> Response:
    """The reader is rung elsewhere."""
    return problem(409, "no-browser-phone", _("Your phone is not this browser."))


@pages.post("/phone/alive")
@everyone
def say_alive() -> ResponseReturnValue:
    """A tab says that it is there, and learns whether it is the phone."""
    form = request.form
    try:
        claim = claim_phone(
            runtime(), current_user(), session[SESSION_SECRET], asked_tab(),
            is_ready=form.get("ready") == "1", takes=form.get("takes") == "1",
        )  # fmt: skip
    except NoBrowserPhone:
        return no_phone()
    return jsonify({"mine": claim.is_mine, "where": where(claim)})


def asked_tab() -> str:
    """The tab's own name for itself."""
    tab = request.form.get("tab", "")
    if not tab.isalnum() or not tab.isascii() or len(tab) > TAB_LENGTH:
        abort(400)
    return tab


def where(claim: Claim) -> str:
    """In which browser the phone is, as a sentence; empty where it is here."""
    if claim.is_mine or claim.since is None:
        return ""
    if claim.device == request.user_agent.string:
        return _("Your phone is in another tab of this browser.")
    return _("Your phone is in another browser.")


@pages.post("/phone/leave")
@everyone
def leave() -> ResponseReturnValue:
    """The tab is closing; if it talked, the call's log says so."""
    if leave_phone(runtime(), current_user().id, asked_tab()) and request.form.get("live") == "1":
        note_warning(runtime(), current_user().id, "page-left", on=True)
    return "", 204


@pages.get("/phone/ringing")
@everyone
def what_rings() -> ResponseReturnValue:
    """Who rings at, or talks on, the reader's phone; empty if nobody does."""
    found = find_at_browser(runtime(), current_user().id)
    if found is None:
        return jsonify({})
    call = found.call
    return jsonify(
        {
            "call_id": call.id,
            "asked_for": found.is_asked_for,
            "who": call.contact.name if call.contact else _("a number without a name"),
            "account": call.account.name if call.account else "",
            "purpose": label(call.purpose),
            "why": why(found),
            "at": iso(found.attempt.created_at),
        }
    )


def why(found: AtBrowser) -> str:
    """Why the phone rings."""
    match found.attempt.role:
        case LegRole.SUPERVISOR:
            return _("You listen in.")
        case LegRole.COLLEAGUE:
            return _("%(name)s hands this call on to you.", name=person(found.call.rep))
    if found.is_asked_for:
        return _("You dialled. The customer is rung once you answer.")
    return _("The customer is rung once you answer.")


@pages.post("/phone/warning")
@everyone
def note_sound() -> ResponseReturnValue:
    """The sound of the reader's call suffers, or does so no more."""
    form = request.form
    known = note_warning(
        runtime(), current_user().id, form.get("warning", ""), on=form.get("on") == "1"
    )
    return ("", 204) if known else problem(409, "no-call", _("There is no call on this phone."))


@pages.post("/phone/lost")
@everyone
def lose() -> ResponseReturnValue:
    """The page lost a call while it rang."""
    try:
        return jsonify({"dropped": drop_lost(runtime(), current_user().id)})
    except (CarrierRefused, CarrierUncertain):
        return problem(502, "carrier", _("The carrier did not answer. Try again."))


@pages.post("/phone/choice")
@everyone
def choose() -> ResponseReturnValue:
    """Which phone is rung, from the settings page."""
    mode = request.form.get("mode", "")
    if mode not in list(PhoneMode):
        abort(400)
    itself = request.form.get("answers_itself") == "1"
    choose_phone(runtime(), current_user().id, PhoneMode(mode), answers_itself=itself)
    flash(_("Saved."), "talking")
    return redirect(url_for("people.settings_page"))
