"""A call's log as a reader sees it: every event and every verdict in words."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.verdict import Allowed, Never, NotUntil, Verdict
from dialer.models.attempts import StoredVerdict
from dialer.models.calls import CallEvent
from dialer.sentences import explain
from dialer.web.language import page_language
from dialer.web.words import label

EVENTS: Mapping[str, LazyString] = {
    "clicked": _l("Dial was clicked"),
    "asked": _l("Answered"),
    "joined": _l("Joined the call"),
    "left": _l("Left the call"),
    "held": _l("Put on hold"),
    "unheld": _l("Taken back from hold"),
    "amd": _l("Listened who answered"),
    "uncertain": _l("The carrier did not say whether it took the call"),
    "unknown_closed": _l("Nobody could find out what became of it"),
    "hangup_asked": _l("Hang-up was asked for"),
    "hangup_sent": _l("Hung up by the system"),
    "room_started": _l("The call's room opened"),
    "room_ended": _l("The call's room closed"),
    "recording": _l("Recorded"),
    "cost": _l("The carrier billed it"),
    "no_response": _l("Nobody responded"),
    "disposed": _l("Wrapped up"),
    "verdict": _l("The rules were asked"),
    "second_call": _l("A second call came to light"),
    "second_ended": _l("The second call was hung up"),
}
SOURCES: Mapping[str, LazyString] = {
    "product": _l("this system"),
    "poll": _l("carrier, looked up"),
    "voice": _l("carrier, asked"),
    "status": _l("carrier, told"),
    "conference": _l("carrier, told"),
    "recording": _l("carrier, told"),
    "amd": _l("carrier, told"),
}


def event_word(event: CallEvent) -> str:
    """What happened."""
    if event.kind == "leg" and event.leg_status is not None:
        return label(event.leg_status)
    if event.kind == "key":
        return str(_l("Key pressed: %(digits)s", digits=event.data.get("digits") or "–"))
    return str(EVENTS.get(event.kind, event.kind))


def event_source(event: CallEvent) -> str:
    """Who said so."""
    return str(SOURCES.get(event.source, event.source))


def stored_sentence(row: StoredVerdict) -> str:
    """What the gate answered then, in the reader's language."""
    return explain(verdict_of(row), page_language())


def verdict_of(row: StoredVerdict) -> Verdict:
    """The stored answer as the value that it was."""
    zones = tuple(row.zones)
    if row.not_until_at is not None:
        return NotUntil(instant=row.not_until_at, rule=row.rule, zones=zones, params=row.params)
    kind = Allowed if row.verdict == Allowed.word else Never
    return kind(rule=row.rule, zones=zones, params=row.params)
