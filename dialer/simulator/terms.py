"""What is ordered for a leg: where its TwiML is, who is told, how it rings and is recorded."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where TwiML comes from: a URL to ask (with a fallback), or a document in the hand."""

    url: str = ""
    method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    twiml: str = ""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Who is told about something, and of which events."""

    url: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True, kw_only=True)
class Detection:
    """Answering-machine detection as ordered. `listener` empty: the Url request waits for it."""

    mode: str = "Enable"
    timeout_seconds: float = 30.0
    silence_seconds: float = 5.0
    background: bool = False
    listener: Listener = field(default_factory=Listener)


@dataclass(frozen=True, kw_only=True)
class Taping:
    """A recording as ordered."""

    channels: int = 1
    track: str = "both"
    listener: Listener = field(default_factory=Listener)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What was ordered for a leg."""

    source: Source = field(default_factory=Source)
    status: Listener = field(default_factory=Listener)
    ring_seconds: float = 60.0
    limit_seconds: float = 14_400.0
    detection: Detection | None = None
    taping: Taping | None = None
    send_digits: str = ""
