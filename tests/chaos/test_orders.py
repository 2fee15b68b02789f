"""Every order of up to six events of a call comes to the same: what is known, not how it came."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from dialer.domain.call import CallView, Event, fold
from dialer.domain.words import LegRole, LegStatus, Mode

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REP, CUSTOMER = 1, 2
ROLES = {REP: LegRole.REP, CUSTOMER: LegRole.CUSTOMER}


def leg(attempt: int, status: LegStatus, at: float, source: str = "status", **data: Any) -> Event:
    return Event(
        kind="leg", at=NOON + timedelta(seconds=at), attempt_id=attempt, role=ROLES[attempt],
        leg_status=status, source=source, seq=int(at), data=data,
    )  # fmt: skip


def fact(kind: str, at: float, attempt: int | None = None, **data: Any) -> Event:
    role = ROLES[attempt] if attempt else None
    instant = NOON + timedelta(seconds=at)
    return Event(kind=kind, at=instant, attempt_id=attempt, role=role, data=data)


# Six facts each: a talk; a doubt that late evidence ends; ends that contradict each other; a
# script's call; a call that was cancelled as it was answered; facts of the very same instant.
STORIES: dict[str, tuple[Mode, tuple[Event, ...]]] = {
    "a talk": (Mode.REP, (
        leg(REP, LegStatus.RINGING, 1), fact("joined", 5, REP),
        leg(CUSTOMER, LegStatus.RINGING, 6), leg(CUSTOMER, LegStatus.IN_PROGRESS, 10),
        leg(CUSTOMER, LegStatus.COMPLETED, 70, duration=60),
        leg(REP, LegStatus.COMPLETED, 71, duration=68),
    )),
    "a doubt": (Mode.MACHINE, (
        leg(CUSTOMER, LegStatus.QUEUED, 0, "product"), fact("uncertain", 10, CUSTOMER),
        fact("unknown_closed", 700, CUSTOMER), leg(CUSTOMER, LegStatus.RINGING, 720),
        leg(CUSTOMER, LegStatus.BUSY, 721), fact("hangup_asked", 722, by="machine"),
    )),
    "three ends": (Mode.MACHINE, (
        leg(CUSTOMER, LegStatus.QUEUED, 0), leg(CUSTOMER, LegStatus.NO_ANSWER, 40),
        leg(CUSTOMER, LegStatus.COMPLETED, 41, duration=3),
        leg(CUSTOMER, LegStatus.CANCELED, 42, "product"),
        leg(CUSTOMER, LegStatus.BUSY, 43, "poll"), fact("amd", 5, CUSTOMER, answered_by="human"),
    )),
    "a script": (Mode.MACHINE, (
        leg(CUSTOMER, LegStatus.IN_PROGRESS, 3), fact("asked", 3.5, CUSTOMER),
        fact("amd", 6, CUSTOMER, answered_by="machine"), fact("key", 9, CUSTOMER, digits="1"),
        fact("cost", 99, CUSTOMER, cost="-0.014", currency="USD"),
        leg(CUSTOMER, LegStatus.COMPLETED, 30, duration=27),
    )),
    "a hold": (Mode.REP, (
        leg(REP, LegStatus.IN_PROGRESS, 1), leg(CUSTOMER, LegStatus.IN_PROGRESS, 2),
        fact("held", 10, CUSTOMER), fact("unheld", 20, CUSTOMER),
        fact("held", 30, CUSTOMER), leg(CUSTOMER, LegStatus.COMPLETED, 40),
    )),
    "one instant": (Mode.REP, (
        leg(REP, LegStatus.COMPLETED, 0), leg(REP, LegStatus.IN_PROGRESS, 0),
        leg(CUSTOMER, LegStatus.CANCELED, 0), leg(CUSTOMER, LegStatus.BUSY, 0),
        fact("hangup_asked", 0, by="rep"), fact("hangup_asked", 0, by="supervisor"),
    )),
}  # fmt: skip


def views(events: Sequence[Event], mode: Mode, length: int) -> dict[frozenset[int], set[CallView]]:
    """By which facts are known: what every order of them comes to."""
    found: dict[frozenset[int], set[CallView]] = {}
    for order in permutations(range(len(events)), length):
        view = fold([events[index] for index in order], mode)
        found.setdefault(frozenset(order), set()).add(view)
    return found


@pytest.mark.parametrize("length", range(1, 7))
@pytest.mark.parametrize("story", STORIES)
def test_every_order_of_what_is_known_of_a_call_comes_to_the_same(story: str, length: int) -> None:
    mode, events = STORIES[story]
    found = views(events, mode, length)
    assert {known: len(seen) for known, seen in found.items() if len(seen) > 1} == {}


@pytest.mark.parametrize("story", STORIES)
def test_what_comes_twice_or_in_two_parts_comes_to_the_same(story: str) -> None:
    mode, events = STORIES[story]
    whole = fold(events, mode)
    for cut in range(len(events) + 1):
        assert fold([*events[cut:], *events, *events[:cut]], mode) == whole
