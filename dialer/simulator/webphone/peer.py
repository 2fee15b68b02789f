"""One leg's media: a browser that is heard and that hears, by its address once it is known."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from dialer.simulator.webphone import pcmu, rtp, sdp, stun
from dialer.simulator.webphone.dtls import Handshake, Identity, Refused
from dialer.simulator.webphone.pcmu import FRAME, Frame
from dialer.simulator.webphone.srtp import Broken, Receiver, Sender

CUSHION, FULL = 3, 10
REPORT_EVERY = 100
GONE_BEATS = 250
Send = Callable[[bytes, stun.Address], None]
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(kw_only=True, eq=False)
class Peer:
    """`presses` is called with each key, `heard_at` holds the beat of the latest packet, and
    `is_cut` says that the network lets nothing through for now."""

    identity: Identity
    send: Send
    chance: Random
    host: str
    port: int
    presses: Callable[[str], None] = lambda _key: None
    theirs: sdp.Theirs | None = None
    address: stun.Address | None = None
    ufrag: str = ""
    password: str = ""
    ssrc: int = 0
    beat: int = 0
    heard_at: int = -1
    refused: str = ""
    closed: bool = False
    is_cut: bool = False
    _handshake: Handshake | None = None
    _out: Sender | None = None
    _in: Receiver | None = None
    _waiting: deque[Frame] = field(default_factory=deque)
    _is_flowing: bool = False
    _last_event: int = -1
    _sequence: int = 0
    _timestamp: int = 0
    _sent: int = 0
    _heard: rtp.Reception = field(default_factory=rtp.Reception)

    def __post_init__(self) -> None:
        self.ssrc = self.chance.getrandbits(31)
        self.renew()

    def renew(self) -> None:
        """Fresh ICE credentials: the browser finds its way to us anew; its keys stay."""
        self.ufrag = "".join(self.chance.choices(LETTERS, k=8))
        self.password = "".join(self.chance.choices(LETTERS, k=24))

    def offer(self) -> str:
        return sdp.write(self._ours(), setup="actpass")

    def answer(self, offer: str) -> str:
        """Our answer to a browser's offer. Raises BadDescription."""
        self.theirs = sdp.read(offer)
        mid, keys_type = self.theirs.mid, self.theirs.keys_type
        return sdp.write(self._ours(), setup="passive", mid=mid, keys_type=keys_type)

    def accept(self, answer: str) -> None:
        """The browser's answer to our offer. Raises BadDescription."""
        self.theirs = sdp.read(answer)

    def _ours(self) -> sdp.Ours:
        return sdp.Ours(
            ufrag=self.ufrag, password=self.password, fingerprint=self.identity.fingerprint,
            host=self.host, port=self.port, ssrc=self.ssrc,
        )  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self._out is not None and self.address is not None and not self.closed

    def check(self, check: stun.Check, source: stun.Address) -> None:
        """Answer ICE's question; whoever knows the password is our browser."""
        if not stun.is_sealed(check, self.password):
            return
        self.heard_at = self.beat
        if self.address is None or check.nominates:
            self.address = source
        self.send(stun.answer(check, self.password, source), source)

    def shake(self, datagram: bytes) -> None:
        """Go on with the handshake; once it is over there are keys."""
        if self.theirs is None or self.address is None or self.refused:
            return
        if self._handshake is None:
            self._handshake = Handshake(self.identity.context())
        try:
            self._post(self._handshake.feed(datagram))
            if self._handshake.done and self._out is None:
                self._out, self._in = self._handshake.keys(self.theirs.fingerprint)
        except Refused as error:
            self.refused = str(error)
        self.closed = self.closed or self._handshake.closed

    def _post(self, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            if self.address:
                self.send(datagram, self.address)

    def receive(self, data: bytes) -> None:
        """A sealed packet or report; what is not sealed for us is dropped."""
        if self._in is None:
            return
        try:
            if rtp.is_report(data):
                self._in.report(data)
                return
            packet = rtp.read(self._in.packet(data))
        except Broken:
            return
        self.heard_at = self.beat
        self._heard.note(packet)
        if packet.kind == rtp.PCMU:
            self._keep(pcmu.decode(packet.payload))
        elif self.theirs and packet.kind == self.theirs.keys_type:
            self._press(packet)

    def _keep(self, samples: list[int]) -> None:
        if len(samples) == FRAME:
            self._waiting.append(samples)
        while len(self._waiting) > FULL:
            self._waiting.popleft()

    def _press(self, packet: rtp.Packet) -> None:
        """Each key comes in many packets of one timestamp."""
        if packet.timestamp != self._last_event:
            self._last_event = packet.timestamp
            if key := rtp.key_of(packet):
                self.presses(key)

    def said(self) -> Frame | None:
        """The next 20 ms of what the browser says; None while it says nothing."""
        self.beat += 1
        if self._handshake and not self._handshake.done:
            self._post(self._handshake.repeat())
        self._is_flowing = bool(self._waiting) and (
            self._is_flowing or len(self._waiting) >= CUSHION
        )
        return self._waiting.popleft() if self._is_flowing else None

    def hear(self, frame: Frame, seconds: float) -> None:
        """Send 20 ms of sound; `seconds` since 1970 goes into reports."""
        self._timestamp += FRAME
        if self._out is None or self.address is None or self.closed or self.is_cut:
            return
        self._sequence = self._sequence + 1 & 0xFFFF
        header = rtp.header(self._sequence, self._timestamp, self.ssrc)
        self.send(self._out.packet(header, pcmu.encode(frame)), self.address)
        self._sent += 1
        if self._sent % REPORT_EVERY == 0:
            data = rtp.report(self.ssrc, seconds, self._timestamp, self._sent, self._heard)
            self.send(self._out.report(data), self.address)

    @property
    def is_gone(self) -> bool:
        """Whether the browser has said goodbye, or nothing for a while."""
        return self.closed or self.silent_beats > GONE_BEATS

    @property
    def silent_beats(self) -> int:
        """Frames since anything came from the browser."""
        return self.beat - max(0, self.heard_at)
