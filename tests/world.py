"""The whole house over the simulator, on one virtual clock: what stories are told in.

    world = World(database_url)
    world.open_floor()
    call_id = world.click()
    world.advance(30)
    assert world.call(call_id).status is CallStatus.TALKING

The product is the real one: its app answers the simulator's signed callbacks, the real twilio
client carries its requests, and the clock's duties run at their own intervals of virtual time.
"""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from dialer.app import create_app
from dialer.calling.click import Click, click_to_dial
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.policy import Policy
from dialer.domain.words import Purpose
from dialer.models import Attempt, Call, CallEvent, CallLeg, Contact, User
from dialer.models.database import Sessions
from dialer.models.installation import prepare
from dialer.runtime import Runtime
from dialer.scheduling.duties import DUTIES, run_duty
from dialer.settings import Settings, load_settings
from dialer.settings.cadence import load_cadence
from dialer.settings.calls import load_call_rules
from dialer.settings.planning import load_planning
from dialer.settings.playbook import load_playbook
from dialer.settings.policy import load_policy
from dialer.settings.scripts import load_scripts
from tests.engines import borrow_engine, give_back
from tests.make import OTHER_REP_PHONE, make_account, make_contact, make_user
from tests.wire import Simulation, Wire

CONFIG = Path(__file__).resolve().parent.parent / "config"
# A Monday, 10:00 in Shanghai and 21:00 on Sunday in Miami.
MONDAY_MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ACCOUNT_SID = "AC" + "5" * 32
AUTH_TOKEN = "a-token-for-the-tests-alone"
CALLER_IDS = ("+862155550100", "+13055550100")
TICK_SECONDS = 0.25
# How often duties look around when nothing has happened, lately and for a while; production
# looks more often.
IDLE_SECONDS, QUIET_SECONDS = 5, 10


@cache
def shipped_policy() -> Policy:
    return load_policy(CONFIG)


@cache
def shipped_rules() -> dict[str, Any]:
    """The rules of `config/`, read once; they are frozen."""
    return {
        "policy": shipped_policy(),
        "cadence": load_cadence(CONFIG),
        "scripts": load_scripts(CONFIG),
        "rules": load_call_rules(CONFIG),
        "planning": load_planning(CONFIG),
        "playbook": load_playbook(CONFIG),
    }


def make_settings(database_url: str, spool_dir: str, **environ: str) -> Settings:
    return load_settings(
        {
            "DATABASE_URL": database_url,
            "PUBLIC_BASE_URL": "https://dialer.test",
            "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "CALLER_IDS": ",".join(CALLER_IDS),
            "CARRIER_CALLS_PER_SECOND": "5",
            "POLICY_DIR": str(CONFIG),
            "SPOOL_DIR": spool_dir,
            **environ,
        }
    )


def assemble(**hands: Any) -> Runtime:
    """A runtime by the shipped rules; `hands` are the rest of its fields."""
    return Runtime(
        **shipped_rules(),
        **hands,
    )


@dataclass(frozen=True, kw_only=True)
class Floor:
    """Who is there: two reps, and a customer of the first."""

    rep_id: int
    other_rep_id: int
    account_id: int
    contact_id: int
    number_id: int


