"""What a switchboard keeps of browsers: their sockets, what rings there, and what talks."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dialer.simulator.calls import Call
from dialer.simulator.webphone.peer import Peer
from dialer.simulator.webphone.tickets import Ticket

Json = dict[str, Any]


@dataclass(kw_only=True, eq=False)
class Tab:
    """One socket. `send` takes a frame, `drop` breaks the socket off."""

    send: Callable[[str], None]
    drop: Callable[[], None]
    opened_at: datetime
    ticket: Ticket | None = None
    is_registered: bool = False
    is_closed: bool = False
    told_at: datetime

    @property
    def identity(self) -> str:
        return self.ticket.identity if self.ticket else ""

    @property
    def address(self) -> str:
        return f"client:{self.identity}"


@dataclass(kw_only=True, eq=False)
class Leg:
    """A call at a browser. `tab` is None while its socket is lost; `token` lets it come back."""

    call: Call
    identity: str
    peer: Peer
    token: str
    tab: Tab | None
    name: str = ""
    lost_at: datetime | None = None
    is_over_there: bool = False


@dataclass(kw_only=True, eq=False)
class Ringing:
    """A call that waits for one of the tabs to take it."""

    call: Call
    token: str
    offers: dict[Tab, Peer] = field(default_factory=dict)


def reason(call: Call) -> Json:
    """The error with which a call that nobody answered ends at the browser that placed it."""
    if call.answered_at or call.direction != "inbound":
        return {}
    return {"error": {"code": 31000 + call.sip_code, "message": call.status}}


def read_frame(text: str) -> Json:
    try:
        frame = json.loads(text)
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}
