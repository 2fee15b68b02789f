"""From Twilio's callbacks to facts in our words."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from dialer.carrier.port import Asked, BadShape, Form, Told
from dialer.carrier.shape import well_formed
from dialer.carrier.words import ANSWERED_BY, LEG_STATUS, ROOM_KIND
from dialer.domain.words import LegStatus

Params = Mapping[str, str]

# The carrier repeats for seconds and its queues lag for hours: within these a time is believed,
# beyond a day it is marked, and beyond these our own clock counts instead.
OLDEST, NEWEST = timedelta(days=30), timedelta(days=1)
MARKED = timedelta(days=1)
KEYS = re.compile(r"[0-9A-D*#]{1,16}")
LABEL = re.compile(r"[A-Za-z0-9_:.-]{1,128}")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What one kind of callback says, before it is dated and numbered."""

    kind: str
    leg_status: LegStatus | None = None
    data: Mapping[str, object] = field(default_factory=dict)


def read_told(source: str, form: Form, received_at: datetime) -> Told:
    """Understand a told-callback. Raises BadShape."""
    reader = READERS[source]
    params = well_formed(form, ("AccountSid", *reader.required))
    fact = reader.read(params)
    at, doubt = told_at(params, received_at)
    return Told(
        kind=fact.kind,
        at=at,
        source=source,
        carrier_sid=params.get("CallSid") or None,
        leg_status=fact.leg_status,
        seq=number(params, "SequenceNumber") or 0,
        dedupe_key=dedupe_key(source, form),
        data={**fact.data, **doubt},
        params=params,
        room_sid=params.get("ConferenceSid") or None,
    )


def read_asked(form: Form) -> Asked:
    """Understand a leg's request for instructions. Raises BadShape."""
    params = well_formed(form, ("AccountSid", "CallSid", "CallStatus"))
    keys = params.get("Digits", "")
    return Asked(
        carrier_sid=params["CallSid"],
        digits=keys if KEYS.fullmatch(keys) else None,
        speech=params.get("SpeechResult") or None,
        answered_by=ANSWERED_BY.get(params.get("AnsweredBy", "")),
    )


def dedupe_key(source: str, form: Form) -> str:
    """The same for every repeat of a callback and for a replay of it.

    It is made of what is signed alone: a replay could bring any idempotency header it liked.
    """
    canonical = repr((source, sorted(form))).encode(errors="surrogateescape")
    return f"{source}:{hashlib.sha256(canonical).hexdigest()}"


def told_at(params: Params, received_at: datetime) -> tuple[datetime, dict[str, object]]:
    """When it happened, by the carrier's clock where that can be believed, and a mark if odd."""
    if not params.get("Timestamp"):
        return received_at, {}
    try:
        at = parsedate_to_datetime(params["Timestamp"]).replace(tzinfo=UTC)
    except ValueError:
        raise BadShape("Timestamp: no such day or time") from None
    if not received_at - OLDEST <= at <= received_at + NEWEST:
        return received_at, {"clock": "unbelievable"}
    return at, {"clock": "late"} if abs(received_at - at) > MARKED else {}


def number(params: Params, name: str) -> int | None:
    """A whole number, where it was given; its form has been checked."""
    return int(params[name]) if params.get(name) else None


def given(**data: object) -> dict[str, object]:
    """What is known of it."""
    return {name: value for name, value in data.items() if value not in (None, "")}


def read_status(params: Params) -> Fact:
    """A leg's progress; its duration comes with its end."""
    return Fact(
        kind="leg",
        leg_status=LEG_STATUS[params["CallStatus"]],
        data=given(duration=number(params, "CallDuration"), sip=number(params, "SipResponseCode")),
    )


def read_conference(params: Params) -> Fact:
    """Something in a room. Who joins is known by the label too, where the SID is not yet."""
    event = params["StatusCallbackEvent"]
    kind = ROOM_KIND.get(event, "room_note")
    if event.startswith("participant-") and not params.get("CallSid"):
        raise BadShape("CallSid: missing")
    if kind == "room_ended":
        return Fact(kind=kind, data=room_end(params))
    label = params.get("ParticipantLabel", "")
    data = given(
        label=label if LABEL.fullmatch(label) else None,
        left_because=params.get("ReasonParticipantLeft"),
        event=event if kind == "room_note" else None,
    )
    return Fact(kind=kind, data=data)


def room_end(params: Params) -> dict[str, object]:
    """Which leg ended a room, if one did, and Twilio's reason."""
    return given(
        ended_by_sid=params.get("CallSidEndingConference"),
        reason=params.get("ReasonConferenceEnded"),
    )


def read_recording(params: Params) -> Fact:
    """A recording's progress. Its URL is not read: recordings are fetched by their SID."""
    seconds = number(params, "RecordingDuration")
    return Fact(
        kind="recording",
        data=given(
            recording_sid=params["RecordingSid"],
            status=params["RecordingStatus"],
            seconds=seconds if seconds is None or seconds >= 0 else None,
        ),
    )


def read_amd(params: Params) -> Fact:
    """What the machine detector heard."""
    return Fact(kind="amd", data={"answered_by": str(ANSWERED_BY[params["AnsweredBy"]])})


@dataclass(frozen=True)
class Reader:
    """How one source is read, and what it cannot do without."""

    read: Callable[[Params], Fact]
    required: tuple[str, ...]


READERS = {
    "status": Reader(read_status, ("CallSid", "CallStatus")),
    "conference": Reader(read_conference, ("ConferenceSid", "StatusCallbackEvent")),
    "recording": Reader(read_recording, ("RecordingSid", "RecordingStatus")),
    "amd": Reader(read_amd, ("CallSid", "AnsweredBy")),
}
