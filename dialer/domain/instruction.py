"""What the carrier shall do with a leg that asks; `carrier` renders it in the carrier's words."""

from dataclasses import dataclass

from dialer.domain.words import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class HangUp:
    """End the leg, without a word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinRoom:
    """Put the leg into the call's room; when it leaves, the room ends if `ends_room`.

    `lines` are said first; `waits_with_music` plays the carrier's music until somebody joins.
    """

    room: str
    label: str
    token: str
    ends_room: bool = True
    records: bool = False
    language: Language = Language.EN
    lines: tuple[str, ...] = ()
    waits_with_music: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """Say lines, wait for one key (or a word), and ask again at `step` with what came.

    With nothing pressed within `wait_seconds` the leg asks at `step` with no digits.
    """

    language: Language
    lines: tuple[str, ...]
    token: str
    step: str
    wait_seconds: int = 6
    hears_speech: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Say:
    """Say lines and end the leg."""

    language: Language
    lines: tuple[str, ...]


Instruction = HangUp | JoinRoom | Ask | Say
