"""What stands around every page: the live call that a rep may have left, and the floor's hold."""

from dataclasses import dataclass

from dialer.models.calls import Call
from dialer.models.desk import live_call
from dialer.models.switches import HOLD, is_on
from dialer.web.context import current_user, runtime


@dataclass(frozen=True, kw_only=True)
class FrameFacts:
    """The reader's live call, if there is one, and whether no call may be placed."""

    call: Call | None
    on_hold: bool


def frame_facts() -> FrameFacts:
    """Ask once per page."""
    with runtime().sessions.read() as session:
        return FrameFacts(call=live_call(session, current_user().id), on_hold=is_on(session, HOLD))
