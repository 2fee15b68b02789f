"""Real processes: told to stop, they end what they have begun, and begin nothing more."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest
import sqlalchemy as sa

from dialer.calling.dial_task import take_up
from dialer.calling.place import place_leg
from dialer.carrier.port import Placed
from dialer.domain.words import AttemptState, TaskState
from dialer.models import Attempt, CallTask
from tests.api.caller import BRIEF, caller
from tests.commands.shell import environ, free_port
from tests.make import make_contact
from tests.safety.scenes import remind
from tests.world import CONFIG, MONDAY_MORNING, World

PATIENCE = 120
MORE_THAN_THREADS = 40
DEPLOY_SECONDS = 15


class SlowCarrier:
    """Takes a call only when it is let, and remembers how many it was asked for."""

    def __init__(self) -> None:
        self.asked, self.may_answer, self.posts = threading.Event(), threading.Event(), count(1)
        self.taken: list[str] = []
        carrier = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                sid = f"CA{next(carrier.posts):032x}"
                carrier.taken.append(sid)
                carrier.asked.set()
                carrier.may_answer.wait(PATIENCE)
                self.reply(201, {"sid": sid, "queue_time": "0"})

            def do_GET(self) -> None:
                self.reply(200, {"calls": [], "conferences": [], "next_page_uri": None})

            def reply(self, status: int, body: dict[str, object]) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def slow() -> Iterator[SlowCarrier]:
    carrier = SlowCarrier()
    yield carrier
    carrier.may_answer.set()
    carrier.server.shutdown()
    carrier.server.server_close()


@contextmanager
def process(world: World, slow: SlowCarrier, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`dialer …` on this world's database, at its hour, with the slow carrier."""
    env = environ(
        world, DIALER_MODE="demo", DIALER_CLOCK_START=f"{MONDAY_MORNING:%Y-%m-%dT%H:%M:%SZ}",
        TWILIO_API_BASE_URL=slow.url, PYTHONPATH=str(CONFIG.parent), LOG_FORMAT="text",
    )  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "dialer.cli", *words],
        env=env, stderr=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        try:
            yield running
        finally:
            slow.may_answer.set()
            running.kill()


def stop_and_let_answer(running: subprocess.Popen[str], slow: SlowCarrier) -> int:
    """SIGTERM while a request is on its way; the carrier answers afterwards."""
    assert slow.asked.wait(PATIENCE)
    running.send_signal(signal.SIGTERM)
    threading.Timer(1.0, slow.may_answer.set).start()
    return running.wait(DEPLOY_SECONDS + PATIENCE)


def states(world: World) -> list[AttemptState]:
    with world.sessions.read() as session:
        return list(session.scalars(sa.select(Attempt.state).order_by(Attempt.id)))


def test_a_clock_told_to_stop_ends_its_request_and_places_no_other_call(
    world: World, slow: SlowCarrier
) -> None:
    with world.sessions.write() as session:
        other = make_contact(session, world.rt.now(), None, number="+8613700000007")
        other_id, number_id = other.id, other.numbers[0].id
    remind(world)
    remind(world, contact_id=other_id, number_id=number_id)
    with process(world, slow, "clock") as running:
        assert stop_and_let_answer(running, slow) == 0
    assert states(world)[0] is AttemptState.LIVE
    assert len(slow.taken) == 1
    with world.sessions.read() as session:
        waiting = session.scalars(sa.select(CallTask.state)).all()
    assert TaskState.WAITING in waiting


@pytest.mark.only_on("sqlite")
def test_a_web_process_told_to_stop_answers_the_click_that_it_has_begun(
    world: World, slow: SlowCarrier
) -> None:
    port = free_port()
    token = caller(world, "wang.min", "calls").token
    with process(world, slow, "web", "--port", str(port)) as running, ThreadPoolExecutor(1) as pool:
        stalled = [stall(port) for _ in range(MORE_THAN_THREADS)]
        answer = pool.submit(click, port, token, world.here.contact_id)
        assert slow.asked.wait(PATIENCE), "callbacks that stall keep nobody else waiting"
        for line in stalled:
            line.close()
        code = stop_and_let_answer(running, slow)
        assert (answer.result(PATIENCE), code) == (201, 0)
    assert AttemptState.LIVE in states(world)


def stall(port: int) -> socket.socket:
    """A callback whose body never comes; as soon as somebody listens."""
    for _ in range(PATIENCE * 5):
        try:
            line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except ConnectionRefusedError:
            threading.Event().wait(0.2)
            continue
        line.sendall(
            b"POST /webhooks/status/" + b"0" * 32 + b" HTTP/1.1\r\nHost: dialer.test\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nA="
        )
        return line
    raise AssertionError("nobody listens")


def click(port: int, token: str, contact_id: int) -> int:
    """Dial over HTTP, as soon as somebody listens."""
    body = {"contact_id": contact_id, "purpose": "follow_up", "brief": BRIEF}
    headers = {
        "Authorization": f"Bearer {token}", "Idempotency-Key": "once",
        "Content-Type": "application/json",
    }  # fmt: skip
    for _ in range(PATIENCE * 5):
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("POST", "/api/v1/calls", json.dumps(body), headers)
            return connection.getresponse().status
        except ConnectionRefusedError:
            threading.Event().wait(0.2)
        except HTTPException:
            return 0
        finally:
            connection.close()
    return -1


class Counting:
    """A carrier that takes every call, and counts."""

    def __init__(self) -> None:
        self.placed = count(1)
        self.sids: list[str] = []

    def place(self, _dial: object) -> Placed:
        sid = f"CA{next(self.placed):032x}"
        self.sids.append(sid)
        return Placed(carrier_sid=sid)


def test_many_who_place_the_same_leg_send_one_request(world: World) -> None:
    counting = Counting()
    rt = replace(world.rt, carrier=counting, wait=lambda _s: None)  # type: ignore[arg-type]
    attempt_id = take_up(world.rt, remind(world))
    assert attempt_id is not None
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda name: place_leg(rt, attempt_id, f"clock {name}"), range(24)))
    assert (sum(sent), len(counting.sids)) == (1, 1)
