"""Which leg does what, which one failed and why, as sentences."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.words import CallStatus, Language, LegRole, LegStatus
from dialer.models.calls import Call, CallLeg
from dialer.web.language import page_language

# What the reader of the desk is told about their own leg. A leg that never joined never rang the
# customer, and that is what a rep needs to know first.
OWN_LEG: Mapping[LegStatus, LazyString] = {
    LegStatus.QUEUED: _l("Your phone will ring in a moment."),
    LegStatus.RINGING: _l("Your phone is ringing. Answer it."),
    LegStatus.IN_PROGRESS: _l("You answered. Press 1 on your phone to call the customer."),
    LegStatus.COMPLETED: _l("Your phone was answered, but 1 was not pressed."),
    LegStatus.BUSY: _l("Your phone was busy."),
    LegStatus.NO_ANSWER: _l("Your phone was not answered."),
    LegStatus.FAILED: _l("Your phone could not be reached."),
    LegStatus.CANCELED: _l("The call was withdrawn before your phone was answered."),
}
REP_LEG: Mapping[LegStatus, LazyString] = {
    LegStatus.QUEUED: _l("The rep's phone will ring in a moment."),
    LegStatus.RINGING: _l("The rep's phone is ringing."),
    LegStatus.IN_PROGRESS: _l("The rep answered, but has not pressed 1 yet."),
    LegStatus.COMPLETED: _l("The rep's phone was answered, but 1 was not pressed."),
    LegStatus.BUSY: _l("The rep's phone was busy."),
    LegStatus.NO_ANSWER: _l("The rep's phone was not answered."),
    LegStatus.FAILED: _l("The rep's phone could not be reached."),
    LegStatus.CANCELED: _l("The call was withdrawn before the rep's phone was answered."),
}
CUSTOMER_LEG: Mapping[LegStatus, LazyString] = {
    LegStatus.QUEUED: _l("The customer's phone will ring in a moment."),
    LegStatus.RINGING: _l("The customer's phone is ringing."),
    LegStatus.IN_PROGRESS: _l("The customer is on the line."),
    LegStatus.COMPLETED: _l("The customer was on the line."),
    LegStatus.BUSY: _l("The customer's line was busy."),
    LegStatus.NO_ANSWER: _l("The customer did not answer."),
    LegStatus.FAILED: _l("The customer's phone could not be reached."),
    LegStatus.CANCELED: _l("The customer had not answered yet when the call was withdrawn."),
}
REASONS: Mapping[str, LazyString] = {
    "withdrawn": _l("It was withdrawn before it rang."),
    "gate": _l("The rules no longer allowed it when it was about to ring."),
    "number_busy": _l("Somebody else is calling this number just now."),
    "refused_by_carrier": _l("The carrier refused the number."),
    "expired": _l("It could not be placed in time."),
    "hold": _l("All calls are on hold."),
}
OTHER_LEG: Mapping[LegStatus, LazyString] = {
    LegStatus.QUEUED: _l("Their phone will ring in a moment."),
    LegStatus.RINGING: _l("Their phone is ringing."),
    LegStatus.IN_PROGRESS: _l("They are on the line."),
    LegStatus.COMPLETED: _l("They were on the line."),
    LegStatus.BUSY: _l("Their phone was busy."),
    LegStatus.NO_ANSWER: _l("Their phone was not answered."),
    LegStatus.FAILED: _l("Their phone could not be reached."),
    LegStatus.CANCELED: _l("The call was withdrawn before they answered."),
}


def leg_sentence(leg: CallLeg, *, own: bool) -> str:
    """What one leg does or why it failed; `own` when the reader is the rep."""
    if leg.role not in (LegRole.REP, LegRole.CUSTOMER):
        return str(OTHER_LEG[leg.status])
    if leg.role is LegRole.CUSTOMER:
        sentence = str(_l("The customer is on hold.")) if leg.on_hold else CUSTOMER_LEG[leg.status]
    elif leg.joined_at is not None:
        sentence = joined_sentence(leg, own=own)
    else:
        sentence = (OWN_LEG if own else REP_LEG)[leg.status]
    why = REASONS.get(leg.reason or "")
    return join_sentences(str(sentence), str(why)) if why else str(sentence)


def join_sentences(*sentences: str) -> str:
    """One after the other; Chinese has its space within the full stop."""
    return (" " if page_language() is Language.EN else "").join(sentences)


def joined_sentence(leg: CallLeg, *, own: bool) -> LazyString:
    """A rep's leg that reached the room."""
    if leg.ended_at is None:
        return _l("You are on the line.") if own else _l("The rep is on the line.")
    return _l("You were on the line.") if own else _l("The rep was on the line.")


def headline(call: Call) -> str:
    """What a live call is doing, in as few words as possible, to the rep whose call it is."""
    rep, customer = (leg_of(call, role) for role in (LegRole.REP, LegRole.CUSTOMER))
    if call.status is CallStatus.UNCERTAIN:
        return str(_l("Checking with the carrier"))
    if call.status is CallStatus.TALKING:
        on_hold = customer is not None and customer.on_hold
        return str(_l("On hold") if on_hold else _l("Talking"))
    if call.status is CallStatus.CUSTOMER_RINGING:
        return str(_l("Ringing the customer"))
    if rep is not None and rep.joined_at is not None:
        return str(_l("Calling the customer"))
    if rep is not None and rep.answered_at is not None:
        return str(_l("Press 1 on your phone"))
    return str(_l("Ringing your phone"))


def leg_of(call: Call, role: LegRole) -> CallLeg | None:
    """The latest leg of a role."""
    return next((leg for leg in reversed(call.legs) if leg.role is role), None)
