"""The audit finds what nobody told, and a house that slept or forgot asks before it calls."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from dialer.calling.control import set_hold
from dialer.calling.errors import NotAudited
from dialer.calling.pulse import beat, read_memory, wake_up
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.domain.words import AttemptState, IncidentKind, Outcome, TaskState
from dialer.models import Attempt, Call, CarrierAudit, Pulse
from tests.make import LI_NA, REP_PHONE, ZHANG_WEI
from tests.safety.scenes import (
    after,
    change,
    dial,
    incidents,
    remind,
    rings,
    run,
    steps,
    stopped_by,
    strange_call,
    task,
    the_attempt,
)
from tests.world import World


def test_an_orphan_is_reported_once_and_hung_up(world: World) -> None:
    world.sim.phone(LI_NA).answers_after(2)
    sid = strange_call(world, LI_NA)
    after(world, 121, "audit_carrier", "hang_up_seconds")
    after(world, 1300, "audit_carrier")
    assert incidents(world) == [IncidentKind.ORPHAN_CALL]
    assert world.rt.carrier.fetch(sid).status.is_final


def test_a_call_from_a_number_that_is_not_ours_is_left_alone(world: World) -> None:
    foreign = "+862155550177"
    object.__setattr__(world.sim.settings, "caller_ids", (*world.sim.settings.caller_ids, foreign))
    world.sim.phone(LI_NA).answers_after(2)
    sid = strange_call(world, LI_NA, foreign)
    after(world, 121, "audit_carrier", "hang_up_seconds")
    assert incidents(world) == [IncidentKind.FOREIGN_CALL]
    assert not world.rt.carrier.fetch(sid).status.is_final


def test_a_call_of_this_minute_may_still_be_ours(world: World) -> None:
    strange_call(world, LI_NA)
    after(world, 60, "audit_carrier")
    assert incidents(world) == []


def test_a_doubtful_attempts_call_is_left_to_the_reconciler(world: World) -> None:
    world.sim.network.drop_after(kind="POST", times=1)
    world.sim.network.lose(kind="")
    world.sim.phone(ZHANG_WEI).is_busy()
    dial(world)
    after(world, 121, "audit_carrier")
    assert (incidents(world), the_attempt(world).state) == ([], AttemptState.UNKNOWN)
    run(world, "resolve_doubts")
    assert the_attempt(world).state is AttemptState.DONE


def test_t16_the_audit_finds_the_outcome_of_a_closed_doubt(world: World) -> None:
    world.sim.network.drop_after(kind="POST", times=1)
    world.sim.network.lose(kind="")
    world.sim.phone(ZHANG_WEI).is_busy()
    attempt = dial(world)
    after(world, 130)
    change(world, state=AttemptState.CLOSED_UNKNOWN)
    run(world, "audit_carrier")
    assert steps(world, attempt.id)[-1] == "T16"
    with world.sessions.read() as session:
        assert session.get_one(Call, attempt.call_id).outcome is Outcome.BUSY


def test_every_end_that_nobody_told_is_found_by_the_audit_alone(world: World) -> None:
    world.sim.network.lose(kind="")
    world.sim.phone(ZHANG_WEI).is_busy()
    dial(world)
    after(world, 130, "audit_carrier")
    assert the_attempt(world).state is AttemptState.DONE


def test_an_audit_is_made_once_whoever_asks_and_again_after_its_time(world: World) -> None:
    for _ in range(3):
        run(world, "audit_carrier")
    assert kinds(world) == ["recent", "nightly"]
    after(world, 1201, "audit_carrier")
    assert kinds(world) == ["recent", "nightly", "recent"]
    after(world, 24 * 3600, "audit_carrier")
    assert kinds(world).count("nightly") == 2


def kinds(world: World) -> list[str]:
    with world.sessions.read() as session:
        return list(session.scalars(sa.select(CarrierAudit.kind).order_by(CarrierAudit.id)))


def test_a_carrier_that_turns_questions_away_is_left_alone_for_a_while(world: World) -> None:
    world.sim.phone(ZHANG_WEI).never_answers()
    world.sim.network.lose(kind="status")
    dial(world)
    change(world, check_at=world.rt.now())
    world.sim.network.throttle(kind="GET", times=1)
    run(world, "audit_carrier")
    after(world, 25)
    assert run(world, "poll_silent") == 0
    after(world, 15)
    assert run(world, "poll_silent") == 1


def test_a_call_that_the_carrier_denies_is_told_to_people_and_ends_some_day(world: World) -> None:
    world.sim.phone(ZHANG_WEI).never_answers()
    attempt = dial(world)
    world.sim.network.lose(kind="")
    del world.sim.calls[str(attempt.carrier_sid)]
    for _ in range(14):
        after(world, 60, "poll_silent")
    assert incidents(world) == [IncidentKind.VANISHED_CALL]
    assert the_attempt(world).state is AttemptState.LIVE
    for _ in range(3):
        after(world, 6000, "poll_silent")
    assert the_attempt(world).state is AttemptState.DONE


def age(world: World, minutes: float) -> None:
    """The last beat was so long ago."""
    with world.sessions.write() as session:
        session.get_one(Pulse, 1).at -= timedelta(minutes=minutes)


def test_after_a_long_sleep_the_carriers_list_is_compared_before_calls_go_on(
    world: World,
) -> None:
    beat(world.rt)
    age(world, 30)
    wake_up(world.rt)
    assert stopped_by(world) == ["gap"]
    run(world, "audit_gap")
    assert stopped_by(world) == []


def test_after_a_restart_nothing_is_compared(world: World) -> None:
    beat(world.rt)
    age(world, 1)
    wake_up(world.rt)
    assert stopped_by(world) == []


def test_a_gap_stays_until_the_carrier_answers_and_nobody_can_skip_it(world: World) -> None:
    beat(world.rt)
    age(world, 30)
    wake_up(world.rt)
    world.sim.network.fail_before(kind="GET")
    run(world, "audit_gap")
    with pytest.raises(NotAudited):
        set_hold(world.rt, False, "go", None)
    assert stopped_by(world) == ["gap"]


def back_up(world: World, copy: Path) -> None:
    with world.sessions.write() as session:
        session.execute(sa.text("SELECT 1"))
    world.sessions.engine.dispose()
    with world.sessions.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(str(world.sessions.engine.url.database), copy)


def restore(world: World, copy: Path) -> None:
    world.sessions.engine.dispose()
    path = Path(str(world.sessions.engine.url.database))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(copy, path)


@pytest.mark.only_on("sqlite")
def test_a_restored_backup_calls_nobody_twice(world: World, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    world.sim.phone(ZHANG_WEI).never_answers()
    task_id = remind(world)
    beat(world.rt)
    back_up(world, backup)
    after(world, 60, "dial_due_tasks", "beat")
    after(world, 600)
    assert rings(world) == 1
    restore(world, backup)
    assert task(world, task_id).state is TaskState.WAITING
    run(world, "beat")
    assert stopped_by(world) == ["restored"]
    with pytest.raises(NotAudited):
        set_hold(world.rt, False, "go", None)
    run(world, "audit_gap")
    assert stopped_by(world) == ["restored"]
    set_hold(world.rt, False, "compared", None)
    run(world, "settle_tasks")
    found = the_attempt(world)
    assert (found.state, found.occurrence) == (AttemptState.DONE, f"task:{task_id}:recovered")
    assert steps(world, found.id) == ["T1", "T2", "T5", "T12"]
    run(world, "dial_due_tasks")
    assert rings(world) == 1
    assert task(world, task_id).tries == 1


def test_a_machine_without_memory_finds_a_restored_backup_by_the_carriers_list(
    world: World,
) -> None:
    beat(world.rt)
    world.sim.phone(LI_NA).is_busy()
    strange_call(world, LI_NA)
    world.sim.advance(600)
    wake_up(world.rt)
    run(world, "audit_gap")
    assert stopped_by(world) == ["restored"]
    with world.sessions.read() as session:
        attempt = session.scalars(sa.select(Attempt)).one()
    assert (attempt.state, attempt.intent_at is None) == (AttemptState.DONE, False)


def test_calls_to_our_own_people_are_no_customers(world: World) -> None:
    beat(world.rt)
    world.sim.phone(REP_PHONE).is_busy()
    strange_call(world, REP_PHONE)
    world.sim.advance(600)
    wake_up(world.rt)
    run(world, "audit_gap")
    with world.sessions.read() as session:
        assert session.scalars(sa.select(Attempt)).all() == []


def test_another_installations_memory_is_none(world: World) -> None:
    beat(world.rt)
    assert read_memory(world.rt) == 1
    with world.sessions.write() as session:
        session.execute(sa.text("UPDATE installation SET number_key = :key"), {"key": "cd" * 32})
    assert read_memory(world.rt) == 0


@pytest.mark.parametrize("junk", ["", "[]", "{}", '{"beats": "many"}'])
def test_a_broken_memory_is_none(world: World, junk: str) -> None:
    world.rt.settings.spool_dir.mkdir(parents=True)
    (world.rt.settings.spool_dir / "pulse").write_text(junk)
    assert read_memory(world.rt) == 0


def test_questions_to_the_carrier_say_why_they_have_no_answer(world: World) -> None:
    """What is denied for good is told; what failed proves nothing."""
    with pytest.raises(CarrierRefused) as denied:
        world.rt.carrier.fetch("CA" + "0" * 32)
    assert denied.value.is_unknown
    world.sim.network.fail_before(kind="GET")
    with pytest.raises(CarrierUncertain):
        world.rt.carrier.fetch("CA" + "0" * 32)


def test_a_call_that_nobody_answered_has_no_price_to_ask_for(world: World) -> None:
    world.sim.phone(ZHANG_WEI).is_busy()
    dial(world)
    after(world, 400, "poll_silent")
    assert the_attempt(world).state is AttemptState.DONE
    assert run(world, "poll_costs") == 0


def test_a_price_is_asked_for_more_seldom_the_older_a_call_is(world: World) -> None:
    world.sim.phone(ZHANG_WEI).answers_after(1).hangs_up_after(5)
    dial(world)
    after(world, 400)
    assert run(world, "poll_costs") == 1
    with world.sessions.write() as session:
        session.execute(sa.update(Call).values(cost_minor=None))
    assert [run(world, "poll_costs") for _ in ("at once", "and again")] == [0, 0]
    after(world, 301)
    assert run(world, "poll_costs") == 1
    with world.sessions.write() as session:
        session.execute(sa.update(Call).values(cost_minor=None))
    after(world, 7200)
    assert run(world, "poll_costs") == 1
    with world.sessions.write() as session:
        session.execute(sa.update(Call).values(cost_minor=None))
    after(world, 1800)
    assert run(world, "poll_costs") == 0
