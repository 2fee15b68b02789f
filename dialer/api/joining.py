"""Others in a live call: a colleague takes over, a supervisor listens in."""

from typing import Annotated

from pydantic import Field

from dialer.api.call_shapes import CallOut
from dialer.api.calls import ONE, check_control, show_call
from dialer.api.route import BOSSES, Asked, Route
from dialer.api.shapes import MAX_ID, Body
from dialer.calling.join_in import supervise, transfer
from dialer.domain.words import Help


class TransferIn(Body):
    """The colleague who is to take over."""

    to_user_id: Annotated[int, Field(ge=1, le=MAX_ID)]


class SuperviseIn(Body):
    """How the supervisor takes part: unheard, heard by the rep, heard by both, or not."""

    how: Help


def transfer_call(asked: Asked, call_id: int) -> CallOut:
    """Ring a colleague into the room; the rep may leave, and the two go on talking."""
    check_control(asked, call_id)
    transfer(asked.rt, call_id, asked.who.user.id, asked.body.to_user_id)
    return show_call(asked, call_id)


def supervise_call(asked: Asked, call_id: int) -> CallOut:
    """Listen, whisper to the rep, join, or leave."""
    check_control(asked, call_id)
    supervise(asked.rt, call_id, asked.who.user.id, asked.body.how)
    return show_call(asked, call_id)


ROUTES = (
    Route(method="POST", path=f"{ONE}/transfer", view=transfer_call, scope="calls",
          body=TransferIn, answer=CallOut, problems=(409, 502)),
    Route(method="POST", path=f"{ONE}/supervise", view=supervise_call, scope="calls",
          roles=BOSSES, body=SuperviseIn, answer=CallOut, problems=(409, 502)),
)  # fmt: skip
