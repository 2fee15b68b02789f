"""Why a verb did not do what it was asked; nothing was changed when one of these is raised."""

from dialer.domain.verdict import Verdict


class CallingError(Exception):
    """A verb's refusal."""


class Refused(CallingError):
    """The gate says no; the verdict says why and until when."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.rule)
        self.verdict = verdict


class RepBusy(CallingError):
    """The rep has a live call."""

    def __init__(self, call_id: int) -> None:
        super().__init__(f"call {call_id} is live")
        self.call_id = call_id


class NumberBusy(CallingError):
    """Somebody is calling this number now."""


class OnHold(CallingError):
    """The floor is on hold: no new call is placed."""


class NoPhone(CallingError):
    """The rep has no telephone that could be rung."""


class NotYours(CallingError):
    """The account belongs to somebody else, or there is no such thing."""


class NotLive(CallingError):
    """The call is over, or the leg is not in the room."""


class BriefMissing(CallingError):
    """A call without a point is not placed; `field` is what is missing."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class WrongDisposition(CallingError):
    """The call's purpose does not end in this disposition."""


class NotAudited(CallingError):
    """Calls cannot go on yet: what the carrier did meanwhile has not been looked through."""
