"""A machine's reminder to one customer, and what became of it: the smallest call there is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dialer.calling.dial_task import dial_due_tasks
from dialer.carrier.port import Dial, Placed
from dialer.domain.words import IncidentKind, Mode, Purpose
from dialer.models import Attempt, AttemptTransition, CallTask, Contact, Incident, Switch
from dialer.models.switches import stops
from dialer.runtime import Runtime
from dialer.scheduling.duties import DUTIES
from tests.make import ZHANG_WEI, make_task
from tests.world import CALLER_IDS, World

TALKS = '<Response><Pause length="600"/></Response>'
BY_NAME = {duty.name: duty.function for duty in DUTIES}


def remind(world: World, **fields: Any) -> int:
    """A task that is due now; its id."""
    now = world.rt.now()
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        defaults: dict[str, Any] = {
            "purpose": Purpose.REMINDER, "mode": Mode.MACHINE, "ready_at": now,
            "number_id": world.here.number_id, "owner_id": world.here.rep_id,
        }  # fmt: skip
        return make_task(session, now, contact, **{**defaults, **fields}).id


def dial(world: World, **fields: Any) -> Attempt:
    """Remind at once; the attempt as it stands after its request."""
    remind(world, **fields)
    dial_due_tasks(world.rt)
    return the_attempt(world)


def run(world: World, name: str) -> int:
    """One duty, once."""
    return BY_NAME[name](world.rt)


def after(world: World, seconds: float, *names: str) -> None:
    """Let time pass without any duty but the pulse's, then run these."""
    world.sim.advance(seconds)
    for name in ("beat", *names):
        run(world, name)


def the_attempt(world: World) -> Attempt:
    with world.sessions.read() as session:
        return session.scalars(sa.select(Attempt).order_by(Attempt.id.desc())).first() or Attempt()


def task(world: World, task_id: int) -> CallTask:
    with world.sessions.read() as session:
        return session.get_one(CallTask, task_id)


def steps(world: World, attempt_id: int) -> list[str]:
    """The transition log of an attempt."""
    with world.sessions.read() as session:
        found = sa.select(AttemptTransition.step).where(AttemptTransition.attempt_id == attempt_id)
        return list(session.scalars(found.order_by(AttemptTransition.id)))


def incidents(world: World) -> list[IncidentKind]:
    with world.sessions.read() as session:
        return list(session.scalars(sa.select(Incident.kind).order_by(Incident.id)))


def stopped_by(world: World) -> list[str]:
    with world.sessions.read() as session:
        return [switch.name for switch in stops(session)]


def switch(world: World, name: str) -> Switch:
    with world.sessions.read() as session:
        return session.get_one(Switch, name)


def change(world: World, **values: Any) -> None:
    """Set columns of the attempt, as an earlier crash or a later hour would have left them."""
    with world.sessions.write() as session:
        session.execute(
            sa.update(Attempt).where(Attempt.id == the_attempt(world).id).values(**values)
        )


def strange_call(world: World, to: str = ZHANG_WEI, from_: str = CALLER_IDS[0]) -> str:
    """Somebody else's program places a call on our account; its SID."""
    call = world.sim.client().calls.create(to=to, from_=from_, twiml=TALKS)
    return str(call.sid)


def rings(world: World) -> int:
    return len(world.sim.rings(ZHANG_WEI))


def with_other_clock(world: World, show: Callable[[], datetime | None]) -> Runtime:
    """The same house, which compares its clock with another."""
    return replace(world.rt, other_clocks={"the carrier": show})


def off_by(world: World, seconds: float) -> Callable[[], datetime]:
    """A clock that is so many seconds ahead of ours."""
    return lambda: world.rt.now() + timedelta(seconds=seconds)


class Refusing:
    """A carrier whose every placing ends in one way; all else is the world's own carrier."""

    def __init__(self, world: World, error: Exception) -> None:
        self.world, self.error, self.asked = world, error, 0

    def place(self, _dial: Dial) -> Placed:
        self.asked += 1
        raise self.error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world.rt.carrier, name)


def refusing(world: World, error: Exception) -> Runtime:
    """The house at such a carrier."""
    return replace(world.rt, carrier=Refusing(world, error))
