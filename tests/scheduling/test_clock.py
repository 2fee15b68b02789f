"""The clock: any number on PostgreSQL, one on SQLite, and a duty that fails alone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from dialer.calling.dial_task import due_tasks, take_up
from dialer.domain.words import Mode, Purpose, TaskState
from dialer.models import Attempt, CallTask, DutyRun, ProcessLease
from dialer.models.database import Sessions, make_engine
from dialer.runtime import Runtime
from dialer.scheduling.clock import SeatTaken, keep_seat, make_scheduler, run_clock
from dialer.scheduling.duties import DUTIES, Duty, run_duty
from tests.make import make_account, make_contact, make_task
from tests.world import World


def test_a_duty_that_raises_is_shown_and_the_others_go_on(world: World) -> None:
    def breaks(_rt: Runtime) -> int:
        raise ZeroDivisionError("a bug")

    assert run_duty(world.rt, Duty("breaks", breaks, 1)) == 0
    assert run_duty(world.rt, Duty("works", lambda _rt: 3, 1)) == 3
    with world.sessions.read() as session:
        broken, works = session.get_one(DutyRun, "breaks"), session.get_one(DutyRun, "works")
    assert (broken.errors, broken.last_error) == (1, "ZeroDivisionError: a bug")
    assert (works.errors, works.last_count) == (0, 3)


@pytest.mark.only_on("sqlite")
def test_a_second_clock_on_sqlite_does_not_start_and_says_why(world: World) -> None:
    until = world.rt.now() + timedelta(seconds=15)
    with world.sessions.write() as session:
        session.add(ProcessLease(name="clock", holder="another", until_at=until))
    with pytest.raises(SeatTaken, match="another clock already runs"):
        run_clock(world.rt, threading.Event())


@pytest.mark.only_on("sqlite")
def test_a_database_that_is_away_does_not_end_the_clock(world: World) -> None:
    away = replace(world.rt, sessions=Sessions(make_engine("sqlite:////nowhere/at/all/x.db")))
    keep_seat(away, "holder")


def test_the_clock_ticks_every_duty_and_stops_when_told(world: World) -> None:
    scheduler = make_scheduler(world.rt)
    assert {job.id for job in scheduler.get_jobs()} == {duty.name for duty in DUTIES}
    stop = threading.Event()
    stop.set()
    run_clock(world.rt, stop)


@pytest.mark.only_on("postgresql")
def test_two_clocks_on_postgresql_take_each_task_up_once(world: World) -> None:
    now = world.sim.now()
    with world.sessions.write() as session:
        account = make_account(session, now, "Two clocks")
        for number in range(24):
            contact = make_contact(session, now, account, number=f"+86138001390{number:02d}")
            make_task(
                session, now, contact, purpose=Purpose.REMINDER, mode=Mode.MACHINE, ready_at=now,
                number_id=contact.numbers[0].id,
            )  # fmt: skip
    agenda = due_tasks(world.rt, Mode.MACHINE)
    with ThreadPoolExecutor(8) as pool:
        taken = [a for a in pool.map(lambda task: take_up(world.rt, task), agenda * 4) if a]
    assert len(taken) == len(set(taken)) == 24
    with world.sessions.read() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Attempt)).scalar() == 24
        states = set(session.execute(sa.select(CallTask.state)).scalars())
    assert states == {TaskState.DIALING}
