"""Sounds without a microphone: what simulated people say, and what TwiML plays, frame by frame.

Speech is synthesised: a glottal pulse through three formants, one syllable after the other, in
the rhythm and with the sentence melody of the text. It sounds like somebody talking in the next
room: nobody can understand it, and nobody takes it for a beep.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from random import Random

from dialer.simulator.webphone.pcmu import FRAME, RATE, SILENCE, Frame, frames_of

ECHO_FRAMES = 50
TONE_HERTZ = 600
LEVEL = 9000
# (first, second, third) formant in Hz of a few vowels.
VOWELS = (
    (730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410),
)  # fmt: skip

Voice = Callable[[Frame], Frame]
"""A mouth: handed what its ear has heard in the last 20 ms, it says the next 20 ms."""


def make(name: str, chance: Random) -> Voice:
    """The voice of that name; `tone:523` is a tone of so many hertz."""
    kind, _, wish = name.partition(":")
    if kind == "echo":
        return _echo()
    if kind == "tone":
        return _follow(tone(float(wish or TONE_HERTZ)))
    if kind == "fax":
        return _follow(_cadence(1100, 0.5, 3.0))
    if kind == "silence":
        return lambda _heard: SILENCE
    return _follow(_chat(chance))


def _follow(frames: Iterator[Frame]) -> Voice:
    return lambda _heard: next(frames, SILENCE)


def _echo() -> Voice:
    """Says what it heard a second ago, a little softer."""
    memory: deque[Frame] = deque([SILENCE] * ECHO_FRAMES)

    def say(heard: Frame) -> Frame:
        memory.append(heard)
        return [sample * 7 // 10 for sample in memory.popleft()]

    return say


def tone(hertz: float, level: int = LEVEL) -> Iterator[Frame]:
    turn, start = 2 * math.pi * hertz / RATE, 0
    while True:
        yield [round(level * math.sin(turn * n)) for n in range(start, start + FRAME)]
        start += FRAME


def _cadence(hertz: float, on_seconds: float, off_seconds: float) -> Iterator[Frame]:
    sound = tone(hertz)
    beats, at = round((on_seconds + off_seconds) * RATE / FRAME), 0
    while True:
        frame = next(sound)
        yield frame if at % beats < on_seconds * RATE / FRAME else SILENCE
        at += 1


def ringback() -> Iterator[Frame]:
    """What a caller hears while the other end rings."""
    return _cadence(450, 1.0, 4.0)


def beep() -> Iterator[Frame]:
    sound = tone(1000)
    return (next(sound) for _ in range(20))


def music(chance: Random) -> Iterator[Frame]:
    """Slow plucked chords, for those who wait."""
    while True:
        for root in (220.0, 174.6, 261.6, 196.0):
            pitches = [root * ratio for ratio in (1, 1.25, 1.5)]
            chance.shuffle(pitches)
            samples = [0.0] * (2 * RATE)
            for place, pitch in enumerate(pitches):
                _pluck(samples, round(place * 0.4 * RATE), pitch)
            yield from frames_of(round(sample) for sample in samples)


def _pluck(samples: list[float], start: int, pitch: float) -> None:
    turn = 2 * math.pi * pitch / RATE
    for n in range(len(samples) - start):
        samples[start + n] += 1500 * math.exp(-2.0 * n / RATE) * math.sin(turn * n)


def speech(text: str, chance: Random, seconds: float) -> Iterator[Frame]:
    """Somebody saying a text in so many seconds."""
    letters = [c for c in text if c.isalnum()]
    wide = sum(ord(c) > 0x2E80 for c in letters)
    count = max(1, wide + (len(letters) - wide) // 3)
    pitch = chance.uniform(105, 220)
    length = max(0.08, seconds / count)
    for place in range(count):
        melody = pitch * (1.12 - 0.25 * place / count)
        yield from frames_of(_syllable(melody, length, chance))


def _chat(chance: Random) -> Iterator[Frame]:
    """A person in a conversation: a greeting, then a sentence now and then."""
    yield from _pause(0.4)
    words = "喂您好"
    while True:
        yield from speech(words, chance, 0.22 * len(words))
        yield from _pause(chance.uniform(1.5, 4.0))
        words = "好" * chance.randint(3, 12)


def _pause(seconds: float) -> Iterator[Frame]:
    return (SILENCE for _ in range(round(seconds * RATE / FRAME)))


def _syllable(pitch: float, seconds: float, chance: Random) -> Iterator[int]:
    """A vowel that swells and fades: pulses that ring in three resonances."""
    poles = [_resonance(hertz, width) for hertz, width in zip(
        chance.choice(VOWELS), (90, 110, 170), strict=True)]  # fmt: skip
    memory = [[0.0, 0.0] for _ in poles]
    length, phase = round(seconds * RATE), 0.0
    for n in range(length):
        phase += pitch / RATE
        pulse = 1.0 if phase >= 1 else 0.0
        phase %= 1
        total = 0.0
        for (near, far), past, share in zip(poles, memory, (1.0, 0.5, 0.25), strict=True):
            value = pulse + near * past[0] - far * past[1]
            past[1], past[0] = past[0], value
            total += share * value
        swell = min(1.0, n / 160, (length - n) / 320)
        yield max(-LEVEL * 2, min(LEVEL * 2, round(2600 * swell * total)))


def _resonance(hertz: float, width: float) -> tuple[float, float]:
    radius = math.exp(-math.pi * width / RATE)
    return 2 * radius * math.cos(2 * math.pi * hertz / RATE), radius * radius
