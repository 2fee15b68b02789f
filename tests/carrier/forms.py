"""Callbacks as Twilio sends them."""

from dialer.carrier.port import Form
from tests.carrier.wires import ACCOUNT, SID

ROOM = "CF" + "2" * 32
ASKED = {
    "AccountSid": ACCOUNT,
    "ApiVersion": "2010-04-01",
    "CallSid": SID,
    "CallStatus": "in-progress",
    "Called": "+8613800138000",
    "CalledCity": "",
    "Caller": "+861085550100",
    "Direction": "outbound-api",
    "From": "+861085550100",
    "To": "+8613800138000",
    "ToCountry": "CN",
}
LEG = {
    **ASKED,
    "CallStatus": "ringing",
    "CallbackSource": "call-progress-events",
    "SequenceNumber": "1",
    "Timestamp": "Mon, 02 Mar 2026 01:00:00 +0000",
}
ENDED = {
    **LEG,
    "CallDuration": "0",
    "CallStatus": "busy",
    "Duration": "0",
    "SequenceNumber": "2",
    "SipResponseCode": "486",
}
JOINED = {
    "AccountSid": ACCOUNT,
    "CallSid": SID,
    "Coaching": "false",
    "ConferenceSid": ROOM,
    "EndConferenceOnExit": "true",
    "FriendlyName": "call-1",
    "Hold": "false",
    "Muted": "false",
    "ParticipantLabel": "customer",
    "SequenceNumber": "1",
    "StartConferenceOnEnter": "true",
    "StatusCallbackEvent": "participant-join",
    "Timestamp": "Mon, 02 Mar 2026 01:00:00 +0000",
}
ROOM_ENDED = {
    "AccountSid": ACCOUNT,
    "CallSidEndingConference": SID,
    "ConferenceSid": ROOM,
    "FriendlyName": "call-1",
    "ParticipantLabelEndingConference": "customer",
    "Reason": "Participant with endConferenceOnExit left",
    "ReasonConferenceEnded": "participant-with-end-conference-on-exit-left",
    "SequenceNumber": "6",
    "StatusCallbackEvent": "conference-end",
    "Timestamp": "Mon, 02 Mar 2026 01:00:00 +0000",
}
RECORDED = {
    "AccountSid": ACCOUNT,
    "ConferenceSid": ROOM,
    "RecordingChannels": "1",
    "RecordingDuration": "42",
    "RecordingSid": "RE" + "3" * 32,
    "RecordingSource": "Conference",
    "RecordingStartTime": "Mon, 02 Mar 2026 01:00:00 +0000",
    "RecordingStatus": "completed",
    "RecordingTrack": "both",
    "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE",
}
AMD = {
    "AccountSid": ACCOUNT,
    "AnsweredBy": "human",
    "CallSid": SID,
    "MachineDetectionDuration": "2400",
}


def form(params: dict[str, str]) -> Form:
    """As it is sent."""
    return tuple(params.items())


def changed(params: dict[str, str], **values: str) -> dict[str, str]:
    """The same with other values."""
    return {**params, **values}


def without(params: dict[str, str], *names: str) -> dict[str, str]:
    """The same with some missing."""
    return {name: value for name, value in params.items() if name not in names}
