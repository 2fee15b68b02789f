"""G.711 µ-law, and frames of sound: lists of 160 linear samples, 20 ms at 8 kHz."""

import math
from collections.abc import Iterable, Sequence

RATE = 8000
FRAME = 160
FRAME_SECONDS = FRAME / RATE
LOUDEST = 32767
CLIP, BIAS = 32635, 0x84

Frame = list[int]
SILENCE: Frame = [0] * FRAME


def _expand(code: int) -> int:
    code = ~code & 0xFF
    level = (((code & 0x0F) << 3) + BIAS << ((code & 0x70) >> 4)) - BIAS
    return -level if code & 0x80 else level


def _compress(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    level = min(abs(sample), CLIP) + BIAS
    exponent = level.bit_length() - 8
    return ~(sign | exponent << 4 | level >> exponent + 3 & 0x0F) & 0xFF


EXPANDED = [_expand(code) for code in range(256)]
# By the sample's 16 bits, so that negative ones are found from the end.
COMPRESSED = bytes(
    _compress(sample - 65536 if sample > LOUDEST else sample) for sample in range(65536)
)


def decode(payload: bytes) -> Frame:
    return [EXPANDED[code] for code in payload]


def encode(frame: Sequence[int]) -> bytes:
    return bytes([COMPRESSED[sample] for sample in frame])


def mix(frames: Sequence[Frame]) -> Frame:
    """Their sum, clipped."""
    if len(frames) < 2:
        return frames[0] if frames else SILENCE
    return [max(-LOUDEST, min(LOUDEST, sum(samples))) for samples in zip(*frames, strict=True)]


def loudness(samples: Sequence[int]) -> float:
    """Root mean square, 0 to 1."""
    if not samples:
        return 0.0
    return math.sqrt(sum(s * s for s in samples) / len(samples)) / LOUDEST


def tone_in(samples: Sequence[int], hertz: float) -> float:
    """The amplitude of one frequency in the samples, 0 to 1 (Goertzel's sum)."""
    if not samples:
        return 0.0
    turn = 2 * math.pi * hertz / RATE
    real = sum(s * math.cos(turn * n) for n, s in enumerate(samples))
    imaginary = sum(s * math.sin(turn * n) for n, s in enumerate(samples))
    return 2 * math.hypot(real, imaginary) / len(samples) / LOUDEST


def frames_of(samples: Iterable[int]) -> list[Frame]:
    """Cut into frames; the last is filled with silence."""
    whole = list(samples)
    whole += [0] * (-len(whole) % FRAME)
    return [whole[at : at + FRAME] for at in range(0, len(whole), FRAME)]
