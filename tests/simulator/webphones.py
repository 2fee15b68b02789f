"""A switchboard without sockets, on a virtual clock, and browsers that are played by tests."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from typing import Any

from dialer.simulator.courier import Answer
from dialer.simulator.webphone import mixer
from dialer.simulator.webphone.mixer import Mixer
from dialer.simulator.webphone.studio import Studio
from dialer.simulator.webphone.switchboard import Switchboard
from dialer.simulator.webphone.tabs import Tab
from tests.wire import Simulation

ANSWER = "\r\n".join(
    (
        "v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 0 126", "a=mid:0", "a=ice-ufrag:abcd",
        "a=ice-pwd:efgh", f"a=fingerprint:sha-256 {':'.join(['AB'] * 32)}",
        "a=rtpmap:126 telephone-event/8000",
    )
)  # fmt: skip
ROOM = '<Response><Dial><Conference waitUrl="">room</Conference></Dial></Response>'


def token_of(sim: Simulation, identity: str = "alice", **changes: Any) -> str:
    """An access token as the carrier's helper makes it; `changes` spoil its claims."""
    settings, now = sim.settings, int(sim.now().timestamp())
    secret = changes.pop("secret", settings.api_key_secret)
    head = {"typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1"}
    body = {
        "jti": f"{settings.api_key_sid}-{now}", "iss": settings.api_key_sid,
        "sub": settings.account_sid, "nbf": now, "exp": now + 600,
        "grants": {"identity": identity, "voice": {
            "incoming": {"allow": True}, "outgoing": {"application_sid": "AP1"}}},
    }  # fmt: skip
    signed = ".".join(_packed(json.dumps(part).encode()) for part in (head, {**body, **changes}))
    seal = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_packed(seal)}"


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Browser:
    """One tab: what it sends, and the frames that it got."""

    def __init__(self, bench: "Bench") -> None:
        self.bench = bench
        self.frames: list[dict[str, Any]] = []
        self.beats = 0
        self.is_open = True
        self.tab: Tab = bench.board.open(self._get, self._lose)

    def _get(self, text: str) -> None:
        if text == "\n":
            self.beats += 1
        else:
            self.frames.append(json.loads(text))

    def _lose(self) -> None:
        self.is_open = False
        self.bench.board.close(self.tab)

    def sends(self, kind: str, **payload: Any) -> "Browser":
        frame = {"type": kind, "version": "1.6", "payload": payload}
        self.bench.board.receive(self.tab, json.dumps(frame))
        return self

    def registers(self, identity: str = "alice") -> "Browser":
        self.sends("listen", token=token_of(self.bench.sim, identity))
        return self.sends("register", media={"audio": True})

    def answers(self) -> "Browser":
        return self.sends("answer", callsid=self.last("invite")["callsid"], sdp=ANSWER)

    def breaks_off(self) -> None:
        self._lose()

    def got(self, kind: str) -> list[dict[str, Any]]:
        return [frame["payload"] for frame in self.frames if frame["type"] == kind]

    def last(self, kind: str) -> dict[str, Any]:
        return self.got(kind)[-1]

    def code(self) -> int:
        """The code of the last error."""
        return int(self.last("error")["error"]["code"])


class Bench:
    """An exchange with its switchboard; calls are placed by a real client."""

    def __init__(self) -> None:
        self.sim = Simulation(voice_url="https://dialer.test/voice")
        self.sim.deliver = lambda _webhook, done: done(
            Answer(status=200, headers={"Content-Type": "text/xml"}, body=ROOM)
        )
        self.studio = Studio("127.0.0.1", 1, list)
        self.mixer = Mixer(self.sim)
        self.board = Switchboard(self.sim, self.studio, self.mixer, lambda: nullcontext(self.sim))

    def rings(self, address: str = "client:alice", **wishes: Any) -> str:
        """Have the carrier ring a phone; the call's SID."""
        call = self.sim.client().calls.create(
            to=address, from_=self.sim.caller_id, url="https://dialer.test/voice", **wishes
        )
        self.sim.advance(2)
        return str(call.sid)

    def joins(self, number: str, **wishes: Any) -> str:
        """Ring somebody into the room."""
        participants = self.sim.client().conferences("room").participants
        sid = participants.create(to=number, from_=self.sim.caller_id, **wishes).call_sid
        self.sim.advance(6)
        return str(sid)

    def status(self, sid: str) -> str:
        return self.sim.calls[sid].status

    def sounds(self, seconds: float) -> None:
        """So much time passes for the sound."""
        for _ in range(round(seconds * 50)):
            mixer.play_out(self.mixer.scene(), 0.0)


@contextmanager
def a_bench() -> Any:
    bench = Bench()
    yield bench
    bench.studio.stop()


Play = Callable[[], Bench]
