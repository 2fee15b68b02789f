"""What operators and their machines watch: liveness, readiness, numbers. No data, no log-in."""

from collections.abc import Iterator
from ipaddress import ip_address

import sqlalchemy as sa
from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from dialer.api.alarms import alarms
from dialer.api.guard import check_rights, find_principal
from dialer.api.problems import Problem, answer_problem
from dialer.api.route import EVERYBODY
from dialer.calling.spool import measure
from dialer.models import Attempt, Call, CallTask, DutyRun, Incident, Switch
from dialer.models.switches import stops
from dialer.runtime import Runtime

PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def make_health(rt: Runtime) -> Blueprint:
    """The blueprint of /healthz, /readyz and /metrics."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> Response:
        """This process answers."""
        return Response("ok\n", mimetype="text/plain")

    @health.get("/readyz")
    def readyz() -> Response:
        """This process can do its work: the database answers and has our tables.

        What stops new calls is named below; callbacks are still taken, so it is ready all the same.
        """
        with rt.sessions.read() as session:
            session.execute(sa.select(Call.id).limit(1))
            held = "".join(f"held: {switch.name}\n" for switch in stops(session))
        return Response(f"ready\n{held}", mimetype="text/plain")

    @health.get("/metrics")
    def metrics() -> Response:
        """Numbers for Prometheus: for this machine, or for a token with the scope board."""
        if not is_local():
            check_rights(find_principal(rt), "board", EVERYBODY)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Gauges(rt))
        return Response(generate_latest(registry), content_type=METRICS_TYPE)

    health.register_error_handler(Problem, answer_problem)
    health.register_error_handler(sa.exc.SQLAlchemyError, not_ready)
    return health


def is_local() -> bool:
    """Whether a process of this machine asks for itself, not a proxy for somebody else."""
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def not_ready(_error: Exception) -> Response:
    """The database is away, or older than we are."""
    return answer_problem(Problem(503, "unavailable", "The database is away or not upgraded."))


class Gauges(Collector):
    """Counts of rows, by state alone: no name, no number, no text of anybody's."""

    def __init__(self, rt: Runtime) -> None:
        self.rt = rt

    def collect(self) -> Iterator[Metric]:
        """One reading of the database."""
        with self.rt.sessions.read() as session:
            yield from counts(session)
            yield from switches(session)
            yield from duties(session)
            yield from incidents(session)
            yield from alarms(self.rt, session)
        yield from spool(self.rt)


def counts(session: Session) -> Iterator[Metric]:
    """Live calls, attempts and tasks, by state."""
    live = by_word(session, Call.status, Call.ended_at.is_(None))
    yield gauge("dialer_calls_live", "Calls that have not ended.", "status", live)
    states = by_word(session, Attempt.state, sa.true())
    yield gauge("dialer_attempts", "Attempts by state.", "state", states)
    waiting = by_word(session, CallTask.state, sa.true())
    yield gauge("dialer_tasks", "Call tasks by state.", "state", waiting)


def by_word(
    session: Session, column: sa.orm.InstrumentedAttribute[str], wanted: sa.ColumnElement[bool]
) -> dict[str, float]:
    """How many rows there are of each word."""
    rows = session.execute(sa.select(column, sa.func.count()).where(wanted).group_by(column))
    return {str(word): count for word, count in rows}


def gauge(name: str, text: str, label: str, values: dict[str, float]) -> Metric:
    """One metric with one label."""
    family = GaugeMetricFamily(name, text, labels=[label])
    for word, value in sorted(values.items()):
        family.add_metric([word], value)
    return family


def switches(session: Session) -> Iterator[Metric]:
    """Which switches are on."""
    found = {row.name: float(row.is_on) for row in session.scalars(sa.select(Switch))}
    yield gauge("dialer_switch_on", "Whether a switch is on.", "switch", found)


def duties(session: Session) -> Iterator[Metric]:
    """When the clock's duties last ran, and how often they failed."""
    rows = session.scalars(sa.select(DutyRun)).all()
    seen = {row.name: row.last_at.timestamp() for row in rows if row.last_at}
    yield gauge("dialer_duty_last_seconds", "When a duty last ran.", "duty", seen)
    errors = {row.name: float(row.errors) for row in rows}
    yield gauge("dialer_duty_errors", "How often a duty failed.", "duty", errors)


def incidents(session: Session) -> Iterator[Metric]:
    """What people have not looked at yet."""
    unseen = by_word(session, Incident.kind, Incident.seen_at.is_(None))
    yield gauge("dialer_incidents_unseen", "Incidents nobody has seen.", "kind", unseen)


def spool(rt: Runtime) -> Iterator[Metric]:
    """What this machine keeps for a database that was away."""
    depth = measure(rt)
    files = {"waiting": float(depth.waiting), "set_aside": float(depth.set_aside)}
    yield gauge("dialer_spool_files", "Callbacks kept on this machine's disk.", "state", files)
    yield GaugeMetricFamily(
        "dialer_spool_oldest_seconds", "Age of the oldest of them.", depth.oldest_seconds
    )
