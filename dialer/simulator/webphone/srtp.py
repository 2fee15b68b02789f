"""SRTP and SRTCP (RFC 3711): AES in counter mode with an 80-bit HMAC-SHA1 tag."""

import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

KEY_LENGTH, SALT_LENGTH, TAG_LENGTH = 16, 14, 10
ENCRYPTED = 1 << 31


class Broken(ValueError):
    """A packet that was not sealed with these keys, or is none."""


class Keys:
    """The session keys of one direction, for packets (`first` 0) or reports (`first` 3)."""

    def __init__(self, key: bytes, salt: bytes, first: int) -> None:
        self.cipher = _derive(key, salt, first, KEY_LENGTH)
        self.seal = _derive(key, salt, first + 1, 20)
        self.salt = int.from_bytes(_derive(key, salt, first + 2, SALT_LENGTH), "big") << 16

    def crypt(self, data: bytes, ssrc: int, index: int) -> bytes:
        start = self.salt ^ (ssrc << 64) ^ (index << 16)
        counter = CTR(start.to_bytes(16, "big"))
        return Cipher(AES(self.cipher), counter).encryptor().update(data)

    def tag(self, data: bytes) -> bytes:
        return hmac.new(self.seal, data, hashlib.sha1).digest()[:TAG_LENGTH]


def _derive(key: bytes, salt: bytes, label: int, length: int) -> bytes:
    start = (int.from_bytes(salt, "big") ^ (label << 48)) << 16
    counter = CTR(start.to_bytes(16, "big"))
    return Cipher(AES(key), counter).encryptor().update(bytes(length))


class Sender:
    """Seals what goes out on one stream."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        self._packets, self._reports = Keys(key, salt, 0), Keys(key, salt, 3)
        self._rollovers, self._last, self._report_index = 0, -1, 0

    def packet(self, header: bytes, payload: bytes) -> bytes:
        """`header` has no extensions; its sequence numbers must not go back."""
        sequence, ssrc = struct.unpack_from("!H4xI", header, 2)
        self._rollovers += sequence < self._last
        self._last = sequence
        sealed = header + self._packets.crypt(payload, ssrc, self._rollovers << 16 | sequence)
        return sealed + self._packets.tag(sealed + struct.pack("!I", self._rollovers))

    def report(self, data: bytes) -> bytes:
        self._report_index += 1
        (ssrc,) = struct.unpack_from("!I", data, 4)
        sealed = data[:8] + self._reports.crypt(data[8:], ssrc, self._report_index)
        sealed += struct.pack("!I", ENCRYPTED | self._report_index)
        return sealed + self._reports.tag(sealed)


class Receiver:
    """Opens what comes in on one stream."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        self._packets, self._reports = Keys(key, salt, 0), Keys(key, salt, 3)
        self._highest = -1

    def packet(self, data: bytes) -> bytes:
        """The whole packet in the clear. Raises Broken."""
        start = _header_length(data)
        sequence, ssrc = struct.unpack_from("!H4xI", data, 2)
        index = self._index_of(sequence)
        sealed, tag = data[:-TAG_LENGTH], data[-TAG_LENGTH:]
        right = self._packets.tag(sealed + struct.pack("!I", index >> 16))
        if not hmac.compare_digest(right, tag):
            raise Broken("a packet with a wrong tag")
        self._highest = max(self._highest, index)
        return sealed[:start] + self._packets.crypt(sealed[start:], ssrc, index)

    def _index_of(self, sequence: int) -> int:
        """The whole index whose low half this is: the one nearest to the highest seen."""
        if self._highest < 0:
            return sequence
        base = self._highest & ~0xFFFF | sequence
        near = (base - 0x10000, base, base + 0x10000)
        return min((i for i in near if i >= 0), key=lambda i: abs(i - self._highest))

    def report(self, data: bytes) -> bytes:
        """The report in the clear. Raises Broken."""
        if len(data) < 8 + 4 + TAG_LENGTH:
            raise Broken("too short for a report")
        sealed, tag = data[:-TAG_LENGTH], data[-TAG_LENGTH:]
        if not hmac.compare_digest(self._reports.tag(sealed), tag):
            raise Broken("a report with a wrong tag")
        (ssrc,), (index,) = struct.unpack_from("!I", data, 4), struct.unpack("!I", sealed[-4:])
        body = sealed[8:-4]
        if index & ENCRYPTED:
            body = self._reports.crypt(body, ssrc, index & ~ENCRYPTED)
        return sealed[:8] + body


def _header_length(data: bytes) -> int:
    """Where the payload of a sealed packet starts. Raises Broken."""
    if len(data) < 12 + TAG_LENGTH or data[0] >> 6 != 2:
        raise Broken("not a packet")
    length = 12 + 4 * (data[0] & 0x0F)
    if data[0] & 0x10 and len(data) >= length + 4:
        length += 4 + 4 * int(struct.unpack_from("!H", data, length + 2)[0])
    if length + TAG_LENGTH > len(data):
        raise Broken("a header longer than its packet")
    return length
