"""Phones with manners: how the people and machines at the other end behave.

A manner is set for a number (`phone.is_busy()`, `phone.answers_after(3).presses("1", after=2)`), or
chosen by name, or follows from the number's last two digits if nobody chose:

    01 busy · 02 never answers · 03 declines · 04 does not exist (SIP 404) · 05 voicemail with beep
    06 voicemail without beep · 07 fax · 08 hangs up at once · 09 answers and is silent
    20 is not the person asked for · 21 opts out with 9 · 22 disputes with 4 · 23 has paid (2)
    24 wants the owner (3) · 25 listens and presses nothing
    90-98 a rep's telephone: answers after 2 s, presses 1, stays · 99 a rep's voicemail
    00 a person at the control page decides · others: answers, presses 1 whenever asked to, talks

`client:NAME` rings once it is registered (`exchange.phone("client:NAME")` does that).
"""

import re
from dataclasses import dataclass, replace
from random import Random
from typing import Literal, get_args

PickUp = Literal["answers", "busy", "silent", "declines", "fails", "person"]
Voice = Literal["human", "machine", "fax", "silence"]

SOUNDS = r"(speech|echo|silence|fax|tone(:[1-9]\d{1,2}|:[123]\d{3})?)?"
ASKS_FOR_1 = r"(?i)press(ing)? (1|one)\b|按\s*[「“]?[1一１]"


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something done during a call, `after` seconds from the answer or from hearing a text.

    `on_hearing` is a regular expression. Each hearing moves the first act that fits and was not
    done yet, so equal texts mean: this upon the first menu, that upon the second.
    """

    press: str = ""
    say: str = ""
    hang_up: bool = False
    after: float = 0.0
    on_hearing: str = ""
    again: bool = False

    def __post_init__(self) -> None:
        if self.after < 0:
            raise ValueError(f"after: must be seconds, got {self.after!r}")
        try:
            re.compile(self.on_hearing)
        except re.error as error:
            raise ValueError(f"on_hearing: {error}") from error


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a phone treats one call. Times are seconds of the people's own pace.

    `sound` is what a browser at the other end hears: speech, echo, silence, fax, `tone:600` (in
    hertz), or empty for what fits the voice.
    """

    name: str = "custom"
    pick_up: PickUp = "answers"
    after: float = 3.0
    sip_code: int = 404
    voice: Voice = "human"
    greeting_seconds: float = 1.5
    beep: bool = True
    talks_seconds: float | None = None
    sound: str = ""
    acts: tuple[Act, ...] = ()

    def __post_init__(self) -> None:
        if self.pick_up not in get_args(PickUp) or self.voice not in get_args(Voice):
            raise ValueError(f"must be one of {get_args(PickUp)} and {get_args(Voice)}")
        if not re.fullmatch(SOUNDS, self.sound):
            raise ValueError(f"sound: must be like {SOUNDS}, got {self.sound!r}")
        for seconds in (self.after, self.greeting_seconds, self.talks_seconds or 0):
            if seconds < 0:
                raise ValueError(f"must be seconds, got {seconds!r}")


def _key_upon_1(*keys: str) -> tuple[Act, ...]:
    """The keys for one menu after the other."""
    return tuple(Act(press=key, on_hearing=ASKS_FOR_1, after=0.5) for key in keys)


MANNERS: dict[str, Manner] = {
    manner.name: manner
    for manner in (
        Manner(
            name="talker",
            talks_seconds=200,
            acts=(Act(press="1", on_hearing=ASKS_FOR_1, after=0.5, again=True),),
        ),
        Manner(name="busy", pick_up="busy"),
        Manner(name="no-answer", pick_up="silent"),
        Manner(name="declines", pick_up="declines", after=4),
        Manner(name="unknown-number", pick_up="fails", sip_code=404),
        Manner(name="voicemail", voice="machine", after=8, greeting_seconds=6, talks_seconds=90),
        Manner(
            name="voicemail-no-beep", voice="machine", after=8, greeting_seconds=6, beep=False,
            talks_seconds=90,
        ),
        Manner(name="fax", voice="fax", after=2, talks_seconds=30),
        Manner(name="hangs-up-early", after=3, talks_seconds=1),
        Manner(name="mute", voice="silence", after=3, talks_seconds=60),
        Manner(name="wrong-person", talks_seconds=60, acts=_key_upon_1("2")),
        Manner(name="opts-out", talks_seconds=60, acts=_key_upon_1("9")),
        Manner(name="disputes", talks_seconds=120, acts=_key_upon_1("1", "4")),
        Manner(name="paid", talks_seconds=120, acts=_key_upon_1("1", "2")),
        Manner(name="wants-owner", talks_seconds=240, acts=_key_upon_1("1", "3")),
        Manner(name="listener", talks_seconds=120),
        Manner(
            name="rep", after=2,
            acts=(Act(press="1", after=2), Act(press="1", on_hearing=ASKS_FOR_1, again=True)),
        ),
        Manner(
            name="rep-voicemail", voice="machine", after=2, greeting_seconds=5, talks_seconds=60
        ),
        Manner(name="echo", after=2, sound="echo"),
        Manner(name="tone", after=2, sound="tone"),
        Manner(name="person", pick_up="person"),
    )
}  # fmt: skip

BY_SUFFIX = {
    "00": "person", "01": "busy", "02": "no-answer", "03": "declines", "04": "unknown-number",
    "05": "voicemail", "06": "voicemail-no-beep", "07": "fax", "08": "hangs-up-early", "09": "mute",
    "20": "wrong-person", "21": "opts-out", "22": "disputes", "23": "paid", "24": "wants-owner",
    "25": "listener", **{str(n): "rep" for n in range(90, 99)}, "99": "rep-voicemail",
}  # fmt: skip


def manner_of(address: str, seed: int) -> Manner:
    """The manner of an address that nobody set: by its last two digits, varied by the seed."""
    if address.startswith("client:"):
        return MANNERS["rep"]
    named = MANNERS[BY_SUFFIX.get(address[-2:], "talker")]
    if named.name != "talker":
        return named
    dice = Random(f"{seed}:{address}")  # noqa: S311
    return replace(named, after=dice.uniform(2, 9), talks_seconds=dice.uniform(90, 330))
