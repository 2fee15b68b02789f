"""Killing real processes: a simulator that lives all the time, and a house that does not.

The simulator is the witness: it is a program of its own, and tells which telephones were called.
The house's processes are killed with SIGKILL, at named steps and at random, and started again at
once; then everybody is counted.
"""

import base64
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from dialer.domain.words import Language, Mode, Purpose, TaskState
from dialer.models import Attempt, CallTask, Incident, PhoneNumber, ProcessLease
from dialer.models.database import Sessions, make_engine
from dialer.models.installation import prepare
from tests.commands.shell import free_port
from tests.make import make_account, make_contact, make_task, make_user
from tests.world import ACCOUNT_SID, AUTH_TOKEN, CALLER_IDS, CONFIG, MONDAY_MORNING

ROOT = Path(__file__).resolve().parent.parent.parent
SPEED = 20
READY_SECONDS = 60.0
# Where a clock dies by itself, by the verb that commits or sends.
CLOCK_DEATHS = (
    ("before_commit", "claim"), ("committed", "claim"), ("committed", "wait_for_turn"),
    ("before_commit", "intend"), ("committed", "intend"), ("send", "POST"), ("sent", "POST"),
    ("before_commit", "record_placed"), ("committed", "record_placed"), ("committed", "take_up"),
    ("before_commit", "settle_task"), ("committed", "settle_task"), ("committed", "mark_live"),
)  # fmt: skip
WEB_DEATHS = (
    ("before_commit", "record_told"), ("committed", "record_told"),
    ("before_commit", "answer_voice"), ("committed", "answer_voice"),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A call at the carrier."""

    sid: str
    to: str
    status: str


@dataclass
class Kills:
    """What a killing has come to."""

    kills: int = 0
    calls: int = 0
    by_step: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Site:
    """One house and one carrier, for as long as the killing lasts."""

    def __init__(self, url: str, folder: Path, customers: int, seed: int = 1) -> None:
        self.url, self.folder = url, folder
        self.dice = Random(f"kill {seed}")
        self.carrier_port, self.web_port = free_port(), free_port()
        self.numbers = [f"+86139{index:06d}{30 + index % 50:02d}" for index in range(customers)]
        self.sessions = Sessions(make_engine(url))
        self.programs: list[subprocess.Popen[str]] = []
        self.errors = (folder / "log").open("a")
        self.result = Kills()

    @property
    def environ(self) -> dict[str, str]:
        """Both ends' settings; the hour is one at which everybody may be called."""
        return {
            **os.environ,
            "DIALER_MODE": "demo", "DATABASE_URL": self.url, "POLICY_DIR": str(CONFIG),
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{self.web_port}",
            "TWILIO_API_BASE_URL": f"http://127.0.0.1:{self.carrier_port}",
            "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "CALLER_IDS": ",".join(CALLER_IDS), "CARRIER_CALLS_PER_SECOND": "50",
            "SPOOL_DIR": str(self.folder / "spool"), "LOG_LEVEL": "ERROR",
            "DIALER_CLOCK_START": MONDAY_MORNING.isoformat(),
            "DIALER_CLOCK_BEGUN": str(self.begun), "PYTHONPATH": str(ROOT),
            "RECORD_AFTER": str(self.folder / "record_after.db"),
        }  # fmt: skip

    def open(self) -> None:
        """Everybody who is to be called, once, by a machine, now; and both programs."""
        self.begun = time.time()
        with self.sessions.write() as session:
            prepare(session, "ab" * 32, MONDAY_MORNING)
            owner = make_user(session, MONDAY_MORNING, phone=None)
            account = make_account(session, MONDAY_MORNING, owner_id=owner.id)
            for number in self.numbers:
                contact = make_contact(session, MONDAY_MORNING, account, number=number)
                contact.language = Language.EN
                make_task(
                    session, MONDAY_MORNING, contact, purpose=Purpose.REMINDER, mode=Mode.MACHINE,
                    ready_at=MONDAY_MORNING, number_id=contact.numbers[0].id, owner_id=owner.id,
                )  # fmt: skip
        self.run_program(
            "-m", "dialer.simulator", "--port", str(self.carrier_port), "--speed", str(SPEED),
            "--calls-per-second", "100",
        )  # fmt: skip
        self.zygote = self.run_program("-m", "tests.chaos.zygote")
        assert self.zygote.stdout is not None
        assert self.zygote.stdout.readline() == "ready\n", self.log()
        wait_until(self.carrier_answers, "the simulator answers")

    def run_program(self, *arguments: str) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=self.environ, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.errors,
        )  # fmt: skip
        self.programs.append(program)
        return program

    def close(self) -> None:
        for program in self.programs:
            program.kill()
            program.wait()
            for pipe in (program.stdin, program.stdout):
                if pipe is not None:
                    pipe.close()
        self.errors.close()
        self.sessions.engine.dispose()

    def log(self) -> str:
        return (self.folder / "log").read_text()[-2000:]

    # Lives and deaths.

    def start(self, role: str, death: tuple[str, str] | None = None, nth: int = 1) -> int:
        """A new process's id; it dies at the n-th time that it reaches the step."""
        if role == "clock":
            self.free_seat()
        wish = {
            "role": role, "port": self.web_port, "log": str(self.folder / "log"),
            "death": death and {"point": death[0], "step": death[1], "nth": nth},
        }  # fmt: skip
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        self.zygote.stdin.write(json.dumps(wish) + "\n")
        self.zygote.stdin.flush()
        return int(self.zygote.stdout.readline())

    def free_seat(self) -> None:
        """SQLite's one seat is kept for a dead clock for 15 seconds; nobody waits for that here."""
        with self.sessions.write() as session:
            session.execute(sa.delete(ProcessLease))

    def kill(self, pid: int, role: str) -> None:
        """Dead, if it was not already."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(pid), "the process is gone")
        self.result.kills += 1
        self.result.by_step[role] += 1

    def live_until_death(self, role: str, death: tuple[str, str], patience: float) -> None:
        """A life that ends at a named step; where the step is not reached, it ends anyway."""
        pid = self.start(role, death, self.dice.choice((1, 1, 2, 5)))
        with suppress(TimeoutError):
            wait_until(lambda: not is_alive(pid), "it dies", patience)
            self.result.by_step[" ".join(death)] += 1
        self.kill(pid, role)

    def live_for(self, role: str, seconds: float) -> None:
        """A life that ends whenever it ends."""
        pid = self.start(role)
        time.sleep(seconds)
        self.kill(pid, role)

    # The witness.

    def carrier_answers(self) -> bool:
        with suppress(OSError):
            return bool(self.ask("/healthz"))
        return False

    def ask(self, path: str) -> Any:
        login = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.carrier_port}{path}",
            headers={"Authorization": f"Basic {login}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.loads(answer.read())

    def lines(self) -> list[Line]:
        """Every call that the carrier took."""
        found, path = [], f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls.json?PageSize=1000"
        while path:
            page = self.ask(path)
            found += [Line(c["sid"], c["to"], c["status"]) for c in page["calls"]]
            path = page["next_page_uri"]
        self.result.calls = len(found)
        return found

    def look(self, *, is_settled: bool) -> list[str]:
        """What is wrong: second calls, calls that nobody knows of, a broken file."""
        lines = self.lines()
        self.result.wrong += [
            f"{number} was called {times} times"
            for number, times in Counter(line.to for line in lines).items()
            if times > 1
        ]
        self.result.wrong += strangers(lines, self.intended())
        if is_settled:
            self.result.wrong += self.unaccounted(lines)
        self.result.wrong += self.broken()
        return self.result.wrong

    def intended(self) -> Counter[str]:
        """How often the house knows that it may have called each number."""
        with self.sessions.read() as session:
            rows = session.execute(
                sa.select(PhoneNumber.e164, Attempt.sends)
                .join(Attempt, Attempt.number_id == PhoneNumber.id)
                .where(Attempt.sends > 0)
            )
            return Counter({str(number): sends for number, sends in rows})

    def unaccounted(self, lines: list[Line]) -> Iterator[str]:
        """Once all is quiet: every call is somebody's by its SID, and every attempt is over."""
        with self.sessions.read() as session:
            known = set(session.scalars(sa.select(Attempt.carrier_sid)))
            known |= set(session.scalars(sa.select(Incident.carrier_sid)))
            yield from (f"{x.sid} to {x.to} is nobody's" for x in lines if x.sid not in known)

    def broken(self) -> Iterator[str]:
        """What the database says of itself."""
        if self.sessions.is_sqlite:
            with sqlite3.connect(str(self.sessions.engine.url.database)) as connection:
                for check in ("integrity_check", "foreign_key_check"):
                    said = connection.execute(f"PRAGMA {check}").fetchall()
                    if said not in ([("ok",)], []):
                        yield f"{check}: {said[:3]}"
            connection.close()

    def stop_new_calls(self) -> None:
        """Whoever was not called yet is not called any more."""
        with self.sessions.write() as session:
            session.execute(
                sa.update(CallTask)
                .where(CallTask.state == TaskState.WAITING)
                .values(state=TaskState.CANCELLED)
            )

    def unfound(self) -> int:
        """Calls at the carrier that are nobody's by their SID."""
        return len(list(self.unaccounted(self.lines())))


def strangers(lines: list[Line], known: Counter[str]) -> list[str]:
    """Calls at the carrier that the house has never heard of; it may know of more."""
    unknown = Counter(line.to for line in lines) - known
    return [f"nobody knows of {times} calls to {number}" for number, times in unknown.items()]


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_until(true: Any, what: str, seconds: float = READY_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


@contextmanager
def a_site(url: str, folder: Path, customers: int, seed: int = 1) -> Iterator[Site]:
    site = Site(url, folder, customers, seed)
    try:
        site.open()
        yield site
    finally:
        site.close()
