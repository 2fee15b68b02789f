"""A brief, and a talk that comes of it."""

from typing import Any

import sqlalchemy as sa

from dialer.models import Call
from tests.make import REP_PHONE, ZHANG_WEI
from tests.web.visitor import Visitor
from tests.world import World


def brief(world: World, **fields: Any) -> dict[str, Any]:
    return {
        "token": "f00d", "contact": world.here.contact_id, "number": world.here.number_id,
        "purpose": "follow_up", "point": "三年保修", "target_stage": "4", **fields,
    }  # fmt: skip


def talk(world: World, visitor: Visitor, **fields: Any) -> int:
    """A call that both sides are on."""
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(5)
    call_id = int(visitor.ask("/desk/dial", **brief(world, **fields)).get_json()["call_id"])
    world.advance(20)
    return call_id


def calls(world: World) -> list[Call]:
    with world.sessions.read() as session:
        return list(session.scalars(sa.select(Call).order_by(Call.id)))
