"""Phones: what can be rung, and the scripted kind that follows a manner."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Protocol

from dialer.simulator.manners import MANNERS, Act, Manner

Kind = Literal["say", "play", "beep", "speech", "music"]


class Line(Protocol):
    """A phone's end of one call: what the one holding the phone can do."""

    @property
    def sid(self) -> str: ...
    def answer(self) -> None: ...
    def decline(self, status: str, sip_code: int) -> None: ...
    def hang_up(self) -> None: ...
    def press(self, keys: str) -> None: ...
    def speak(self, text: str) -> None: ...
    def later(self, seconds: float, deed: Callable[[], None]) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Something that reached a phone's ear."""

    at: datetime
    call_sid: str
    kind: Kind
    text: str


class Handset(Protocol):
    """Whatever can be rung: a scripted phone, a person at a page, later a browser's phone."""

    def rings(self, line: Line) -> None: ...
    def connects(self, line: Line) -> None: ...
    def hears(self, line: Line, heard: Heard, seconds: float) -> None: ...
    def ends(self, line: Line) -> None: ...


@dataclass(kw_only=True)
class Phone:
    """A scripted phone. Its verbs set the manner of all its later calls and can be chained."""

    address: str
    manner: Manner
    _next: list[Manner] = field(default_factory=list)
    _calls: dict[str, "_Attendance"] = field(default_factory=dict)

    def behaves(self, *manners: Manner | str) -> "Phone":
        """Treat the next calls so, one after the other; the last manner stays."""
        chosen = [MANNERS[m] if isinstance(m, str) else m for m in manners]
        self.manner, self._next = chosen[-1], chosen[:-1]
        return self

    def _set(self, **changes: object) -> "Phone":
        self.manner = replace(self.manner, name="custom", **changes)  # type: ignore[arg-type]
        return self

    def answers_after(self, seconds: float) -> "Phone":
        """Answer as a person who then does nothing until told otherwise; forgets the old manner."""
        return self.behaves(Manner(after=seconds))

    def presses(
        self, keys: str, *, after: float = 0.5, on_hearing: str = "", again: bool = False
    ) -> "Phone":
        """Press keys `after` seconds from the answer, or from hearing a text (a regex)."""
        return self._does(Act(press=keys, after=after, on_hearing=on_hearing, again=again))

    def says(
        self, text: str, *, after: float = 0.5, on_hearing: str = "", again: bool = False
    ) -> "Phone":
        return self._does(Act(say=text, after=after, on_hearing=on_hearing, again=again))

    def hangs_up_after(self, seconds: float) -> "Phone":
        """Hang up that long after the answer."""
        return self._set(talks_seconds=seconds)

    def hangs_up_on_hearing(self, text: str, *, after: float = 0.5) -> "Phone":
        return self._does(Act(hang_up=True, on_hearing=text, after=after))

    def is_busy(self) -> "Phone":
        return self.behaves("busy")

    def never_answers(self) -> "Phone":
        return self.behaves("no-answer")

    def declines_after(self, seconds: float) -> "Phone":
        return self.behaves(Manner(pick_up="declines", after=seconds))

    def fails(self, sip_code: int = 404) -> "Phone":
        return self.behaves(Manner(pick_up="fails", sip_code=sip_code))

    def is_voicemail(
        self, *, after: float = 8, greeting_seconds: float = 6, beep: bool = True
    ) -> "Phone":
        """A machine that answers, greets, perhaps beeps, and records for 90 seconds."""
        return self.behaves(
            Manner(
                voice="machine",
                after=after,
                greeting_seconds=greeting_seconds,
                beep=beep,
                talks_seconds=greeting_seconds + 90,
            )
        )

    def is_fax(self) -> "Phone":
        return self.behaves("fax")

    def is_person(self) -> "Phone":
        """Wait for someone at the control page (or for `exchange.line(number)`'s verbs)."""
        return self.behaves("person")

    def _does(self, act: Act) -> "Phone":
        return self._set(acts=(*self.manner.acts, act))

    def rings(self, line: Line) -> None:
        manner = self._next.pop(0) if self._next else self.manner
        self._calls[line.sid] = _Attendance(manner)
        match manner.pick_up:
            case "answers":
                line.later(manner.after, line.answer)
            case "declines":
                line.later(manner.after, lambda: line.decline("no-answer", 603))
            case "busy":
                line.decline("busy", 486)
            case "fails":
                line.decline("failed", manner.sip_code)

    def attending(self, sid: str) -> Manner:
        """The manner with which this phone treats the call."""
        return self._calls[sid].manner if sid in self._calls else self.manner

    def connects(self, line: Line) -> None:
        manner = self._calls.setdefault(line.sid, _Attendance(self.manner)).manner
        for act in manner.acts:
            if not act.on_hearing:
                line.later(act.after, lambda act=act: self._perform(line, act))  # type: ignore[misc]
        if manner.talks_seconds is not None:
            line.later(manner.talks_seconds, line.hang_up)

    def hears(self, line: Line, heard: Heard, seconds: float) -> None:
        """`seconds`: how long the sound lasts; a text within it is heard when it is spoken."""
        attendance = self._calls.get(line.sid)
        if attendance is None or heard.kind not in {"say", "speech"}:
            return
        if found := attendance.reaction_to(heard.text):
            index, share = found
            wait = seconds * share + attendance.manner.acts[index].after
            attendance.reacting = True
            line.later(wait, lambda: self._react(line, attendance, index))

    def _react(self, line: Line, attendance: "_Attendance", index: int) -> None:
        attendance.reacting = False
        attendance.done.add(index)
        self._perform(line, attendance.manner.acts[index])

    def ends(self, line: Line) -> None:
        self._calls.pop(line.sid, None)

    def _perform(self, line: Line, act: Act) -> None:
        if act.say:
            line.speak(act.say)
        if act.press:
            line.press(act.press)
        if act.hang_up:
            line.hang_up()


@dataclass
class _Attendance:
    """One call in the hand. People react to one thing at a time, and in the order of the acts."""

    manner: Manner
    done: set[int] = field(default_factory=set)
    reacting: bool = False

    def reaction_to(self, text: str) -> tuple[int, float] | None:
        """Which act the text moves its hearer to, and the share of it that is spoken before."""
        for index, act in enumerate(() if self.reacting else self.manner.acts):
            found = re.search(act.on_hearing, text) if act.on_hearing else None
            if found and (act.again or index not in self.done):
                return index, found.end() / max(1, len(text))
        return None


def seconds_to_say(text: str) -> float:
    """How long a text takes to speak: about 4.5 Chinese characters or 15 letters a second."""
    wide = len(re.findall(r"[\u3000-\u9fff\uff00-\uffef]", text))
    return max(0.4, wide / 4.5 + (len(text) - wide) / 15)
