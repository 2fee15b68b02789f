"""The clock's process: ticks the duties, wakes the prompt ones at once, drains at its end."""

import logging
import signal
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from types import FrameType

import psycopg
import sqlalchemy as sa
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from dialer.calling.audit import audit_gap
from dialer.calling.pulse import wake_up
from dialer.calling.spool import replay_spool
from dialer.logs import log_rules, trouble
from dialer.models.leases import hold_seat, leave_seat
from dialer.models.numbers import zone_data_version
from dialer.models.wake import CHANNEL
from dialer.runtime import Runtime
from dialer.scheduling.duties import DUTIES, run_duty

log = logging.getLogger(__name__)

SQLITE_POLL_SECONDS = 0.25
SEAT_SECONDS = 15
DRAIN_SECONDS = 15


class SeatTaken(Exception):
    """Another clock runs on this SQLite database; only PostgreSQL takes more than one."""


def run_clock(rt: Runtime, stop: threading.Event) -> None:
    """Tick until `stop` is set, then let running duties end, for at most 15 seconds.

    From then on no new call is placed; a request that is on its way is waited for.
    """
    rt = replace(rt, stopping=stop.is_set)
    holder = rt.token()
    take_seat(rt, holder)
    wake_up(rt)
    audit_gap(rt)
    replay_spool(rt)
    scheduler = make_scheduler(rt)
    scheduler.start()
    log_rules(log, rt.policy, zone_data_version())
    log.info("the clock runs", extra={"duties": len(DUTIES), "policy": rt.policy.digest[:12]})
    try:
        wait_for_stop(rt, scheduler, stop, holder)
    finally:
        drain(scheduler)
        leave_seat(rt.sessions, "clock", holder)
        log.info("the clock has stopped")


def make_scheduler(rt: Runtime) -> BackgroundScheduler:
    """APScheduler as a ticker only: no store, for a job that it lost or doubled would be a call."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(16)}, timezone="UTC")
    noted: dict[str, datetime] = {}
    for duty in DUTIES:
        prompt = duty.prompt and rt.sessions.is_sqlite
        scheduler.add_job(
            run_duty,
            "interval",
            args=(rt, duty, noted),
            id=duty.name,
            seconds=SQLITE_POLL_SECONDS if prompt else duty.seconds,
            max_instances=duty.at_once,
            coalesce=True,
            misfire_grace_time=None,
        )
    return scheduler


def take_seat(rt: Runtime, holder: str) -> None:
    """On SQLite there is one seat for a clock; a second one says so and does not start."""
    if not rt.sessions.is_sqlite:
        return
    until = rt.now() + timedelta(seconds=SEAT_SECONDS)
    if not hold_seat(rt.sessions, "clock", holder, rt.now(), until):
        raise SeatTaken(
            "clock: another clock already runs on this SQLite database; stop it first, "
            "or use PostgreSQL, where any number may run"
        )


def keep_seat(rt: Runtime, holder: str) -> None:
    """Take it again; while the database is away, nobody else can take it either."""
    try:
        take_seat(rt, holder)
    except sa.exc.OperationalError as error:
        log.warning("the clock's seat could not be renewed", extra=trouble(error))


def wait_for_stop(
    rt: Runtime, scheduler: BackgroundScheduler, stop: threading.Event, holder: str
) -> None:
    """Keep the seat, or listen for wake-ups, until told to stop."""
    if rt.sessions.is_sqlite:
        while not stop.wait(SEAT_SECONDS / 3):
            keep_seat(rt, holder)
        return
    listener = threading.Thread(
        target=listen, args=(rt, scheduler, stop), name="wake-up", daemon=True
    )
    listener.start()
    stop.wait()
    listener.join(timeout=2)


def listen(rt: Runtime, scheduler: BackgroundScheduler, stop: threading.Event) -> None:
    """Run prompt duties whenever a transaction says that there is something to do."""
    url = rt.sessions.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    while not stop.is_set():
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                while not stop.is_set():
                    for _ in connection.notifies(timeout=1, stop_after=1):
                        wake_prompt(rt, scheduler)
        except psycopg.OperationalError:
            log.warning("the wake-up line is down; the clock goes on ticking")
            stop.wait(1)


def wake_prompt(rt: Runtime, scheduler: BackgroundScheduler) -> None:
    """Run the prompt duties now, beside their interval."""
    for duty in DUTIES:
        if duty.prompt:
            scheduler.add_job(
                run_duty, args=(rt, duty), id=f"{duty.name}:woken", replace_existing=True,
                misfire_grace_time=None,
            )  # fmt: skip


def drain(scheduler: BackgroundScheduler) -> None:
    """Start nothing more and let what runs come to its end, within the time a deploy gives."""
    ender = threading.Thread(target=scheduler.shutdown, kwargs={"wait": True}, daemon=True)
    ender.start()
    ender.join(timeout=DRAIN_SECONDS)


def stop_on_signals(stop: threading.Event) -> None:
    """Set `stop` on SIGTERM and Ctrl-C."""

    def tell(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, tell)
    signal.signal(signal.SIGINT, tell)
