"""The house's pulse: beats in the database, and remembered on this machine.

A clock that cannot be trusted stops all new calls until it has been sane for two beats. A
database that has beaten less often than this machine remembers was restored from a backup: it
does not know whom it has called since.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.spool import write_durably
from dialer.calling.stops import stop, stop_for_gap
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.domain.clock import SANE_BEATS, doubt_of_clock, doubt_of_skew
from dialer.logs import trouble
from dialer.models.machinery import Installation, Pulse
from dialer.models.switches import CLOCK, GAP, RESTORED, is_on, throw
from dialer.runtime import Runtime

log = logging.getLogger(__name__)

# Nobody looked after the calls for longer than this: what the carrier did meanwhile is compared.
GAP_SECONDS = 120
# An attempt's intent may be a little younger than the last beat of its clock.
MARGIN = timedelta(minutes=10)
AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)


def beat(rt: Runtime) -> int:
    """One beat; 1 if something about it is wrong."""
    remembered = read_memory(rt)
    others = read_clocks(rt.other_clocks)
    with rt.sessions.write() as session:
        pulse = lock_pulse(session)
        doubt = doubt_of_clock(rt.now(), pulse.at, others)
        watch_clock(rt, session, pulse, doubt)
        is_restored = remembered > pulse.beats
        if is_restored:
            reason = "this database is older than what was done with it: it comes from a backup"
            stop_for_gap(rt, session, RESTORED, pulse.at - MARGIN, reason)
        pulse.beats += 1
        if doubt_of_skew(rt.now(), others) is None:
            pulse.at = rt.now()  # what a wrong clock shows is not passed on to the others
        beats, name = pulse.beats, name_of(session)
    remember(rt, name, beats)
    return int(doubt is not None or is_restored)


def wake_up(rt: Runtime) -> None:
    """Before the first beat of a process: after a long sleep, look through what happened.

    Calls go on by themselves if the carrier knows of none that we do not.
    """
    with rt.sessions.write() as session:
        pulse = lock_pulse(session)
        if rt.settings.dialer_clock_start is not None:
            pulse.at = rt.now()  # a demo's clock is set anew at each start
        if pulse.beats and (rt.now() - pulse.at).total_seconds() > GAP_SECONDS:
            reason = "the clock has been away; the carrier's list is being compared"
            stop_for_gap(rt, session, GAP, pulse.at - MARGIN, reason)


def declare_restored(rt: Runtime) -> None:
    """Somebody says that this database comes from a backup, whatever this machine remembers."""
    with rt.sessions.write() as session:
        since = lock_pulse(session).at - MARGIN
        reason = "this database was restored from a backup"
        stop_for_gap(rt, session, RESTORED, since, reason)


def watch_clock(rt: Runtime, session: Session, pulse: Pulse, doubt: str | None) -> None:
    """Stop for a doubt; two sane beats in a row let calls go on."""
    if doubt is not None:
        pulse.sane = 0
        stop(session, CLOCK, rt.now(), doubt)
        return
    pulse.sane += 1
    if pulse.sane >= SANE_BEATS and is_on(session, CLOCK):
        throw(session, CLOCK, on=False, at=rt.now(), reason="the clock is sane again")


def lock_pulse(session: Session) -> Pulse:
    """The one row, held."""
    return session.execute(
        sa.select(Pulse)
        .where(Pulse.id == 1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def read_clocks(clocks: Mapping[str, Callable[[], datetime | None]]) -> dict[str, datetime]:
    """What the other clocks show; one that cannot be read says nothing."""
    shown = {}
    for name, read in clocks.items():
        try:
            at = read()
        except (CarrierRefused, CarrierUncertain, *AWAY):
            continue
        if at is not None:
            shown[name] = at
    return shown


def name_of(session: Session) -> str:
    """Which installation this is, without its key."""
    key = session.execute(sa.select(Installation.number_key)).scalar_one()
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def read_memory(rt: Runtime) -> int:
    """How often this machine remembers that the installation's database has beaten.

    It is read before the database is, so that another process's later beat does no harm.
    """
    try:
        found = json.loads((rt.settings.spool_dir / "pulse").read_bytes())
        beats, name = int(found["beats"]), str(found["installation"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    with rt.sessions.read() as session:
        return beats if name == name_of(session) else 0


def remember(rt: Runtime, name: str, beats: int) -> None:
    """Keep the count beside the database; where the disk takes nothing, the next beat tries."""
    content = json.dumps({"installation": name, "beats": beats}).encode()
    try:
        rt.settings.spool_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(rt.settings.spool_dir / "pulse", content, rt.token())
    except OSError as error:
        log.warning("the pulse could not be remembered", extra=trouble(error))
