"""What operators watch."""

import sqlalchemy as sa
from werkzeug.test import TestResponse

from dialer.domain.words import AttemptState
from dialer.models import Attempt, Contact
from tests.api.caller import caller
from tests.make import make_task
from tests.web.logged import log_call
from tests.world import World


def ask(world: World, path: str, address: str = "127.0.0.1", **headers: str) -> TestResponse:
    return world.app.test_client().get(path, environ_base={"REMOTE_ADDR": address}, headers=headers)


def test_a_process_that_answers_is_alive(world: World) -> None:
    assert ask(world, "/healthz", "203.0.113.1").text == "ok\n"


def test_a_process_with_its_tables_is_ready(world: World) -> None:
    assert ask(world, "/readyz", "203.0.113.1").status_code == 200


def test_without_its_tables_it_is_alive_but_not_ready(world: World) -> None:
    with world.sessions.write() as session:
        session.execute(sa.text("ALTER TABLE calls RENAME TO elsewhere"))
    assert ask(world, "/healthz").status_code == 200
    answer = ask(world, "/readyz")
    assert answer.status_code == 503
    assert "elsewhere" not in answer.text


def test_this_machine_reads_the_metrics(world: World) -> None:
    world.click()
    text = ask(world, "/metrics").text
    assert "dialer_calls_live{status=" in text
    assert 'dialer_attempts{state="planned"} 1.0' in text
    assert "138" not in text


def test_strangers_and_proxies_do_not(world: World) -> None:
    assert ask(world, "/metrics", "203.0.113.1").status_code == 401
    assert ask(world, "/metrics", **{"X-Forwarded-For": "127.0.0.1"}).status_code == 401


def test_a_token_with_the_scope_board_does(world: World) -> None:
    for scope, status in (("board", 200), ("calls", 403)):
        token = caller(world, "wang.min", scope).token
        answer = ask(world, "/metrics", "203.0.113.1", Authorization=f"Bearer {token}")
        assert answer.status_code == status


def sample(text: str, name: str) -> float:
    """The value of one line of the metrics."""
    line = next(line for line in text.splitlines() if line.startswith(f"{name} "))
    return float(line.rpartition(" ")[2])


def test_the_age_of_the_last_callback_is_shown(world: World) -> None:
    world.click()
    world.advance(5)
    fresh = sample(ask(world, "/metrics").text, "dialer_webhook_age_seconds")
    world.sim.advance(300)
    assert sample(ask(world, "/metrics").text, "dialer_webhook_age_seconds") >= fresh + 200


def test_a_task_that_nobody_dials_is_shown_as_late(world: World) -> None:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        make_task(session, world.rt.now(), contact, ready_at=world.rt.now())
    assert sample(ask(world, "/metrics").text, "dialer_tasks_late") == 0
    world.sim.advance(90)
    text = ask(world, "/metrics").text
    assert sample(text, "dialer_tasks_late") == 1
    assert sample(text, "dialer_tasks_late_seconds") == 90


def test_doubts_and_refusals_are_shown(world: World) -> None:
    call_id = log_call(world)
    with world.sessions.write() as session:
        leg = session.scalars(sa.select(Attempt).where(Attempt.call_id == call_id)).one()
        leg.state, leg.intent_at, leg.refusal_code = AttemptState.UNKNOWN, world.rt.now(), 21215
    world.sim.advance(60)
    text = ask(world, "/metrics").text
    assert sample(text, "dialer_calls_uncertain") == 1
    assert sample(text, "dialer_calls_uncertain_seconds") == 60
    assert 'dialer_carrier_refusals{code="21215"} 1.0' in text


def test_the_pace_and_what_was_turned_away_are_shown(world: World) -> None:
    text = ask(world, "/metrics").text
    assert sample(text, "dialer_pace_calls_per_second") == 5
    assert 'dialer_pace_wait_seconds{kind="send"}' in text
    for name in ("dialer_webhooks_refused_total", "dialer_dials_slowed_total"):
        assert f"# TYPE {name.removesuffix('_total')}" in text
