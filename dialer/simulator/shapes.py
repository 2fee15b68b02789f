"""The JSON of Twilio's resources: all numbers strings, dates RFC 2822, absent values null."""

from typing import Any
from urllib.parse import urlencode

from dialer.simulator.calls import Call, CallEvent, Conference, Seat, Tape
from dialer.simulator.wire import rfc2822

Json = dict[str, Any]
VERSION = "2010-04-01"
PARTS_OF_A_CALL = (
    "notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions",
    "user_defined_message_subscriptions", "user_defined_messages",
)  # fmt: skip
UNUSED_BY_NUMBERS = (
    "address_sid", "bundle_sid", "emergency_address_sid", "identity_sid", "sms_application_sid",
)  # fmt: skip


def account_path(sid: str) -> str:
    return f"/{VERSION}/Accounts/{sid}"


def call(this: Call) -> Json:
    path = f"{account_path(this.account_sid)}/Calls/{this.sid}"
    begun = this.answered_at or this.started_at
    return {
        "sid": this.sid,
        "date_created": rfc2822(this.created_at),
        "date_updated": rfc2822(this.updated_at),
        "parent_call_sid": this.parent.sid if this.parent else None,
        "account_sid": this.account_sid,
        "to": this.to,
        "to_formatted": this.to,
        "from": this.from_,
        "from_formatted": this.from_,
        "phone_number_sid": None,
        "status": this.status,
        "start_time": rfc2822(begun),
        "end_time": rfc2822(this.ended_at) if begun else None,
        "duration": str(this.seconds) if this.final and this.answered_at else None,
        "price": this.price,
        "price_unit": "USD",
        "direction": this.direction,
        "answered_by": this.answered_by,
        "api_version": VERSION,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": str(round(this.queue_seconds * 1000)),
        "trunk_sid": None,
        "uri": f"{path}.json",
        "subresource_uris": {
            part: f"{path}/{''.join(word.title() for word in part.split('_'))}.json"
            for part in PARTS_OF_A_CALL
        },
    }


def call_event(this: CallEvent) -> Json:
    return {
        "request": {
            "url": this.url,
            "method": this.method,
            "parameters": {
                _snake(name): value for name, value in this.params
            },
        },
        "response": {
            "response_code": str(this.answer.status),
            "content_type": this.answer.header("Content-Type"),
            "date_created": rfc2822(this.at),
            "request_duration": "0",
            "response_body": this.answer.body,
        },
    }  # fmt: skip


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def conference(this: Conference) -> Json:
    path = f"{account_path(this.account_sid)}/Conferences/{this.sid}"
    return {
        "account_sid": this.account_sid,
        "date_created": rfc2822(this.created_at),
        "date_updated": rfc2822(this.updated_at),
        "api_version": VERSION,
        "friendly_name": this.name,
        "region": "us1",
        "sid": this.sid,
        "status": this.status,
        "uri": f"{path}.json",
        "reason_conference_ended": this.reason,
        "call_sid_ending_conference": this.ending_sid,
        "subresource_uris": {
            "participants": f"{path}/Participants.json",
            "recordings": f"{path}/Recordings.json",
        },
    }


def participant(this: Seat) -> Json:
    room = this.conference
    path = f"{account_path(room.account_sid)}/Conferences/{room.sid}/Participants"
    return {
        "account_sid": room.account_sid,
        "call_sid": this.call.sid,
        "label": this.label or None,
        "call_sid_to_coach": this.coached_sid or None,
        "coaching": this.coaching,
        "conference_sid": room.sid,
        "date_created": rfc2822(this.created_at),
        "date_updated": rfc2822(this.updated_at),
        "end_conference_on_exit": this.end_on_exit,
        "muted": this.muted,
        "hold": this.hold,
        "start_conference_on_enter": this.start_on_enter,
        "status": this.state,
        "queue_time": str(round(this.call.queue_seconds * 1000)),
        "uri": f"{path}/{this.call.sid}.json",
    }


