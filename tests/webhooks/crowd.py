"""Many calls at once, what the carrier tells of them, and what stands in the tables afterwards."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from dialer.calling.told_together import Telling
from dialer.carrier.signature import sign
from dialer.commands.front import Front
from dialer.domain.words import AttemptState
from dialer.models import Attempt, Base, Call, PhoneNumber
from dialer.models.numbers import ensure_number
from tests.bench.in_progress import attempt_row, call_row, number_row, sid_of, token_of
from tests.carrier.forms import LEG
from tests.carrier.wires import BASE, KEY
from tests.make import ZHANG_WEI
from tests.webhooks.doors import NOW, Doors

FIRST = 3  # the house has a call of its own, with two legs
STAGES = ({"CallStatus": "initiated"}, {"CallStatus": "ringing"}, {"CallStatus": "in-progress"},
          {"CallStatus": "completed", "CallDuration": "42"}, {"CallStatus": "busy"})  # fmt: skip
TABLES = ("calls", "call_legs", "attempts", "attempt_transitions", "call_events", "incidents")
HEAD = [(b"content-type", b"application/x-www-form-urlencoded")]

Post = tuple[str, bytes, str]


def place(doors: Doors, states: Sequence[AttemptState], *, without_sid: Iterable[int] = ()) -> None:
    """A call with one leg for each state; some have no SID yet."""
    with doors.rt.sessions.write() as session:
        pattern = ensure_number(session, ZHANG_WEI, NOW)
        columns = {c.name: getattr(pattern, c.name) for c in PhoneNumber.__table__.columns}
        for n, state in enumerate(states, FIRST):
            session.execute(sa.insert(PhoneNumber), number_row(columns, n))
            session.execute(sa.insert(Call), call_row(n))
            sid = None if n - FIRST in without_sid else sid_of(n)
            row = {**attempt_row(n), "state": state, "carrier_sid": sid}
            session.execute(sa.insert(Attempt), row)


def form_of(call: int, stage: int) -> dict[str, str]:
    """What the carrier tells of a call at a stage of its life."""
    at = format_datetime(datetime(2026, 3, 2, 1, 0, tzinfo=UTC) + timedelta(seconds=5 * stage))
    told = {"CallSid": sid_of(call + FIRST), "SequenceNumber": str(stage), "Timestamp": at}
    return {**LEG, **STAGES[stage], **told}


def telling(doors: Doors, call: int, stage: int) -> Telling:
    """The same, understood."""
    form = tuple(form_of(call, stage).items())
    told = doors.rt.carrier.read("status", form, doors.rt.now())
    return Telling(token=token_of(call + FIRST), told=told)


def post_of(call: int, stage: int) -> Post:
    """The same, as it is sent: path, body, signature."""
    path, form = f"/webhooks/status/{token_of(call + FIRST)}", form_of(call, stage)
    return path, urlencode(form).encode(), sign(KEY, BASE + path, tuple(form.items()))


def post_all(front: Front, posts: Sequence[Post]) -> list[int]:
    """Send all of it at once, and get the statuses in order."""

    async def run() -> list[int]:
        return list(await asyncio.gather(*(post(front, *one) for one in posts)))

    return asyncio.run(run())


async def post(front: Front, path: str, body: bytes, signature: str, **scope: Any) -> int:
    """One request through the front; its status."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    head = [*HEAD, (b"x-twilio-signature", signature.encode())]
    asked = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": head,
             "http_version": "1.1", "client": ("192.0.2.7", 5), "server": ("h", 80)}  # fmt: skip
    await front({**asked, **scope}, receive, send)
    return int(sent[0]["status"])


def tables(doors: Doors, *, without: Iterable[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """What stands there, but for the order in which events came."""
    found = {}
    with doors.rt.sessions.read() as session:
        for name in set(TABLES) - set(without):
            table = Base.metadata.tables[name]
            numbered = name in ("attempt_transitions", "call_events", "incidents")
            columns = [c for c in table.columns if not (numbered and c.name == "id")]
            rows = session.execute(sa.select(*columns)).mappings()
            found[name] = sorted((dict(row) for row in rows), key=repr)
    return found
