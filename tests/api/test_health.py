"""What operators watch."""

import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.api.caller import caller
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
