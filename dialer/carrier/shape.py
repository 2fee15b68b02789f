"""The strict shape of a signed form.

The signature runs names and values together, so whoever holds one genuine request can move
letters over a border and still be signed. Here such a form is told from a genuine one. New
parameters of the carrier's are welcome.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from dialer.carrier.port import BadShape, Form
from dialer.carrier.words import ANSWERED_BY, LEG_STATUS

HEX = "[0-9a-fA-F]{32}"
WORD = "[a-z_-]{1,80}"
TRUTH = "true|false"
SECONDS = "[0-9]{1,6}"

# What a known parameter looks like where it is not blank; text that people make has no form.
FORMS = {
    name: re.compile(form)
    for name, form in {
        "AccountSid": f"AC{HEX}",
        "AnsweredBy": "|".join(ANSWERED_BY),
        "ApiVersion": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "CallDuration": SECONDS,
        "CallSid": f"CA{HEX}",
        "CallSidEndingConference": f"CA{HEX}",
        "CallSidToCoach": f"CA{HEX}",
        "CallStatus": "|".join(LEG_STATUS),
        "CallbackSource": WORD,
        "Coaching": TRUTH,
        "ConferenceSid": f"CF{HEX}",
        "Direction": WORD,
        "Duration": SECONDS,
        "EndConferenceOnExit": TRUTH,
        "Hold": TRUTH,
        "MachineDetectionDuration": "[0-9]{1,7}",
        "Muted": TRUTH,
        "ParentCallSid": f"CA{HEX}",
        "ParticipantCallStatus": WORD,
        "ReasonConferenceEnded": WORD,
        "ReasonParticipantLeft": WORD,
        "RecordingChannels": "[0-9]",
        "RecordingDuration": f"-1|{SECONDS}",
        "RecordingSid": f"RE{HEX}",
        "RecordingStatus": WORD,
        "SequenceNumber": "[0-9]{1,9}",
        "SipResponseCode": "[0-9]{1,3}",
        "StartConferenceOnEnter": TRUTH,
        "StatusCallbackEvent": WORD,
        "Timestamp": r"[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} (\+0000|GMT|UTC)",
    }.items()
}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")
MAX_VALUE = 8_000
KNOWN = re.compile("|".join(sorted(FORMS, key=len, reverse=True)))
# Names that no value has in it by chance.
TELLING = re.compile("|".join(n for n in sorted(FORMS, key=len, reverse=True) if len(n) > 8))
# Bytes that were no UTF-8, and NUL, which PostgreSQL cannot store.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def well_formed(form: Form, required: Iterable[str]) -> dict[str, str]:
    """The parameters by name. Raises BadShape; its words never repeat what came."""
    params = dict(form)
    if len(params) != len(form):
        raise BadShape("a parameter came twice")
    for name, value in form:
        check_name(name, value)
        check_value(name, value)
    check_borders(form)
    for name in required:
        if not params.get(name):
            raise BadShape(f"{name}: missing")
    return params


def check_name(name: str, value: str) -> None:
    """Refuse what is no name, and a known one with letters of its value behind it.

    `CallStatusb=usy` says the same as `CallStatus=busy` to the signature.
    """
    if name in FORMS:
        return
    if not NAME.fullmatch(name):
        raise BadShape("a parameter's name is none")
    known = KNOWN.match(name)
    if known and FORMS[known[0]].fullmatch(name[known.end() :] + value):
        raise BadShape("a parameter's name is a known one and more")


def check_value(name: str, value: str) -> None:
    """Refuse a known parameter of another form, and what no database takes."""
    form = FORMS.get(name)
    if form is not None:
        if value and not form.fullmatch(value):
            raise BadShape(f"{name}: not of its form")
    elif len(value) > MAX_VALUE or UNSTORABLE.search(value):
        raise BadShape("a value that cannot be stored")


def check_borders(form: Form) -> None:
    """Refuse a known name that stands in a value or across a border of what was signed.

    `CallSid=CA…CallStatusbusy` has swallowed one, `CallDuratio=n15` has lost a letter. Within
    another name it is that name's: `DialCallStatus`.
    """
    pairs = sorted(form)
    begins = [0, *accumulate(len(name) + len(value) for name, value in pairs)]
    for found in TELLING.finditer("".join(name + value for name, value in pairs)):
        pair = bisect_right(begins, found.start()) - 1
        if found.end() > begins[pair] + len(pairs[pair][0]):
            raise BadShape("a parameter that ran over its border")
