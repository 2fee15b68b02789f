"""Session descriptions: what a browser said about its end, and what we say about ours."""

import re
from dataclasses import dataclass


class BadDescription(ValueError):
    """A description that leaves out what media need, or offers no PCMU."""


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """What a browser's offer or answer says. `keys_type` is the payload type of key presses."""

    ufrag: str
    fingerprint: str
    mid: str
    keys_type: int


@dataclass(frozen=True, kw_only=True)
class Ours:
    """What our offer or answer says."""

    ufrag: str
    password: str
    fingerprint: str
    host: str
    port: int
    ssrc: int


def read(text: str) -> Theirs:
    """Raises BadDescription."""
    if not re.search(r"^m=audio \d+ UDP/TLS/RTP/SAVPF .*\b0\b", text, re.M):
        raise BadDescription("no PCMU is offered")
    keys = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", text, re.M)
    return Theirs(
        ufrag=_attribute(text, "ice-ufrag", r"(\S+)"),
        fingerprint=_attribute(text, "fingerprint", r"sha-256 ([0-9A-Fa-f:]{95})").upper(),
        mid=_attribute(text, "mid", r"(\S+)"),
        keys_type=int(keys[1]) if keys else 126,
    )


def _attribute(text: str, name: str, pattern: str) -> str:
    found = re.search(rf"^a={name}:{pattern}", text, re.M)
    if found is None:
        raise BadDescription(f"no {name}")
    return found[1]


def write(ours: Ours, *, setup: str, mid: str = "0", keys_type: int = 126) -> str:
    """An offer (`setup` actpass) or an answer (passive): one PCMU stream with key presses."""
    lines = (
        "v=0", f"o=- {ours.ssrc} 2 IN IP4 {ours.host}", "s=-", "t=0 0",
        "a=ice-lite", f"a=group:BUNDLE {mid}", "a=msid-semantic: WMS phone",
        f"m=audio {ours.port} UDP/TLS/RTP/SAVPF 0 {keys_type}",
        f"c=IN IP4 {ours.host}", f"a=mid:{mid}", "a=sendrecv", "a=rtcp-mux",
        "a=rtpmap:0 PCMU/8000", f"a=rtpmap:{keys_type} telephone-event/8000",
        f"a=fmtp:{keys_type} 0-16", "a=ptime:20", "a=msid:phone voice",
        f"a=ssrc:{ours.ssrc} cname:phone", f"a=ssrc:{ours.ssrc} msid:phone voice",
        f"a=ice-ufrag:{ours.ufrag}", f"a=ice-pwd:{ours.password}",
        f"a=fingerprint:sha-256 {ours.fingerprint}", f"a=setup:{setup}",
        f"a=candidate:1 1 udp 2130706431 {ours.host} {ours.port} typ host", "a=end-of-candidates",
    )  # fmt: skip
    return "\r\n".join(lines) + "\r\n"
