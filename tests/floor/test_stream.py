"""Pushing the floor to whoever watches."""

import json
from typing import Any

import sqlalchemy as sa

from dialer.calling.control import set_hold
from dialer.floor.stream import MOST_FRAMES, Floor, Pulse, Watcher
from dialer.models.board import Mark, Scope
from tests.floor.looking import EVERYBODY
from tests.make import REP_PHONE, make_team
from tests.world import World

BEGUN = Mark(event_id=1, switched_at=None, paused_at=None, paused=0)
MOVED = Mark(event_id=2, switched_at=None, paused_at=None, paused=0)


def watch(floor: Floor, scope: Scope = EVERYBODY) -> Watcher:
    """A watcher of a floor whose loop does not run: the test looks by itself."""
    watcher = Watcher(scope, lambda: None)
    floor.watchers.add(watcher)
    return watcher


def read(frame: bytes | None) -> Any:
    assert frame is not None
    lines = dict(line.split(": ", 1) for line in frame.decode().strip().split("\n"))
    return {**json.loads(lines["data"]), "id": int(lines["id"]), "event": lines["event"]}


def drain(watcher: Watcher) -> list[Any]:
    found = []
    while (frame := watcher.take()) is not None:
        found.append(read(frame))
    return found


def test_a_move_is_sent_at_once_and_again_a_second_later() -> None:
    pulse = Pulse()
    assert pulse.beats(BEGUN, 0.0)
    assert [pulse.beats(BEGUN, at) for at in (0.4, 0.8, 1.2, 1.6)] == [False, False, True, False]
    assert pulse.beats(MOVED, 2.0)
    assert [pulse.beats(MOVED, at) for at in (2.4, 3.0, 3.4)] == [False, True, False]


def test_a_quiet_floor_is_sent_every_15_seconds() -> None:
    pulse = Pulse()
    sent = [at for at in range(60) if pulse.beats(BEGUN, float(at))]
    assert sent == [0, 1, 16, 31, 46]


def test_whoever_comes_gets_the_floor_at_the_next_look(world: World) -> None:
    floor = Floor(world.rt)
    first = watch(floor)
    floor.look()
    late = watch(floor)
    floor.look()
    assert [len(drain(one)) for one in (first, late)] == [1, 1]


def test_an_event_is_sent_with_the_next_look(world: World) -> None:
    floor = Floor(world.rt)
    watcher = watch(floor)
    floor.look()
    drain(watcher)
    world.sim.phone(REP_PHONE).answers_after(5)
    world.click()
    floor.look()
    (frame,) = drain(watcher)
    assert frame["event"] == "board"
    assert frame["id"] == frame["event_id"] > 0
    assert {tile["state"] for tile in frame["tiles"]} == {"free", "placing"}


def test_the_kill_switch_moves_the_floor_too(world: World) -> None:
    floor = Floor(world.rt)
    watcher = watch(floor)
    floor.look()
    set_hold(world.rt, True, "fire drill", None)
    floor.look()
    assert [frame["hold"]["on"] for frame in drain(watcher)] == [False, True]


def test_a_thousand_watchers_cost_one_snapshot(world: World) -> None:
    asked: list[str] = []
    sa.event.listen(
        world.sessions.engine, "before_cursor_execute", lambda *args: asked.append(args[2])
    )
    counts = []
    for watchers in (1, 1000):
        floor = Floor(world.rt)
        for _ in range(watchers):
            watch(floor)
        asked.clear()
        floor.look()
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_all_watchers_of_a_team_share_one_frame(world: World) -> None:
    floor = Floor(world.rt)
    one, other = watch(floor), watch(floor)
    floor.look()
    assert one.take() is other.take()


def test_each_team_gets_its_own_floor(world: World) -> None:
    with world.sessions.write() as session:
        west = Scope(team_id=make_team(session, "West").id)
    floor = Floor(world.rt)
    mine, theirs = watch(floor, Scope(team_id=None)), watch(floor, west)
    floor.look()
    assert len(read(mine.take())["tiles"]) == 2
    assert read(theirs.take())["tiles"] == []


def test_one_who_does_not_read_is_dropped_and_keeps_no_memory(world: World) -> None:
    floor = Floor(world.rt)
    slow, quick = watch(floor), watch(floor)
    for _ in range(MOST_FRAMES + 1):
        world.skip(16)
        floor.look()
        quick.take()
    assert (slow.is_dropped, len(slow.frames)) == (True, 0)
    assert not quick.is_dropped


def test_with_the_database_away_watchers_wait(world: World) -> None:
    floor = Floor(world.rt)
    watcher = watch(floor)
    with world.sessions.write() as session:
        session.execute(sa.text("ALTER TABLE call_events RENAME TO gone"))
    floor.look_safely()
    assert watcher.take() is None
    with world.sessions.write() as session:
        session.execute(sa.text("ALTER TABLE gone RENAME TO call_events"))
    floor.look_safely()
    assert watcher.take() is not None
