"""The virtual clock and the processes on it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.simulator.agenda import Agenda
from dialer.simulator.process import Process, Promise, Steps, Wait

START = datetime(2026, 3, 2, tzinfo=UTC)


@given(st.lists(st.integers(0, 1000), max_size=30))
def test_events_come_in_order_and_equal_instants_keep_theirs(delays: list[int]) -> None:
    agenda, seen = Agenda(START), list[tuple[int, int]]()
    for index, delay in enumerate(delays):
        agenda.after(delay / 10, lambda pair=(delay, index): seen.append(pair))  # type: ignore[misc]
    agenda.advance(101)
    assert seen == sorted((delay, index) for index, delay in enumerate(delays))


def test_an_hour_passes_only_when_told_to() -> None:
    agenda = Agenda(START)
    agenda.after(1800, lambda: None)
    assert agenda.now() == START
    agenda.advance(3600)
    assert agenda.now() == START + timedelta(hours=1)


def test_what_is_cancelled_never_happens() -> None:
    agenda, seen = Agenda(START), list[int]()
    agenda.after(1, lambda: seen.append(1)).cancel()
    agenda.advance(2)
    assert seen == []


def test_ticks_come_at_their_stride_and_steps_after_each_event() -> None:
    agenda, ticks, steps = Agenda(START), list[datetime](), list[datetime]()
    agenda.each_step(lambda: steps.append(agenda.now()))
    agenda.after(0.6, lambda: None)
    agenda.advance(1, tick=0.25, each_tick=lambda: ticks.append(agenda.now()))
    assert [(t - START).total_seconds() for t in ticks] == [0.25, 0.5, 0.75, 1.0]
    assert [(t - START).total_seconds() for t in steps] == [0.6]


def test_waiting_inside_a_request_lets_the_world_go_on_without_steps() -> None:
    agenda, seen, steps = Agenda(START), list[int](), list[int]()
    agenda.each_step(lambda: steps.append(1))
    agenda.after(1, lambda: seen.append(1))
    agenda.wait(2)
    assert (seen, steps) == ([1], [])


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Agenda(datetime(2026, 3, 2))  # noqa: DTZ001


@pytest.mark.parametrize(("kept_after", "given"), [(3.0, "kept"), (9.0, None), (5.0, "kept")])
def test_a_process_gets_the_promise_or_nothing_when_time_is_over(
    kept_after: float, given: str | None
) -> None:
    agenda, promise, got = Agenda(START), Promise(), list[object]()

    def steps() -> Steps:
        got.append((yield Wait(promise, 5)))

    agenda.after(kept_after, lambda: promise.keep("kept"))
    Process(agenda, steps())
    agenda.advance(20)
    assert got == [given]


def test_a_cancelled_process_cleans_up_and_goes_no_further() -> None:
    agenda, seen = Agenda(START), list[str]()

    def steps() -> Iterator[Wait]:
        try:
            yield Wait(seconds=5)
            seen.append("went on")
        finally:
            seen.append("cleaned up")

    process = Process(agenda, steps())  # type: ignore[arg-type]
    agenda.advance(1)
    process.cancel()
    agenda.advance(20)
    assert seen == ["cleaned up"]
