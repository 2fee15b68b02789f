"""Twilio's call records in our words."""

import re
from datetime import datetime
from typing import Any

from dialer.carrier.port import CarrierCall, CarrierUncertain, Placed
from dialer.carrier.words import LEG_STATUS
from dialer.domain.words import LegStatus

CALL_SID = re.compile("CA[0-9a-fA-F]{32}")


def receipt(carrier_sid: object, queue_time: object) -> Placed:
    """What a placed call's answer says. Without a SID nobody knows whether it was placed."""
    return Placed(carrier_sid=call_sid(carrier_sid), queue_ms=whole(queue_time) or 0)


def call_sid(value: object) -> str:
    """A SID of the right form."""
    if not isinstance(value, str) or not CALL_SID.fullmatch(value):
        raise CarrierUncertain("an answer without a valid SID")
    return value


def record(call: Any) -> CarrierCall:
    """One call of twilio's client. A status that we do not know counts as not ended."""
    return CarrierCall(
        carrier_sid=call_sid(call.sid),
        to=text(call.to) or "",
        from_number=text(call._from) or "",  # noqa: SLF001 - the client has no other name for it
        direction=text(call.direction) or "",
        status=LEG_STATUS.get(call.status, LegStatus.QUEUED),
        created_at=instant(call.date_created),
        started_at=instant(call.start_time),
        ended_at=instant(call.end_time),
        duration=whole(call.duration),
        cost=text(call.price),
        cost_currency=text(call.price_unit),
    )


def text(value: object) -> str | None:
    """Text, if it is any."""
    return value if isinstance(value, str) and value else None


def whole(value: object) -> int | None:
    """A count; Twilio writes all numbers as strings."""
    digits = str(value)
    return int(digits) if re.fullmatch("[0-9]{1,9}", digits) else None


def instant(value: object) -> datetime | None:
    """An instant; twilio's client gives back the text that it cannot read."""
    return value if isinstance(value, datetime) else None
