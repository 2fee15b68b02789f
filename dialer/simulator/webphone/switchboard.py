"""Signalling for browsers: Twilio's voice SDK 2 over JSON frames (PSTREAM 1.6).

Every method is called with the exchange in hand. A browser is a `Tab`; the tabs of one identity
are one phone, `client:IDENTITY`, and all of them ring. A `Leg` is an answered or an outgoing call.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from dialer.simulator import lines, orders
from dialer.simulator.calls import Call
from dialer.simulator.exchange import Exchange
from dialer.simulator.phones import Heard, Line
from dialer.simulator.webphone.mixer import Mixer
from dialer.simulator.webphone.pcmu import FRAME_SECONDS
from dialer.simulator.webphone.peer import Peer
from dialer.simulator.webphone.sdp import BadDescription
from dialer.simulator.webphone.studio import Studio
from dialer.simulator.webphone.tabs import Json, Leg, Ringing, Tab, read_frame, reason
from dialer.simulator.webphone.tickets import BadTicket, Issuer, read_ticket
from dialer.simulator.wire import is_web_address, new_sid

HEARTBEAT_SECONDS = 5.0
PULSE_SECONDS = 0.5
STRANGER_SECONDS = 10.0
# A browser that crashed sends no sound either; one whose socket broke is still heard.
SILENT_SECONDS, GONE_SECONDS = 3.0, 15.0
NOT_FOUND, DECLINED = 31404, 31603


class Switchboard:
    """The handset of all browsers, and their exchange's operator."""

    def __init__(self, x: Exchange, studio: Studio, mixer: Mixer, held: Callable[[], Any]) -> None:
        self._x, self._studio, self._mixer, self._held = x, studio, mixer, held
        self._tabs: dict[Tab, None] = {}
        self._ringing: dict[str, Ringing] = {}
        self._legs: dict[str, Leg] = {}
        settings = x.settings
        self._issuer = Issuer(
            account_sid=settings.account_sid,
            key_sid=settings.api_key_sid,
            secret=settings.api_key_secret,
        )

    def open(self, send: Callable[[str], None], drop: Callable[[], None]) -> Tab:
        now = self._x.now()
        tab = Tab(send=send, drop=drop, opened_at=now, told_at=now)
        self._tabs[tab] = None
        self._x.agenda.after(PULSE_SECONDS, lambda: self._pulse(tab))
        return tab

    def close(self, tab: Tab) -> None:
        """The socket is gone. Its calls wait a moment for the browser to come back."""
        tab.is_closed = True
        self._tabs.pop(tab, None)
        self._leave(tab)
        for ringing in self._ringing.values():
            self._studio.close(ringing.offers.pop(tab, None))
        for leg in self._legs.values():
            if leg.tab is tab:
                leg.tab, leg.lost_at = None, self._x.now()
                self._x.agenda.after(PULSE_SECONDS, lambda leg=leg: self._miss(leg))  # type: ignore[misc]

    def _miss(self, leg: Leg) -> None:
        """Let go of a leg whose browser does not come back."""
        if leg.tab is not None or leg.lost_at is None or leg.call.final:
            return
        gone = (self._x.now() - leg.lost_at).total_seconds()
        silent = leg.peer.silent_beats * FRAME_SECONDS
        if gone >= GONE_SECONDS or min(gone, silent) >= SILENT_SECONDS:
            lines.hang_up(self._x, leg.call)
        else:
            self._x.agenda.after(PULSE_SECONDS, lambda: self._miss(leg))

    def _pulse(self, tab: Tab) -> None:
        """Show that we live; let go of strangers and of tokens whose time is over."""
        if tab.is_closed:
            return
        now = self._x.now()
        stranger = tab.ticket is None and (now - tab.opened_at).total_seconds() > STRANGER_SECONDS
        if stranger or self._x.network.strikes("drop_signal", tab.address):
            tab.drop()
            return
        if (now - tab.told_at).total_seconds() >= HEARTBEAT_SECONDS:
            self._frame(tab, "\n")
        if tab.is_registered and tab.ticket and tab.ticket.expires_at <= now:
            self._leave(tab)
            self._refuse(tab, 31205, "JWT token expired")
            self._tell(tab, "offline")
        self._x.agenda.after(PULSE_SECONDS, lambda: self._pulse(tab))

    def _frame(self, tab: Tab, text: str) -> None:
        if not self._x.network.strikes("mute_signal", tab.address):
            tab.told_at = self._x.now()
            tab.send(text)

    def _tell(self, tab: Tab | None, kind: str, **payload: Any) -> None:
        if tab is not None:
            self._frame(tab, json.dumps({"type": kind, "version": "1.6", "payload": payload}))

    def _refuse(self, tab: Tab, code: int, message: str, **more: Any) -> None:
        self._tell(tab, "error", error={"code": code, "message": message}, **more)

    def receive(self, tab: Tab, text: str) -> None:
        """One frame; nonsense is answered with an error."""
        if not text.strip() or self._x.network.strikes("mute_signal", tab.address):
            return
        frame = read_frame(text)
        verb = VERBS.get(str(frame.get("type")))
        payload = frame.get("payload")
        if verb is None or not isinstance(payload, dict):
            self._refuse(tab, 31400, "Bad Request")
        elif tab.ticket is None and verb is not VERBS["listen"]:
            self._refuse(tab, 31201, "Authentication failed")
        else:
            verb(self, tab, payload)

    def listen(self, tab: Tab, payload: Json) -> None:
        try:
            ticket = read_ticket(payload.get("token"), self._issuer, self._x.now())
            if tab.ticket and tab.identity != ticket.identity:
                raise BadTicket(31202, "The identity of a connection cannot change")
        except BadTicket as bad:
            self._refuse(tab, bad.code, bad.message)
            return
        tab.ticket = ticket
        left = int((ticket.expires_at - self._x.now()).total_seconds())
        self._tell(
            tab, "connected", edge="loopback", region="us1", home="us1", gateway="simulator",
            token={"identity": ticket.identity, "ttl": left},
        )  # fmt: skip

    def register(self, tab: Tab, payload: Json) -> None:
        media = payload.get("media")
        wants = isinstance(media, dict) and media.get("audio") is True
        if not wants:
            self._leave(tab)
            self._tell(tab, "offline")
        elif tab.ticket and tab.ticket.may_be_called and tab.ticket.expires_at > self._x.now():
            tab.is_registered = True
            self._x.handsets[tab.address] = self
            self._tell(tab, "ready")
        else:
            self._refuse(tab, 31205, "JWT token expired")

    def _leave(self, tab: Tab) -> None:
        """Unregister; a phone without tabs is not there."""
        tab.is_registered = False
        if tab.ticket and not self.tabs_of(tab.address):
            self._x.handsets.pop(tab.address, None)

    def tabs_of(self, address: str) -> list[Tab]:
        return [tab for tab in self._tabs if tab.is_registered and tab.address == address]

    def invite(self, tab: Tab, payload: Json) -> None:
        if "reconnect" in payload:
            self._return(tab, payload)
        else:
            self._call(tab, payload)

    def _return(self, tab: Tab, payload: Json) -> None:
        """A browser comes back to its call; asked again, the answer is the same."""
        sid = str(payload.get("callsid"))
        leg = self._legs.get(sid)
        mine = leg and (leg.identity, leg.token) == (tab.identity, payload["reconnect"])
        if leg is None or not mine:
            error = {"code": NOT_FOUND, "message": "Not Found"}
            self._tell(tab, "hangup", callsid=sid, error=error)
            return
        leg.tab, leg.lost_at = tab, None
        self._tell(tab, "answer", callsid=leg.call.sid, reconnect=leg.token)

    def _call(self, tab: Tab, payload: Json) -> None:
        """A browser calls: the application's voice page says what happens then."""
        name, peer = str(payload.get("callsid")), self._peer()
        error = {"code": DECLINED, "message": "Decline"}
        try:
            answer = peer.answer(str(payload.get("sdp")))
        except BadDescription as bad:
            error, answer = {"code": 31400, "message": str(bad)}, ""
        allowed = tab.ticket is not None and tab.ticket.may_call
        if not answer or not allowed or not is_web_address(self._x.settings.voice_url):
            self._studio.close(peer)
            self._tell(tab, "hangup", callsid=name, error=error)
            return
        twilio = payload.get("twilio")
        params = str(twilio.get("params", "")) if isinstance(twilio, dict) else ""
        fields = dict(parse_qsl(params, keep_blank_values=True))
        self._x.handsets[tab.address] = self
        call = orders.incoming(self._x, tab.address, fields.get("To", ""), fields=fields)
        self._take(call, tab, peer, name=name)
        self._tell(tab, "ringing", callsid=call.sid, sdp=answer)

    def _peer(self) -> Peer:
        """A peer whose keys go to whatever call it belongs to by then."""
        peer = self._studio.open(lambda key: self._key(peer, key))
        return peer

    def _key(self, peer: Peer, key: str) -> None:
        """Called by the studio's thread."""
        with self._held():
            leg = next((leg for leg in self._legs.values() if leg.peer is peer), None)
            if leg:
                self._press(leg, key)

    def _press(self, leg: Leg, keys: str) -> None:
        self._mixer.hush(leg.call)
        lines.PhoneLine(self._x, leg.call).press(keys)

    def _take(self, call: Call, tab: Tab, peer: Peer, *, name: str = "", token: str = "") -> Leg:
        leg = Leg(
            call=call, identity=tab.identity, peer=peer, tab=tab, name=name,
            token=token or self._new_token(),
        )  # fmt: skip
        self._legs[call.sid] = leg
        self._mixer.legs[call.sid] = peer
        return leg

    def _new_token(self) -> str:
        return new_sid("", self._x.random)

    def answer(self, tab: Tab, payload: Json) -> None:
        """A tab takes the call; the other tabs stop ringing."""
        sid = str(payload.get("callsid"))
        ringing = self._ringing.get(sid)
        if ringing is None or tab not in ringing.offers:
            self._tell(tab, "hangup", callsid=sid)
            return
        try:
            ringing.offers[tab].accept(str(payload.get("sdp")))
        except BadDescription as bad:
            self._refuse(tab, 31400, str(bad), callsid=sid)
            return
        del self._ringing[sid]
        peer = ringing.offers.pop(tab)
        self._withdraw(ringing)
        self._take(ringing.call, tab, peer, token=ringing.token)
        lines.answer(self._x, ringing.call)

    def _withdraw(self, ringing: Ringing) -> None:
        for tab, peer in ringing.offers.items():
            self._studio.close(peer)
            self._tell(tab, "cancel", callsid=ringing.call.sid)

    def hang_up(self, tab: Tab, payload: Json) -> None:
        leg = self._leg(tab, payload)
        if leg:
            leg.is_over_there = True
            lines.hang_up(self._x, leg.call)
        elif str(payload.get("callsid")) in self._ringing:
            self.reject(tab, payload)

    def _leg(self, tab: Tab, payload: Json) -> Leg | None:
        """The tab's own leg of that SID, or of the name that it gave before it knew one."""
        sid = str(payload.get("callsid"))
        legs = (leg for leg in self._legs.values() if leg.identity == tab.identity)
        return next((leg for leg in legs if sid in {leg.call.sid, leg.name}), None)

    def reject(self, tab: Tab, payload: Json) -> None:
        """One tab's no is the phone's."""
        ringing = self._ringing.get(str(payload.get("callsid")))
        if ringing and tab in ringing.offers:
            self._studio.close(ringing.offers.pop(tab))
            lines.PhoneLine(self._x, ringing.call).decline("busy", 603)

    def dtmf(self, tab: Tab, payload: Json) -> None:
        leg, keys = self._leg(tab, payload), str(payload.get("dtmf", ""))
        if leg and set(keys) <= set("0123456789*#w"):
            self._press(leg, keys[:32])

    def reinvite(self, tab: Tab, payload: Json) -> None:
        """The browser's way to us broke: it finds another one."""
        leg = self._leg(tab, payload)
        if leg is None:
            return
        leg.peer.renew()
        try:
            sdp = leg.peer.answer(str(payload.get("sdp")))
        except BadDescription as bad:
            self._refuse(tab, 31400, str(bad), callsid=leg.call.sid)
            return
        self._tell(tab, "answer", callsid=leg.call.sid, sdp=sdp)

    def message(self, tab: Tab, payload: Json) -> None:
        self._tell(
            tab, "ack", acktype="message", callsid=payload.get("callsid"),
            voiceeventsid=payload.get("voiceeventsid"),
        )  # fmt: skip

    def rings(self, line: Line) -> None:
        """Every tab of the phone is invited, each with an offer of its own."""
        call = self._x.calls[line.sid]
        ringing = Ringing(call=call, token=self._new_token())
        self._ringing[call.sid] = ringing
        for tab in self.tabs_of(call.to):
            peer = ringing.offers[tab] = self._peer()
            parameters = {
                "From": call.from_, "To": call.to, "CallSid": call.sid, "ApiVersion": "2010-04-01",
                "AccountSid": call.account_sid, "Params": "",
            }  # fmt: skip
            self._tell(
                tab, "invite", callsid=call.sid, sdp=peer.offer(), reconnect=ringing.token,
                parameters=parameters,
            )  # fmt: skip

    def connects(self, line: Line) -> None:
        """A call that the browser placed is taken by somebody."""
        leg = self._legs.get(line.sid)
        if leg and leg.call.direction == "inbound":
            self._tell(leg.tab, "answer", callsid=line.sid, reconnect=leg.token)

    def hears(self, line: Line, heard: Heard, seconds: float) -> None:
        self._mixer.play(self._x.calls[line.sid], heard.kind, heard.text, seconds)

    def ends(self, line: Line) -> None:
        if ringing := self._ringing.pop(line.sid, None):
            self._withdraw(ringing)
        leg = self._legs.pop(line.sid, None)
        if leg is None:
            return
        self._mixer.legs.pop(line.sid, None)
        self._studio.close(leg.peer)
        if not leg.is_over_there:
            self._tell(leg.tab, "hangup", callsid=line.sid, **reason(leg.call))

    def phones(self) -> list[Json]:
        """Every browser phone: its identity, how many tabs, and its call's SID."""
        identities = sorted({tab.identity for tab in self._tabs if tab.is_registered})
        return [
            {
                "identity": identity,
                "tabs": len(self.tabs_of(f"client:{identity}")),
                "call_sid": call.sid if (call := self._x.call_at(f"client:{identity}")) else "",
            }
            for identity in identities
        ]


VERBS: dict[str, Callable[[Switchboard, Tab, Json], None]] = {
    "listen": Switchboard.listen,
    "register": Switchboard.register,
    "invite": Switchboard.invite,
    "answer": Switchboard.answer,
    "hangup": Switchboard.hang_up,
    "reject": Switchboard.reject,
    "dtmf": Switchboard.dtmf,
    "reinvite": Switchboard.reinvite,
    "message": Switchboard.message,
}
