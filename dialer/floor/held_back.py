"""Closing calls that a rule keeps out of today's hour: found once, for every board and list."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from dialer.domain import stats
from dialer.domain.gate import Never, NotUntil, Verdict, verdicts
from dialer.domain.words import TaskState
from dialer.floor.hours import closing_hours
from dialer.models.board import closing_tasks
from dialer.models.calls import CallTask
from dialer.models.many_facts import load_target_facts, target_of
from dialer.runtime import Runtime


def note_held_back(rt: Runtime) -> int:
    """Write beside each waiting closing call of today the rule that leaves it no second of what
    remains of the hour, or that none does any more. Returns how many have changed."""
    hours = closing_hours(rt, rt.now())
    if hours is None or rt.now() >= hours[1]:
        return 0
    opens_at, closes_at = hours
    was, verdict_of = ask(rt, max(rt.now(), opens_at))
    rules = {task_id: rule_against(each, closes_at) for task_id, each in verdict_of.items()}
    changed = {task_id: rule for task_id, rule in rules.items() if rule != was[task_id]}
    if changed:
        with rt.sessions.write() as session:
            for task_id, rule in changed.items():
                waits = (CallTask.id == task_id, CallTask.state == TaskState.WAITING)
                session.execute(sa.update(CallTask).where(*waits).values(held_by=rule))
    return len(changed)


def ask(rt: Runtime, at: datetime) -> tuple[Mapping[int, str | None], Mapping[int, Verdict]]:
    """By waiting closing call: what holds it back so far, and the gate's answer for an instant."""
    start, end = stats.day_around(rt.now(), ZoneInfo(rt.settings.business_time_zone))
    with rt.sessions.read() as session:
        tasks = closing_tasks(session, start, end)
        targets = {task.id: target for task in tasks if (target := target_of(task)) is not None}
        own_numbers = frozenset(rt.settings.caller_ids)
        facts = load_target_facts(session, list(targets.values()), own_numbers, rt.now())
        was = {task.id: task.held_by for task in tasks}
    return was, dict(zip(targets, verdicts(facts, rt.policy, at), strict=True))


def rule_against(verdict: Verdict, closes_at: datetime) -> str | None:
    """The rule that leaves no opening before an instant."""
    late = isinstance(verdict, NotUntil) and verdict.instant >= closes_at
    return verdict.rule[:120] if late or isinstance(verdict, Never) else None
