"""What is forgotten after a while, and what is not; and how fast one may dial."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from dialer.domain.words import UserRole
from dialer.models import IdempotencyKey, LoginThrottle, UserSession
from dialer.people.errors import TooManyDials, WrongLogin
from dialer.people.log_in import log_in
from dialer.people.tempo import check_tempo
from dialer.people.tidy import forget_old
from dialer.people.users import NewUser, add_user
from dialer.settings.people import PeopleRules
from tests.api.caller import caller
from tests.web.logged import log_call
from tests.world import World

DAY = 86400.0


def count(world: World, table: type) -> int:
    with world.sessions.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_an_idempotency_key_is_kept_for_thirty_days(world: World) -> None:
    caller(world).click()
    world.sim.advance(30 * DAY - 60)
    assert forget_old(world.rt) == 0
    world.sim.advance(120)
    assert forget_old(world.rt) == 1
    assert count(world, IdempotencyKey) == 0


def test_after_that_the_same_key_still_places_no_second_call(world: World) -> None:
    rep = caller(world)
    first = rep.click().json["id"]
    world.advance(40)
    world.sim.advance(31 * DAY)
    forget_old(world.rt)
    assert rep.click().json["id"] == first


def test_failed_log_ins_are_forgotten_after_a_day(world: World) -> None:
    with pytest.raises(WrongLogin):
        log_in(world.rt, "nobody", "x" * 2000, "192.0.2.7")
    world.sim.advance(DAY + 1)
    assert forget_old(world.rt) == count(world, LoginThrottle) + 3


def test_a_session_is_kept_as_evidence_and_then_forgotten(world: World) -> None:
    add_user(world.rt, NewUser(name="a.b", password="correct horse battery", role=UserRole.REP))
    log_in(world.rt, "a.b", "correct horse battery", "192.0.2.7")
    world.sim.advance(60 * DAY)
    forget_old(world.rt)
    assert count(world, UserSession) == 1
    world.sim.advance(60 * DAY)
    forget_old(world.rt)
    assert count(world, UserSession) == 0


def test_nobody_dials_faster_than_people_talk(world: World) -> None:
    rt = replace(world.rt, people=PeopleRules(dials_per_minute=3, dials_per_hour=4))
    for _ in range(3):
        check_tempo(rt, world.here.rep_id)
        log_call(world, talk_seconds=1)
    with pytest.raises(TooManyDials) as limit:
        check_tempo(rt, world.here.rep_id)
    assert limit.value.seconds == 60
    check_tempo(rt, world.here.other_rep_id)


def test_the_hour_has_a_limit_of_its_own(world: World) -> None:
    rt = replace(world.rt, people=PeopleRules(dials_per_minute=3, dials_per_hour=4))
    for _ in range(4):
        world.sim.advance(120)
        check_tempo(rt, world.here.rep_id)
        log_call(world, talk_seconds=1)
    world.sim.advance(120)
    with pytest.raises(TooManyDials):
        check_tempo(rt, world.here.rep_id)
    world.sim.advance(3600)
    check_tempo(rt, world.here.rep_id)
