"""`dialer doctor`: whether this installation can do its work, step by step."""

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import files, version
from urllib.parse import urlencode

import click
import sqlalchemy as sa

from dialer.calling.pulse import read_clocks
from dialer.carrier.port import CarrierRefused, CarrierUncertain
from dialer.carrier.signature import parse_form, sign
from dialer.commands.house import open_runtime
from dialer.domain.clock import doubt_of_clock
from dialer.migrations import is_current
from dialer.models import DutyRun, ProcessLease
from dialer.models.durability import all_promises
from dialer.models.switches import stops
from dialer.runtime import Runtime

MARKS = {"ok": "✓", "warning": "!", "wrong": "✗"}
ZONE_DATA_DAYS = 60
CLOCK_SECONDS = 60
REQUEST_SECONDS = 10
NOT_FOUND, FORBIDDEN = 20404, 403
NO_CALL = "CA" + "0" * 32

# Sends a form to a URL with a signature and gives back the status and the start of the body.
Post = Callable[[str, bytes, str], tuple[int, str]]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one step found: `ok`, `warning` or `wrong`, and what to do about it."""

    mark: str
    sentence: str


@click.command()
def doctor() -> None:
    """Check credentials, caller IDs, public URL, pace, time-zone data and durability."""
    wrong = False
    for finding in examine(open_runtime(), post_form):
        click.echo(f"{MARKS[finding.mark]} {finding.sentence}")
        wrong = wrong or finding.mark == "wrong"
    raise SystemExit(1 if wrong else 0)


def examine(rt: Runtime, post: Post) -> Iterator[Finding]:
    """All steps, in the order in which they depend on each other."""
    yield check_schema(rt)
    yield check_durability(rt)
    yield check_clock(rt)
    yield check_time(rt)
    yield check_stops(rt)
    yield check_zone_data(rt.now())
    yield check_pace(rt)
    yield check_credentials(rt)
    yield check_caller_ids(rt)
    yield check_public_url(rt, post)
    yield check_proxies(rt)


def ok(sentence: str) -> Finding:
    """All is well."""
    return Finding(mark="ok", sentence=sentence)


def warning(sentence: str) -> Finding:
    """Calls can be placed, but somebody should look."""
    return Finding(mark="warning", sentence=sentence)


def wrong(sentence: str) -> Finding:
    """Calls would fail, or be lost."""
    return Finding(mark="wrong", sentence=sentence)


def check_schema(rt: Runtime) -> Finding:
    """The database has the tables that this version needs."""
    if is_current(rt.sessions.engine):
        return ok("database: its schema is the newest")
    return wrong("database: its schema is older than this version; run `dialer db upgrade`")


def check_durability(rt: Runtime) -> Finding:
    """A commit survives a power cut; otherwise a call could be placed twice."""
    found = all_promises(rt.sessions)
    weak = [f"{name} is {value}, must be {must}" for name, value, must in found if value != must]
    if weak:
        return wrong(f"durability: {'; '.join(weak)}")
    return ok(f"durability: {', '.join(f'{name} {value}' for name, value, _ in found)}")


def check_clock(rt: Runtime) -> Finding:
    """Somebody ticks the duties: the seat of SQLite's one clock is taken, or a duty did work."""
    now = rt.now()
    with rt.sessions.read() as session:
        seat = session.scalar(sa.select(sa.func.max(ProcessLease.until_at)))
        duty = session.scalar(sa.select(sa.func.max(DutyRun.last_at)))
    if (seat and seat > now) or (duty and now - duty < timedelta(seconds=CLOCK_SECONDS)):
        return ok("clock: it runs")
    return warning("clock: no sign of one within the last minute; start `dialer clock`")


def check_time(rt: Runtime) -> Finding:
    """The hours of the law hang on this machine's clock."""
    now = rt.now()
    others = read_clocks(rt.other_clocks)
    doubt = doubt_of_clock(now, now, others)
    if doubt is not None:
        return wrong(f"time: {doubt}; set this machine's clock")
    if not others:
        return ok("time: no other clock says what time it is")
    return ok(f"time: this machine and {' and '.join(others)} agree")


def check_stops(rt: Runtime) -> Finding:
    """Nothing stops new calls, or what does."""
    with rt.sessions.read() as session:
        on = [f"{switch.name} ({switch.reason})" for switch in stops(session)]
    if on:
        return warning(f"stops: no new call is placed: {'; '.join(on)}; `dialer hold off`")
    return ok("stops: new calls may be placed")


