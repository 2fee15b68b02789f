"""What every verb is handed. Time and chance are made here and nowhere else."""

import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from dialer.carrier.port import Carrier
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.cadence import Cadence
from dialer.domain.playbook import Playbook
from dialer.domain.policy import Policy
from dialer.migrations import refuse_wrong_schema
from dialer.models.database import Sessions, make_engine
from dialer.models.durability import database_time, refuse_forgetful
from dialer.models.installation import prepare
from dialer.settings import Settings
from dialer.settings.cadence import load_cadence
from dialer.settings.calls import CallRules, load_call_rules
from dialer.settings.people import PeopleRules, load_people_rules
from dialer.settings.planning import PlanningRules, load_planning
from dialer.settings.playbook import load_playbook
from dialer.settings.policy import load_policy
from dialer.settings.scripts import Scripts, load_scripts


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The house's hands: frozen, so that a verb can only use them.

    `now` gives aware UTC; `monotonic` seconds that never run back; `wait` sleeps seconds;
    `token` gives 128 random bits as hexadecimal digits. `other_clocks` are those that ours is
    compared with, None where one does not say; once `stopping`, no new call is placed.
    """

    settings: Settings
    policy: Policy
    cadence: Cadence
    scripts: Scripts
    rules: CallRules
    planning: PlanningRules
    playbook: Playbook
    sessions: Sessions
    carrier: Carrier
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    wait: Callable[[float], None]
    token: Callable[[], str]
    people: PeopleRules = field(default_factory=PeopleRules)
    other_clocks: Mapping[str, Callable[[], datetime | None]] = field(default_factory=dict)
    stopping: Callable[[], bool] = field(default=lambda: False)

    def asked_from(self, address: str | None) -> "Runtime":
        """The same for one request: what its verbs write to the audit log says where it came from.

        `address` is the client's, as the server saw it.
        """
        return replace(self, sessions=replace(self.sessions, address=address))


def make_runtime(settings: Settings) -> Runtime:
    """The runtime of a real process: wall clock, real chance, the carrier's wire."""
    now = system_clock(settings.dialer_clock_start, os.environ.get("DIALER_CLOCK_BEGUN"))
    sessions = Sessions(make_engine(settings.database_url))
    refuse_wrong_schema(sessions.engine)
    refuse_forgetful(sessions)
    with sessions.write() as session:
        prepare(session, secrets.token_hex(32), now())
    carrier = TwilioCarrier(settings)
    return Runtime(
        settings=settings,
        policy=load_policy(settings.policy_dir),
        cadence=load_cadence(settings.policy_dir),
        scripts=load_scripts(settings.policy_dir),
        rules=load_call_rules(settings.policy_dir),
        planning=load_planning(settings.policy_dir),
        playbook=load_playbook(settings.policy_dir),
        sessions=sessions,
        carrier=carrier,
        now=now,
        monotonic=time.monotonic,
        wait=time.sleep,
        token=make_token,
        people=load_people_rules(settings.policy_dir),
        other_clocks=other_clocks(settings, sessions, carrier),
    )


def other_clocks(
    settings: Settings, sessions: Sessions, carrier: Carrier
) -> Mapping[str, Callable[[], datetime | None]]:
    """The carrier's and the database's; a demo whose time was moved has none to compare with."""
    if settings.dialer_clock_start is not None:
        return {}
    return {"the carrier": carrier.time, "the database": lambda: database_time(sessions)}


def make_token() -> str:
    """128 random bits, safe in a URL's path."""
    return secrets.token_hex(16)


def system_clock(start: str | None, begun: str | None) -> Callable[[], datetime]:
    """The wall clock, or in the demo one that stands at `start` when the demo begins.

    `begun` (seconds since 1970) is when that was, so that all processes of a demo agree.
    """
    if start is None:
        return lambda: datetime.now(UTC)
    origin = datetime.fromtimestamp(float(begun) if begun else time.time(), UTC)
    shift = datetime.fromisoformat(start) - origin
    return lambda: datetime.now(UTC) + shift
