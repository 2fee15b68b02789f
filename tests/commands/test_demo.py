"""`dialer demo`: a floor to look at, at every minute of the week."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
import sqlalchemy as sa

from dialer.commands.demo_floor import open_floor
from dialer.domain.facts import Facts
from dialer.domain.gate import Allowed, may_dial
from dialer.domain.phone import describe
from dialer.domain.words import Purpose
from dialer.models import Account, CallTask, Contact, User
from dialer.models.visibility import may_dial_contact
from dialer.people.log_in import log_in
from dialer.people.tokens import authenticate_token
from tests.commands.shell import free_port
from tests.world import CONFIG, World, shipped_policy

START = datetime(2026, 11, 22, tzinfo=UTC)
READY_SECONDS = 90


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[World]:
    """A house where nobody works yet."""
    opened = World(database_url, tmp_path / "spool")
    yield opened
    opened.close()


def quiet(_line: str) -> None:
    """Nobody listens."""


def count(world: World, table: type) -> int:
    with world.sessions.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_the_first_time_everybody_can_log_in(house: World) -> None:
    card = open_floor(house.rt, {}, quiet)
    assert {login["role"] for login in card["logins"]} == {"rep", "supervisor", "admin"}
    for login in card["logins"]:
        assert log_in(house.rt, login["name"], login["password"], "127.0.0.1")
    assert authenticate_token(house.rt, card["token"])
    assert count(house, Account) >= 40
    assert count(house, CallTask) >= 10


def test_the_second_time_everything_is_kept(house: World) -> None:
    card = open_floor(house.rt, {}, quiet)
    before = count(house, Account)
    assert open_floor(house.rt, card, quiet) == card
    assert count(house, Account) == before


def test_lost_passwords_are_replaced(house: World) -> None:
    open_floor(house.rt, {}, quiet)
    card = open_floor(house.rt, {}, quiet)
    login = card["logins"][0]
    assert log_in(house.rt, login["name"], login["password"], "127.0.0.1")
    assert authenticate_token(house.rt, card["token"])


def test_the_demo_speaks_three_languages() -> None:
    floor = tomllib.loads((CONFIG / "demo.toml").read_text(encoding="utf-8"))
    languages = {contact["language"] for row in floor["accounts"] for contact in row["contacts"]}
    assert languages == {"zh-CN", "zh-TW", "en"}


def test_at_every_minute_of_the_week_ten_contacts_may_be_called(house: World) -> None:
    open_floor(house.rt, {}, quiet)
    kinds = callable_kinds(house)
    minutes = (START + timedelta(minutes=n) for n in range(7 * 24 * 60))
    thin = [at for at in minutes if sum(kinds[f] for f in kinds if is_open(f, at)) < 10]
    assert thin == []


def callable_kinds(house: World) -> Counter[Facts]:
    """How many contacts of the first rep and the pool are alike for the gate."""
    with house.sessions.read() as session:
        rep = session.scalars(sa.select(User).where(User.name == "wang.min")).one()
        contacts = [c for c in session.scalars(sa.select(Contact)) if may_dial_contact(rep, c)]
        examples: dict[object, str] = {}
        kinds: Counter[Facts] = Counter()
        for contact in contacts:
            e164 = contact.numbers[0].e164 or ""
            to = examples.setdefault((describe(e164), contact.confirmed_zone), e164)
            kinds[
                Facts(to=to, purpose=Purpose.REMINDER, confirmed_zone=contact.confirmed_zone)
            ] += 1
    return kinds


def is_open(facts: Facts, at: datetime) -> bool:
    return isinstance(may_dial(facts, shipped_policy(), at), Allowed)


def demo_environ(port: int, sim_port: int) -> dict[str, str]:
    ours = {
        "PORT": str(port), "SIM_PORT": str(sim_port), "SPEED": "20",
        "POLICY_DIR": str(CONFIG), "PYTHONPATH": str(CONFIG.parent),
    }  # fmt: skip
    return {**os.environ, **ours}


@contextmanager
def running(folder: Path, port: int, sim_port: int) -> Iterator[subprocess.Popen[str]]:
    """`dialer demo`, until it says that the floor is open."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "dialer.cli", "demo"],
        cwd=folder,
        env=demo_environ(port, sim_port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert any("The floor is open" in line for line in process.stdout)
            yield process
        finally:
            process.terminate()
            process.wait(READY_SECONDS)


def ask(path: str, port: int, token: str) -> object:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = json.load(connection.getresponse())
    connection.close()
    return answer


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_one_command_opens_the_floor_and_closes_it_and_keeps_its_data(tmp_path: Path) -> None:
    port, sim_port = free_port(), free_port()
    card_file = tmp_path / "var" / "demo.json"
    with running(tmp_path, port, sim_port):
        card = json.loads(card_file.read_text())
        assert stat.S_IMODE(card_file.stat().st_mode) == 0o600
        assert card["base_url"] == f"http://127.0.0.1:{port}"
        assert card["simulator_url"] == f"http://127.0.0.1:{sim_port}"
        accounts = ask("/api/v1/accounts", port, card["token"])
        assert accounts
        taken = subprocess.run(
            [sys.executable, "-m", "dialer.cli", "demo"],
            cwd=tmp_path, env=demo_environ(port, sim_port), capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert (taken.returncode, f"port {port} is taken" in taken.stderr) == (2, True)
    assert is_free(port)
    assert is_free(sim_port)
    with running(tmp_path, port, sim_port) as process:
        assert json.loads(card_file.read_text()) == card
        assert ask("/api/v1/accounts", port, card["token"]) == accounts
        process.send_signal(signal.SIGINT)
        assert process.wait(READY_SECONDS) == 0


def test_a_process_that_cannot_start_is_named(tmp_path: Path) -> None:
    env = {**demo_environ(free_port(), free_port()), "LOG_LEVEL": "NOISY"}
    began = time.monotonic()
    said = subprocess.run(
        [sys.executable, "-m", "dialer.cli", "demo"],
        cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.returncode == 2
    assert "LOG_LEVEL: must be" in said.stderr
    assert time.monotonic() - began < READY_SECONDS
