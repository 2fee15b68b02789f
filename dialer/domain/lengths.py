"""How long a talk should last. It is a guide: no live talk is ever cut off by it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Lengths:
    """Seconds: aim for `target` to `late`, come to the end from there, never beyond `over`.

    `wrap_up` is how long the work after a call may take before somebody should look.
    """

    target: int
    late: int
    over: int
    wrap_up: int

    @property
    def whole(self) -> int:
        """As far as a picture of a talk's length reaches."""
        return self.over + (self.over - self.late)

    def band(self, seconds: float) -> str:
        """The word for a length: talking, target, late or over."""
        if seconds > self.over:
            return "over"
        if seconds >= self.late:
            return "late"
        return "target" if seconds >= self.target else "talking"
