"""What every verb is handed. Time and chance are made here and nowhere else."""

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from dialer.carrier.port import Carrier
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.cadence import Cadence
from dialer.domain.policy import Policy
from dialer.models.database import Sessions, make_engine
from dialer.models.installation import prepare
from dialer.settings import Settings
from dialer.settings.cadence import load_cadence
from dialer.settings.calls import CallRules, load_call_rules
from dialer.settings.planning import PlanningRules, load_planning
from dialer.settings.policy import load_policy
from dialer.settings.scripts import Scripts, load_scripts


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The house's hands: frozen, so that a verb can only use them.

    `now` gives aware UTC; `monotonic` seconds that never run back; `wait` sleeps seconds;
    `token` gives 128 random bits as hexadecimal digits.
    """

    settings: Settings
    policy: Policy
    cadence: Cadence
    scripts: Scripts
    rules: CallRules
    planning: PlanningRules
    sessions: Sessions
    carrier: Carrier
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    wait: Callable[[float], None]
    token: Callable[[], str]


def make_runtime(settings: Settings) -> Runtime:
    """The runtime of a real process: wall clock, real chance, the carrier's wire."""
    now = system_clock(settings.dialer_clock_start, os.environ.get("DIALER_CLOCK_BEGUN"))
    sessions = Sessions(make_engine(settings.database_url))
    with sessions.write() as session:
        prepare(session, secrets.token_hex(32), now())
    return Runtime(
        settings=settings,
        policy=load_policy(settings.policy_dir),
        cadence=load_cadence(settings.policy_dir),
        scripts=load_scripts(settings.policy_dir),
        rules=load_call_rules(settings.policy_dir),
        planning=load_planning(settings.policy_dir),
        sessions=sessions,
        carrier=TwilioCarrier(settings),
        now=now,
        monotonic=time.monotonic,
        wait=time.sleep,
        token=make_token,
    )


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
