"""The parameters of requests about a call."""

from datetime import datetime

from dialer.simulator.calls import Call
from dialer.simulator.wire import Pairs, rfc2822

COUNTRIES = {
    "+1": "US", "+44": "GB", "+49": "DE", "+33": "FR", "+81": "JP", "+86": "CN", "+852": "HK",
    "+853": "MO", "+886": "TW", "+65": "SG",
}  # fmt: skip


def call_params(call: Call, status: str = "") -> Pairs:
    """The parameters that every request about a call carries."""
    pairs = {
        "CallSid": call.sid,
        "AccountSid": call.account_sid,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
        "CallStatus": status or call.status,
        "ApiVersion": "2010-04-01",
        "Direction": call.direction,
        **_geography(call),
        **call.fields,
    }
    if call.parent:
        pairs["ParentCallSid"] = call.parent.sid
    return tuple(pairs.items())


def _geography(call: Call) -> dict[str, str]:
    ends = {"From": call.from_, "Caller": call.from_, "To": call.to, "Called": call.to}
    return {
        f"{end}{part}": country_of(number) if part == "Country" else ""
        for end, number in ends.items()
        for part in ("City", "State", "Zip", "Country")
    }


def country_of(number: str) -> str:
    return next((COUNTRIES[number[:n]] for n in (4, 3, 2) if number[:n] in COUNTRIES), "")


def progress_params(call: Call, status: str, now: datetime) -> Pairs:
    """The parameters of a status callback."""
    pairs = {
        **dict(call_params(call, status)),
        "Timestamp": rfc2822(now) or "",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(call.sequence),
    }
    if call.final:
        pairs |= {
            "CallDuration": str(call.seconds),
            "Duration": str(call.minutes),
            "SipResponseCode": str(call.sip_code),
        }
        if call.answered_by:
            pairs["AnsweredBy"] = call.answered_by
    return tuple(pairs.items())