class World:
    """One carrier, one house, one clock."""

    def __init__(
        self,
        database_url: str,
        spool_dir: Path,
        start: datetime = MONDAY_MORNING,
        seed: int = 1,
        **environ: str,
    ) -> None:
        self.sim = Simulation(
            seed=seed, start=start, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN,
            caller_ids=CALLER_IDS, calls_per_second=5.0,
        )  # fmt: skip
        settings = make_settings(database_url, str(spool_dir), **environ)
        tokens = count(seed << 64)
        self.sessions = Sessions(borrow_engine(database_url))
        with self.sessions.write() as session:
            prepare(session, "ab" * 32, start)
        self.rt = assemble(
            settings=settings,
            sessions=self.sessions,
            carrier=TwilioCarrier(settings, http=Wire(self.sim)),
            now=self.sim.now,
            monotonic=lambda: self.sim.now().timestamp(),
            wait=self.sim.advance,
            token=lambda: f"{next(tokens):032x}",
        )
        self.sim.serves(self)
        self.last_run: dict[str, datetime] = {}
        self.is_stirred, self.stirred_at = True, start
        self.sim.each_step(self.stir)
        self.floor: Floor | None = None

    @cached_property
    def app(self) -> Flask:
        """The house's application; made when somebody first asks it for something."""
        return create_app(self.rt)

    def __call__(self, *request: Any) -> Any:
        """As a WSGI application: the carrier's callbacks."""
        return self.app(*request)

    def open_floor(self) -> "World":
        now = self.sim.now()
        with self.sessions.write() as session:
            rep = make_user(session, now)
            other = make_user(session, now, "liu.fang", full_name="Liu", phone=OTHER_REP_PHONE)
            account = make_account(session, now, owner_id=rep.id)
            contact = make_contact(session, now, account)
            self.floor = Floor(
                rep_id=rep.id, other_rep_id=other.id, account_id=account.id,
                contact_id=contact.id, number_id=contact.numbers[0].id,
            )  # fmt: skip
        return self

    @property
    def here(self) -> Floor:
        assert self.floor is not None, "open the floor first"
        return self.floor

    def click(self, **fields: Any) -> int:
        """The first rep clicks; the point is always written."""
        defaults: dict[str, Any] = {
            "rep_id": self.here.rep_id, "contact_id": self.here.contact_id,
            "purpose": Purpose.FOLLOW_UP, "point": "三年保修，今晚签约送安装",
        }  # fmt: skip
        return click_to_dial(self.rt, Click(**{**defaults, **fields}))

    def advance(self, seconds: float) -> None:
        self.sim.advance(seconds, tick=TICK_SECONDS, each_tick=self.run_duties)

    def skip(self, seconds: float) -> None:
        """Let time pass in which nothing is due but the carrier's own."""
        self.sim.advance(seconds)
        self.stir()
        self.run_duties()

    def stir(self) -> None:
        """Something happened: prompt duties are woken, as they are in production."""
        self.is_stirred, self.stirred_at = True, self.sim.now()

    def run_duties(self) -> None:
        """Run what is due, and the prompt duties whenever something has happened."""
        now, woken, self.is_stirred = self.sim.now(), self.is_stirred, False
        is_quiet = (now - self.stirred_at).total_seconds() > QUIET_SECONDS
        idle = QUIET_SECONDS if is_quiet else IDLE_SECONDS
        for duty in DUTIES:
            last = self.last_run.get(duty.name)
            pause = max(duty.seconds, idle)
            late = last is None or (now - last).total_seconds() >= pause
            if late or (duty.prompt and woken):
                self.last_run[duty.name] = now
                run_duty(self.rt, duty)

    def hangs_up(self, number: str) -> None:
        """Whoever holds that telephone puts it down."""
        line = self.sim.line(number)
        assert line is not None, f"{number} neither rings nor talks"
        line.hang_up()

    def call(self, call_id: int) -> Call:
        with self.sessions.read() as session:
            return session.get_one(Call, call_id)

    def legs(self, call_id: int) -> dict[str, CallLeg]:
        with self.sessions.read() as session:
            rows = session.execute(sa.select(CallLeg).where(CallLeg.call_id == call_id)).scalars()
            return {str(leg.role): leg for leg in rows}

    def attempts(self, call_id: int) -> dict[str, Attempt]:
        with self.sessions.read() as session:
            rows = session.execute(sa.select(Attempt).where(Attempt.call_id == call_id)).scalars()
            return {str(attempt.role): attempt for attempt in rows}

    def events(self, call_id: int) -> list[CallEvent]:
        with self.sessions.read() as session:
            found = sa.select(CallEvent).where(CallEvent.call_id == call_id)
            return list(session.execute(found.order_by(CallEvent.id)).scalars())

    def user(self, user_id: int) -> User:
        with self.sessions.read() as session:
            return session.get_one(User, user_id)

    def contact(self) -> Contact:
        with self.sessions.read() as session:
            return session.get_one(Contact, self.here.contact_id)

    def close(self) -> None:
        for thread in threading.enumerate():
            if thread.name == "floor":  # a last look may be under way; its connection is ours
                thread.join(20)
        give_back(self.sessions.engine)
