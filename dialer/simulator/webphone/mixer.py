"""Who hears whom, every 20 ms: the exchange decides, the mixer adds up."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from dialer.simulator.calls import Call
from dialer.simulator.exchange import Exchange
from dialer.simulator.manners import Manner
from dialer.simulator.phones import Phone
from dialer.simulator.webphone import pcmu, voices
from dialer.simulator.webphone.pcmu import SILENCE, Frame
from dialer.simulator.webphone.peer import Peer
from dialer.simulator.webphone.voices import Voice

REMEMBERED_FRAMES = 25


@dataclass(kw_only=True, eq=False)
class End:
    """One live leg's ear and mouth. `heard` is the last half second, for meters and tests."""

    call: Call
    voice: Voice | None = None
    peer: Peer | None = None
    playing: Iterator[Frame] | None = None
    music: Iterator[Frame] | None = None
    ringback: Iterator[Frame] = field(default_factory=voices.ringback)
    heard: deque[Frame] = field(default_factory=lambda: deque(maxlen=REMEMBERED_FRAMES))

    def says(self) -> Frame | None:
        """The next 20 ms from this mouth; a browser's microphone takes the place of a voice."""
        if self.peer:
            return self.peer.said()
        return self.voice(self.heard[-1] if self.heard else SILENCE) if self.voice else None

    def plays(self, *, waits: bool, rings: bool) -> list[Frame]:
        """What is played into this ear alone."""
        sounds = []
        if self.playing:
            frame = next(self.playing, None)
            if frame is None:
                self.playing = None
            else:
                sounds.append(frame)
        if waits and self.music:
            sounds.append(next(self.music))
        if rings:
            sounds.append(next(self.ringback))
        return sounds


@dataclass(frozen=True, kw_only=True)
class Place:
    """An end within the scene: whom it hears, and what else reaches its ear."""

    end: End
    hears: tuple[End, ...]
    waits: bool
    rings: bool


class Mixer:
    """Everything but `play_out` is called with the exchange in hand."""

    def __init__(self, x: Exchange) -> None:
        self._x = x
        self._chance = Random(x.settings.seed)  # noqa: S311
        self._ends: dict[str, End] = {}
        self.legs: dict[str, Peer] = {}
        self.persons: dict[str, Peer] = {}

    def end_of(self, call: Call) -> End:
        end = self._ends.get(call.sid)
        if end is None:
            end = self._ends[call.sid] = End(call=call, voice=self._voice(call))
        return end

    def _voice(self, call: Call) -> Voice | None:
        phone = self._x.handsets.get(call.phone_address)
        if not isinstance(phone, Phone):
            return None
        return voices.make(sound_of(phone.attending(call.sid)), self._chance)

    def play(self, call: Call, kind: str, text: str, seconds: float) -> None:
        """Let an ear hear what the exchange plays to it, instead of what it played before."""
        end = self.end_of(call)
        if kind == "music":
            end.music = voices.music(self._chance)
        elif kind == "beep":
            end.playing = voices.beep()
        else:
            end.playing = voices.speech(text, self._chance, seconds)

    def hush(self, call: Call) -> None:
        """Somebody pressed a key: the prompt stops."""
        self.end_of(call).playing = None

    def scene(self) -> list[Place]:
        """All legs that share a line with a microphone."""
        calls = self._near()
        self._ends = {sid: end for sid, end in self._ends.items() if not end.call.final}
        for call in calls:
            self.end_of(call).peer = self._microphone(call)
        hears: dict[str, list[End]] = {call.sid: [] for call in calls}
        for call in calls:
            for hearer in self._x.audience(call):
                if hearer.sid in hears:
                    hears[hearer.sid].append(self.end_of(call))
        return [
            Place(
                end=self.end_of(call),
                hears=tuple(hears[call.sid]),
                waits=bool(call.seat and call.seat.music),
                rings=_hears_ringing(call),
            )
            for call in calls
        ]

    def _near(self) -> list[Call]:
        live = [call for call in self._x.open_calls() if call.live]
        spoken = [call for call in live if self._microphone(call)]
        rooms = {call.seat.conference.sid for call in spoken if call.seat}
        bridged = {call.bridge.sid for call in spoken if call.bridge}
        sids = {call.sid for call in spoken} | bridged
        return [c for c in live if c.sid in sids or (c.seat and c.seat.conference.sid in rooms)]

    def _microphone(self, call: Call) -> Peer | None:
        person = self.persons.get(call.phone_address)
        return self.legs.get(call.sid) or (person if person and not person.is_gone else None)

    def ear_of(self, call: Call) -> list[int]:
        """The samples that reached an ear in the last half second."""
        end = self._ends.get(call.sid)
        return [sample for frame in end.heard for sample in frame] if end else []


def play_out(scene: list[Place], seconds: float) -> None:
    """One beat of sound for everybody; `seconds` since 1970 goes into reports."""
    said = {place.end.call.sid: place.end.says() for place in scene}
    for place in scene:
        heard = (said[other.call.sid] for other in place.hears)
        sounds = [frame for frame in heard if frame is not None]
        sounds += place.end.plays(waits=place.waits, rings=place.rings)
        frame = pcmu.mix(sounds)
        place.end.heard.append(frame)
        if place.end.peer:
            place.end.peer.hear(frame, seconds)


def sound_of(manner: Manner) -> str:
    """The voice that fits who picked up, where none was chosen."""
    if manner.sound:
        return manner.sound
    return manner.voice if manner.voice in {"silence", "fax"} else "speech"


def _hears_ringing(call: Call) -> bool:
    """Whether somebody is being rung into the room of this leg."""
    if call.seat is None:
        return False
    return any(seat.call.status == "ringing" for seat in call.seat.conference.present)
