"""What the carrier tells of many calls at once comes to the same as one after the other."""

import asyncio
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.calling.spool import replay_spool
from dialer.calling.told import record_alone
from dialer.calling.told_together import record_told
from dialer.commands.front import Front
from dialer.domain.words import AttemptState as S
from dialer.models import Attempt, Call
from dialer.webhooks.quick import QuickDoor, Together
from tests.webhooks.crowd import FIRST, form_of, place, post, post_all, post_of, tables, telling
from tests.webhooks.doors import Doors

STATES = (S.LIVE, S.DIALING, S.UNKNOWN, S.CLOSED_UNKNOWN, S.CANCELLED, S.LIVE)
WITHOUT_SID = (5,)
Told = list[tuple[int, int]]
facts = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=14)


@pytest.fixture(scope="module")
def open_house(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Callable[[], Doors]:
    def open_one() -> Doors:
        folder = tmp_path_factory.mktemp("house")
        (folder / "x.db").write_bytes(sqlite_template.read_bytes())
        doors = Doors(f"sqlite:///{folder}/x.db", folder / "spool")
        place(doors, STATES, without_sid=WITHOUT_SID)
        return doors

    return open_one


def one_by_one(doors: Doors, told: Told) -> None:
    for call, stage in told:
        one = telling(doors, call, stage)
        record_alone(doors.rt, one.token, one.told)


def in_batches(doors: Doors, told: Told, size: int) -> None:
    for begin in range(0, len(told), size):
        batch = [telling(doors, *one) for one in told[begin : begin + size]]
        for left in record_told(doors.rt, batch):
            record_alone(doors.rt, left.token, left.told)


@settings(max_examples=12)
@given(told=facts)
def test_a_fact_at_a_time_or_each_by_itself_leaves_the_same_rows(
    open_house: Callable[[], Doors], told: Told
) -> None:
    alone, together = open_house(), open_house()
    one_by_one(alone, told)
    in_batches(together, told, 1)
    assert tables(together) == tables(alone)


@settings(max_examples=15)
@given(told=facts, size=st.integers(2, 14), dice=st.randoms(use_true_random=False))
def test_any_order_in_any_batches_comes_to_the_same_calls(
    open_house: Callable[[], Doors], told: Told, size: int, dice: random.Random
) -> None:
    alone, together = open_house(), open_house()
    one_by_one(alone, told)
    shuffled = [*told, *dice.choices(told, k=3)]
    dice.shuffle(shuffled)
    in_batches(together, shuffled, size)
    by_way = ("attempt_transitions", "incidents")  # which steps led there depends on the order
    assert tables(together, without=by_way) == tables(alone, without=by_way)


def test_the_steps_of_one_call_in_one_batch_are_logged_as_if_they_had_come_apart(
    open_house: Callable[[], Doors],
) -> None:
    told = [(1, 0), (1, 2), (1, 1), (1, 3), (1, 2)]
    alone, together = open_house(), open_house()
    one_by_one(alone, told)
    in_batches(together, told, 5)
    assert tables(together) == tables(alone)
    assert len(tables(together)["attempt_transitions"]) == 2


@pytest.fixture
def front(doors: Doors) -> Front:
    place(doors, STATES, without_sid=WITHOUT_SID)
    return Front(doors.app, 8, quick=QuickDoor(doors.rt))


def test_a_crowd_of_callbacks_comes_to_the_same_as_a_queue_of_them(
    doors: Doors, front: Front, open_house: Callable[[], Doors]
) -> None:
    told = [(call, stage) for call in range(6) for stage in range(4)] * 2
    queue = open_house()
    one_by_one(queue, told)
    random.Random(4).shuffle(told)
    assert set(post_all(front, [post_of(*one) for one in told])) == {204}
    assert ended(doors) == ended(queue)
    assert len(doors.events()) == len(queue.events())


def ended(doors: Doors) -> list[tuple[Any, ...]]:
    """What became of each call and attempt."""
    with doors.rt.sessions.read() as session:
        calls = session.execute(sa.select(Call.id, Call.status, Call.outcome, Call.ended_at))
        attempts = session.execute(sa.select(Attempt.id, Attempt.state, Attempt.carrier_sid))
        return sorted(tuple(row) for row in (*calls, *attempts))


@pytest.mark.only_on("sqlite")
def test_one_that_the_database_refuses_harms_no_neighbour(doors: Doors, front: Front) -> None:
    poison = post_of(0, 1)
    with doors.rt.sessions.write() as session:
        session.execute(sa.text(
            "CREATE TRIGGER poison BEFORE INSERT ON call_events "
            f"WHEN NEW.carrier_sid = '{form_of(0, 1)['CallSid']}' "
            "BEGIN SELECT RAISE(ABORT, 'poison'); END"
        ))  # fmt: skip
    others = [post_of(call, stage) for call in (1, 2) for stage in range(4)]
    statuses = post_all(front, [*others[:4], poison, *others[4:]])
    assert statuses == [204] * 4 + [503] + [204] * 4
    assert len(doors.events()) == 8
    assert len(doors.spooled()) == 1


@pytest.mark.only_on("sqlite")
def test_with_the_database_away_none_is_acknowledged_and_none_is_lost(doors: Doors) -> None:
    place(doors, STATES)
    doors.lose_database()
    front = Front(doors.app, 8, quick=QuickDoor(doors.away))
    posts = [post_of(call, stage) for call in range(3) for stage in range(3)]
    assert post_all(front, posts) == [503] * 9
    assert replay_spool(doors.rt) == 9
    assert len(doors.events()) == 9


@pytest.mark.only_on("postgresql")
def test_a_call_that_somebody_holds_keeps_no_other_waiting(doors: Doors) -> None:
    place(doors, STATES)
    held, other = telling(doors, 0, 1), telling(doors, 1, 1)
    with doors.rt.sessions.write() as session:
        session.execute(sa.select(Call).where(Call.id == FIRST).with_for_update())
        assert record_told(doors.rt, [held, other]) == [held]
    assert record_told(doors.rt, [held, other]) == []
    assert len(doors.events()) == 2


ODD: dict[str, dict[str, Any]] = {
    "forged": {"signature": "AAAA"},
    "with a query": {"query_string": b"a=b"},
    "of another type": {"headers": [(b"content-type", b"text/plain")]},
    "not posted": {"method": "GET"},
}  # fmt: skip


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("odd", ODD)
def test_what_is_odd_is_judged_where_everything_is_judged(
    doors: Doors, front: Front, odd: str
) -> None:
    path, body, signature = post_of(0, 1)
    asked: dict[str, Any] = {"signature": signature, **ODD[odd]}
    plain = Front(doors.app, 1)
    statuses = [asyncio.run(post(way, path, body, **asked)) for way in (front, plain)]
    assert statuses[0] == statuses[1] >= 400
    assert doors.events() == []


def test_whoever_waits_too_long_goes_alone() -> None:
    open_again = threading.Event()

    def hang(_items: object) -> set[int]:
        open_again.wait(20)
        return set()

    async def run() -> list[bool]:
        together = Together(hang, lambda: None, 0.01)
        told = list(await asyncio.gather(*(together.do(n) for n in range(3))))
        open_again.set()
        return told

    assert asyncio.run(run()) == [False] * 3