def _tape(this: Tape) -> Json:
    done = this.status in {"completed", "absent"}
    return {
        "account_sid": this.account_sid,
        "api_version": VERSION,
        "call_sid": this.call_sid or None,
        "conference_sid": this.conference_sid or None,
        "date_created": rfc2822(this.started_at),
        "date_updated": rfc2822(this.updated_at),
        "start_time": rfc2822(this.started_at),
        "duration": str(this.seconds) if done else "-1",
        "sid": this.sid,
        "price": None,
        "price_unit": "USD",
        "status": this.status,
        "channels": this.taping.channels,
        "source": this.source,
        "error_code": None,
        "encryption_details": None,
    }


def call_recording(this: Tape) -> Json:
    """A recording as its call's subresource shows it."""
    path = f"{account_path(this.account_sid)}/Calls/{this.call_sid}/Recordings/{this.sid}.json"
    return {**_tape(this), "track": this.taping.track, "uri": path}


def recording(this: Tape, media_url: str) -> Json:
    path = f"{account_path(this.account_sid)}/Recordings/{this.sid}"
    return {
        **_tape(this),
        "uri": f"{path}.json",
        "media_url": media_url,
        "subresource_uris": {
            "add_on_results": f"{path}/AddOnResults.json",
            "transcriptions": f"{path}/Transcriptions.json",
        },
    }


def incoming_number(account_sid: str, sid: str, number: str, date: str, voice_url: str) -> Json:
    return {
        "sid": sid,
        "account_sid": account_sid,
        "friendly_name": number,
        "phone_number": number,
        "voice_url": voice_url,
        "voice_method": "POST",
        "voice_fallback_url": "",
        "voice_fallback_method": "POST",
        "voice_caller_id_lookup": False,
        "voice_application_sid": None,
        "voice_receive_mode": "voice",
        "status_callback": "",
        "status_callback_method": "POST",
        "date_created": date,
        "date_updated": date,
        "address_requirements": "none",
        "beta": False,
        "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        "origin": "twilio",
        "trunk_sid": None,
        "type": "local",
        "status": "in-use",
        "emergency_status": "Inactive",
        "emergency_address_status": "unregistered",
        "sms_url": "",
        "sms_method": "POST",
        "sms_fallback_url": "",
        "sms_fallback_method": "POST",
        **dict.fromkeys(UNUSED_BY_NUMBERS),
        "api_version": VERSION,
        "uri": f"{account_path(account_sid)}/IncomingPhoneNumbers/{sid}.json",
    }


def caller_id(account_sid: str, sid: str, number: str, date: str) -> Json:
    return {
        "sid": sid,
        "account_sid": account_sid,
        "friendly_name": number,
        "phone_number": number,
        "date_created": date,
        "date_updated": date,
        "uri": f"{account_path(account_sid)}/OutgoingCallerIds/{sid}.json",
    }


def account(sid: str, date: str) -> Json:
    path = account_path(sid)
    return {
        "sid": sid,
        "friendly_name": "Simulated account",
        "status": "active",
        "type": "Full",
        "auth_token": "[Redacted]",
        "owner_account_sid": sid,
        "date_created": date,
        "date_updated": date,
        "uri": f"{path}.json",
        "subresource_uris": {"calls": f"{path}/Calls.json"},
    }


def page(
    key: str, rows: list[Json], path: str, query: list[tuple[str, str]], number: int, size: int,
    *, start: int, next_token: str,
) -> Json:  # fmt: skip
    """A list's envelope; `query` holds the filters, which the page links repeat."""

    def link(page_number: int, token: str = "") -> str:
        more = [("PageSize", str(size)), ("Page", str(page_number))]
        return f"{path}?{urlencode([*query, *more, *([('PageToken', token)] if token else [])])}"

    return {
        key: rows,
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(0, len(rows) - 1),
        "first_page_uri": link(0),
        "next_page_uri": link(number + 1, next_token) if next_token else None,
        "previous_page_uri": link(number - 1) if number else None,
        "uri": link(number),
    }
