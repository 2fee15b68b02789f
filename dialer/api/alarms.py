"""What an operator is woken for: silent webhooks, late tasks, doubts, refusals, a full pace."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.orm import Session

from dialer.domain.words import AttemptState, TaskState
from dialer.models import Attempt, CallEvent, CallTask, Pace
from dialer.models.pace import READS, SENDS
from dialer.people.tempo import SLOWED
from dialer.runtime import Runtime
from dialer.webhooks.door import REFUSED
from dialer.webhooks.told import SOURCES

LATE = timedelta(minutes=1)
LATELY = timedelta(hours=1)


def alarms(rt: Runtime, session: Session) -> Iterator[Metric]:
    """One reading; an age is missing where nothing has happened yet."""
    now = rt.now()
    yield from webhooks(session, now)
    yield from late_tasks(session, now)
    yield from doubts(session, now)
    yield refusals(session, now)
    yield from pace(rt, session, now)
    # Of this process alone, unlike the rest.
    yield from REFUSED.collect()
    yield from SLOWED.collect()


def webhooks(session: Session, now: datetime) -> Iterator[Metric]:
    """How long the carrier has told nothing. During calls that is a matter of seconds."""
    last = session.scalar(
        sa.select(CallEvent.received_at)
        .where(CallEvent.source.in_(SOURCES))
        .order_by(CallEvent.id.desc())
        .limit(1)
    )
    text = "Seconds since the carrier's last callback was stored."
    yield plain("dialer_webhook_age_seconds", text, age(last, now))


def late_tasks(session: Session, now: datetime) -> Iterator[Metric]:
    """Tasks that could have been dialled more than a minute ago and were not."""
    late = sa.and_(CallTask.state == TaskState.WAITING, CallTask.ready_at < now - LATE)
    count, oldest = session.execute(
        sa.select(sa.func.count(), sa.func.min(CallTask.ready_at)).where(late)
    ).one()
    yield plain("dialer_tasks_late", "Tasks that are due for more than a minute.", count)
    text = "For how long the latest of them is due."
    yield plain("dialer_tasks_late_seconds", text, age(oldest, now) or 0)


def doubts(session: Session, now: datetime) -> Iterator[Metric]:
    """Requests of which nobody knows whether they rang somebody."""
    count, oldest = session.execute(
        sa.select(sa.func.count(), sa.func.min(Attempt.intent_at)).where(
            Attempt.state == AttemptState.UNKNOWN
        )
    ).one()
    yield plain("dialer_calls_uncertain", "Attempts in doubt.", count)
    text = "For how long the oldest of them is in doubt."
    yield plain("dialer_calls_uncertain_seconds", text, age(oldest, now) or 0)


def refusals(session: Session, now: datetime) -> Metric:
    """What the carrier refused within the last hour, by its own code."""
    rows = session.execute(
        sa.select(Attempt.refusal_code, sa.func.count())
        .where(Attempt.refusal_code.is_not(None), Attempt.intent_at > now - LATELY)
        .group_by(Attempt.refusal_code)
    )
    family = GaugeMetricFamily(
        "dialer_carrier_refusals", "Attempts refused within the last hour.", labels=["code"]
    )
    for code, count in rows:
        family.add_metric([str(code)], count)
    return family


def pace(rt: Runtime, session: Session, now: datetime) -> Iterator[Metric]:
    """How far ahead the account's requests are booked."""
    family = GaugeMetricFamily(
        "dialer_pace_wait_seconds", "How long the next request has to wait.", labels=["kind"]
    )
    for row in session.scalars(sa.select(Pace)):
        kind = {SENDS: "send", READS: "read"}.get(row.id, str(row.id))
        family.add_metric([kind], max(0.0, (row.next_at - now).total_seconds()))
    yield family
    text = "Calls per second that the account may place."
    yield plain("dialer_pace_calls_per_second", text, rt.settings.carrier_calls_per_second)


def plain(name: str, text: str, value: float | None) -> Metric:
    """One metric without labels; without a value it has no sample."""
    family = GaugeMetricFamily(name, text)
    if value is not None:
        family.add_metric([], value)
    return family


def age(at: datetime | None, now: datetime) -> float | None:
    """Seconds since an instant."""
    return (now - at).total_seconds() if at else None
