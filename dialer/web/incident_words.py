"""Incidents and breakers as people read them: what happened, and what to do about it."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.words import IncidentKind
from dialer.models.incidents import Incident
from dialer.models.machinery import Switch
from dialer.models.switches import ACCOUNT, CLOCK, DOUBTS, GAP, HOLD, RESTORED

SENTENCES: Mapping[IncidentKind, LazyString] = {
    IncidentKind.SECOND_CALL: _l(
        "The carrier placed a second call for one request. It was ended; ask whether somebody was"
        " rung twice."
    ),
    IncidentKind.ORPHAN_CALL: _l(
        "The carrier has a call from one of our numbers that nobody here placed. If it lived, it"
        " was ended."
    ),
    IncidentKind.FOREIGN_CALL: _l(
        "The carrier's account has a call from a number that is not ours. It was left alone; find"
        " out which program uses the account."
    ),
    IncidentKind.LATE_CALL: _l(
        "A call that had been given up was placed after all. It was ended, and its outcome is kept."
    ),
    IncidentKind.QUEUED_TOO_LONG: _l(
        "The carrier held a call back until it must not ring any more. It was taken back; the"
        " account may need more calls per second."
    ),
    IncidentKind.VANISHED_CALL: _l(
        "The carrier took a call and says now that it knows no such call. Ask the carrier."
    ),
    IncidentKind.STRANGE_CALLBACK: _l(
        "The carrier told of a call that this database does not know. Another installation may use"
        " the account, or the database is an old one."
    ),
    IncidentKind.GAVE_UP: _l(
        "The carrier turned a call away five times. A rep's call was given up; a machine's waits"
        " and is tried again."
    ),
}
STOPS: Mapping[str, LazyString] = {
    HOLD: _l("Somebody put all calls on hold."),
    ACCOUNT: _l(
        "The carrier refuses our account: credentials, money or permissions. Mend that, then let"
        " calls go on."
    ),
    DOUBTS: _l(
        "Too many calls are uncertain at once: something between us and the carrier is broken."
        " Look at it, then let calls go on."
    ),
    CLOCK: _l(
        "This system's clock cannot be trusted, and the hours of the law hang on it. Calls go on by"
        " themselves when it is right."
    ),
    GAP: _l(
        "Nobody looked after the calls for a while. The carrier's list is being compared; if all is"
        " well, calls go on by themselves."
    ),
    RESTORED: _l(
        "This database comes from a backup, or does not know all calls. When the carrier's list has"
        " been compared, a person lets calls go on."
    ),
}


def incident_sentence(incident: Incident) -> str:
    """What happened."""
    if incident.kind is IncidentKind.STOPPED:
        return str(STOPS.get(incident.data.get("switch", ""), incident.kind))
    return str(SENTENCES[incident.kind])


def stop_sentence(switch: Switch) -> str:
    """Why no new call is placed."""
    return str(STOPS[switch.name])
