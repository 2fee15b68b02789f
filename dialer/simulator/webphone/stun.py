"""STUN (RFC 5389) as far as an ICE-lite agent needs it: judging binding requests, answering."""

import hashlib
import hmac
import socket
import struct
import zlib
from dataclasses import dataclass

COOKIE = 0x2112A442
REQUEST, SUCCESS = 0x0001, 0x0101
USERNAME, INTEGRITY, MAPPED, USE_CANDIDATE, FINGERPRINT = 0x0006, 0x0008, 0x0020, 0x0025, 0x8028
HEAD = struct.Struct("!HHI12s")

Address = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Check:
    """A binding request. `nominates` is ICE's word for: this is the way to use."""

    transaction: bytes
    ufrag: str
    nominates: bool
    data: bytes


def is_stun(data: bytes) -> bool:
    return len(data) >= HEAD.size and data[0] < 2 and data[4:8] == COOKIE.to_bytes(4, "big")


def read_check(data: bytes) -> Check | None:
    """A binding request and our fragment of its user name; None for anything else."""
    kind, length, _, transaction = HEAD.unpack_from(data)
    if kind != REQUEST or length != len(data) - HEAD.size:
        return None
    found = {name: value for name, value, _ in _attributes(data)}
    ufrag = found.get(USERNAME, b"").partition(b":")[0].decode(errors="replace")
    return Check(transaction=transaction, ufrag=ufrag, nominates=USE_CANDIDATE in found, data=data)


def is_sealed(check: Check, password: str) -> bool:
    """Whether the request carries the integrity that this password gives it."""
    for name, value, start in _attributes(check.data):
        if name == INTEGRITY:
            return hmac.compare_digest(_seal(check.data[:start], password), value)
    return False


def answer(check: Check, password: str, source: Address) -> bytes:
    """The success response that tells the sender its own address."""
    host = int.from_bytes(socket.inet_aton(source[0]), "big") ^ COOKIE
    mapped = struct.pack("!BBHI", 0, 1, source[1] ^ COOKIE >> 16, host)
    body = _attribute(MAPPED, mapped)
    head = HEAD.pack(SUCCESS, len(body), COOKIE, check.transaction)
    body += _attribute(INTEGRITY, _seal(head + body, password))
    head = HEAD.pack(SUCCESS, len(body) + 8, COOKIE, check.transaction)
    return head + body + _attribute(FINGERPRINT, struct.pack("!I", _crc(head + body)))


def _attributes(data: bytes) -> list[tuple[int, bytes, int]]:
    """(name, value, where it starts) of each; a broken tail ends the list."""
    found, at = [], HEAD.size
    while at + 4 <= len(data):
        name, length = struct.unpack_from("!HH", data, at)
        if at + 4 + length > len(data):
            break
        found.append((name, data[at + 4 : at + 4 + length], at))
        at += 4 + length + -length % 4
    return found


def _attribute(name: int, value: bytes) -> bytes:
    return struct.pack("!HH", name, len(value)) + value + b"\0" * (-len(value) % 4)


def _seal(before: bytes, password: str) -> bytes:
    """The integrity of all that stands before it, as if the message ended with it."""
    length = struct.pack("!H", len(before) - HEAD.size + 24)
    sealed = before[:2] + length + before[4:]
    return hmac.new(password.encode(), sealed, hashlib.sha1).digest()


def _crc(data: bytes) -> int:
    return zlib.crc32(data) ^ 0x5354554E