def check_zone_data(now: datetime) -> Finding:
    """Old zone data move the calling hour itself; they are at least as old as installed."""
    name = f"time-zone data: tzdata {version('tzdata')}"
    installed = next((f for f in files("tzdata") or [] if f.name == "RECORD"), None)
    if installed is None:
        return warning(f"{name}, installed nobody knows when; update the package tzdata")
    since = datetime.fromtimestamp(installed.locate().stat().st_mtime, UTC)  # type: ignore[attr-defined]
    days = (now - since).days
    if days > ZONE_DATA_DAYS:
        return warning(f"{name}, installed {days} days ago; update the package tzdata")
    return ok(f"{name}, installed within the last {ZONE_DATA_DAYS} days")


def check_pace(rt: Runtime) -> Finding:
    """The carrier queues whatever comes faster, and a queued call may ring too late."""
    pace = rt.settings.carrier_calls_per_second
    return ok(f"pace: {pace:g} calls a second; the carrier's account must allow as many")


def check_credentials(rt: Runtime) -> Finding:
    """The carrier knows us: asked for a call that does not exist, it says so."""
    try:
        rt.carrier.fetch(NO_CALL)
    except CarrierRefused as error:
        if error.code == NOT_FOUND:
            return ok("credentials: the carrier accepts them")
        return wrong(
            f"credentials: the carrier refused with code {error.code}; "
            "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
        )
    except CarrierUncertain:
        pass
    return wrong("credentials: the carrier does not answer; check TWILIO_API_BASE_URL")


def check_caller_ids(rt: Runtime) -> Finding:
    """We own, or have verified, every number that customers shall see."""
    try:
        owned = rt.carrier.owned_numbers()
    except (CarrierRefused, CarrierUncertain):
        return wrong("caller IDs: the carrier does not say which numbers are ours")
    foreign = [number for number in rt.settings.caller_ids if number not in owned]
    if foreign:
        return wrong(
            f"caller IDs: {', '.join(foreign)} not ours at the carrier; "
            "buy or verify there, or change CALLER_IDS"
        )
    return ok(f"caller IDs: all {len(rt.settings.caller_ids)} are ours")


def check_public_url(rt: Runtime, post: Post) -> Finding:
    """What the carrier would send reaches this installation, and nothing unsigned does.

    A leg that nobody knows asks what to do: the answer is to hang up, and nothing is stored.
    """
    url = f"{rt.settings.public_base_url}/webhooks/voice/{rt.token()}"
    name = f"public URL: {rt.settings.public_base_url}"
    body = urlencode(voice_form(rt)).encode()
    signature = sign(rt.settings.twilio_auth_token, url, parse_form(body) or ())
    try:
        signed, unsigned = post(url, body, signature), post(url, body, "wrong")
    except OSError as error:
        return wrong(f"{name} does not answer ({error}); start `dialer web`, check PUBLIC_BASE_URL")
    if unsigned[0] != FORBIDDEN:
        return wrong(f"{name} answered {unsigned[0]} to a wrong signature; is it this product?")
    if signed[0] != 200 or not re.search(r"<Hangup\s*/>", signed[1]):
        return wrong(f"{name} answered {signed[0]} to a right signature; PUBLIC_BASE_URL and "
                     "TWILIO_AUTH_TOKEN must be the same there")  # fmt: skip
    return ok(f"{name} takes what is signed, and nothing else")


def check_proxies(rt: Runtime) -> Finding:
    """Wrong passwords are counted by where they come from; behind an unknown proxy that is one.

    No process of ours speaks TLS, so an https address always means a proxy.
    """
    if rt.settings.public_base_url.startswith("https://") and not rt.people.trusted_proxies:
        return warning(
            "proxies: none are trusted, so behind yours everybody seems to come from one address; "
            "name its network in trusted_proxies of people.toml"
        )
    return ok(f"proxies: {len(rt.people.trusted_proxies)} networks are trusted")


def voice_form(rt: Runtime) -> dict[str, str]:
    """What the carrier asks when a leg answers."""
    return {
        "AccountSid": rt.settings.twilio_account_sid,
        "ApiVersion": "2010-04-01",
        "CallSid": NO_CALL,
        "CallStatus": "in-progress",
        "Direction": "outbound-api",
        "From": rt.settings.caller_ids[0],
        "To": rt.settings.caller_ids[0],
    }


def post_form(url: str, body: bytes, signature: str) -> tuple[int, str]:
    """One request over the network."""
    request = urllib.request.Request(  # noqa: S310 - settings allow http and https alone
        url,
        body,
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": signature,
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as response:  # noqa: S310
            return response.status, response.read(4096).decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, ""
