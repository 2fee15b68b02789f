"""RTP packets and RTCP reports: sound, key presses, and what the sender wants to know."""

import struct
from dataclasses import dataclass

PCMU = 0
HEADER_LENGTH = 12
SENDER_REPORT = 200
KEYS = "0123456789*#ABCD"
REPORTS = range(192, 224)


@dataclass(frozen=True, kw_only=True)
class Packet:
    kind: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def is_report(data: bytes) -> bool:
    return len(data) > 1 and data[1] in REPORTS


def read(data: bytes) -> Packet:
    """A packet in the clear; its header was judged before."""
    first, kind, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
    start = HEADER_LENGTH + 4 * (first & 0x0F)
    if first & 0x10:
        start += 4 + 4 * int(struct.unpack_from("!H", data, start + 2)[0])
    return Packet(
        kind=kind & 0x7F, sequence=sequence, timestamp=timestamp, ssrc=ssrc, payload=data[start:]
    )


def header(sequence: int, timestamp: int, ssrc: int) -> bytes:
    return struct.pack("!BBHII", 0x80, PCMU, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)


def key_of(packet: Packet) -> str:
    """The key of a telephone event, or empty."""
    return KEYS[packet.payload[0]] if packet.payload and packet.payload[0] < len(KEYS) else ""


@dataclass(kw_only=True)
class Reception:
    """What was received of one stream, as a report block tells it."""

    ssrc: int = 0
    first: int = -1
    highest: int = -1
    received: int = 0
    told: tuple[int, int] = (0, 0)

    def note(self, packet: Packet) -> None:
        if self.highest < 0:
            self.ssrc, self.first = packet.ssrc, packet.sequence
            self.highest = packet.sequence
        step = (packet.sequence - self.highest + 0x8000 & 0xFFFF) - 0x8000
        self.highest += max(0, step)
        self.received += 1

    def block(self) -> bytes:
        """The report block since the last one; jitter and delays are left at nothing."""
        expected = self.highest - self.first + 1
        wanted, came = expected - self.told[0], self.received - self.told[1]
        self.told = (expected, self.received)
        share = min(255, max(0, wanted - came) * 256 // wanted) if wanted > 0 else 0
        missing = max(0, expected - self.received) & 0xFFFFFF
        return struct.pack("!IIIIII", self.ssrc, share << 24 | missing,
                           self.highest & 0xFFFFFFFF, 0, 0, 0)  # fmt: skip


def report(ssrc: int, seconds: float, timestamp: int, sent: int, heard: Reception) -> bytes:
    """A sender report; `seconds` since 1970, `sent` packets of PCMU so far."""
    blocks = [heard.block()] if heard.highest >= 0 else []
    instant = int((seconds + 2_208_988_800) * 2**32)
    body = struct.pack("!IQIII", ssrc, instant & 2**64 - 1, timestamp & 0xFFFFFFFF,
                       sent, sent * 160) + b"".join(blocks)  # fmt: skip
    head = struct.pack("!BBH", 0x80 | len(blocks), SENDER_REPORT, len(body) // 4)
    source = struct.pack("!BBHI", 0x81, 202, 3, ssrc) + b"\x01\x05phone\x00"[:8]
    return head + body + source
