"""Many live calls, and what the carrier would tell of them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlencode

import sqlalchemy as sa

from dialer.carrier.signature import parse_form, sign
from dialer.domain.words import AttemptState, LegRole, Mode, Purpose
from dialer.models import Attempt, Call, PhoneNumber
from dialer.models.database import Sessions
from dialer.models.installation import prepare
from dialer.models.numbers import ensure_number
from tests.carrier.forms import ASKED, LEG
from tests.make import make_account, make_contact
from tests.world import ACCOUNT_SID

BEGUN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
BATCH = 1_000
# What becomes of a call that a machine places: its four callbacks, in order.
LIFE = ({"CallStatus": "initiated"}, {"CallStatus": "ringing"}, {"CallStatus": "in-progress"},
        {"CallStatus": "completed", "CallDuration": "42", "Duration": "1"})  # fmt: skip


def token_of(n: int) -> str:
    return f"{n:032x}"


def sid_of(n: int) -> str:
    return f"CA{n:032x}"


def place_calls(sessions: Sessions, count: int) -> None:
    """So many calls that ring somewhere, one number each."""
    with sessions.write() as session:
        prepare(session, "ab" * 32, BEGUN)
        pattern = ensure_number(session, "+8613800138000", BEGUN)
        columns = {c.name: getattr(pattern, c.name) for c in PhoneNumber.__table__.columns}
        account = make_account(session, BEGUN)
        contact_id = make_contact(session, BEGUN, account).id
    for first in range(1, count + 1, BATCH):
        many = range(first, min(first + BATCH, count + 1))
        with sessions.write() as session:
            session.execute(sa.insert(PhoneNumber), [number_row(columns, n) for n in many])
            whose = {"account_id": account.id, "contact_id": contact_id}
            session.execute(sa.insert(Call), [call_row(n) | whose for n in many])
            session.execute(sa.insert(Attempt), [attempt_row(n) for n in many])


def number_row(columns: dict[str, object], n: int) -> dict[str, object]:
    return {**columns, "id": n + 1, "e164": f"+86139{n:08d}", "number_hash": f"{n:064x}"}


def call_row(n: int) -> dict[str, object]:
    return {"id": n, "room": f"room-{n}", "purpose": Purpose.REMINDER, "mode": Mode.MACHINE,
            "number_id": n + 1, "created_at": BEGUN}  # fmt: skip


def attempt_row(n: int) -> dict[str, object]:
    return {
        "id": n, "call_id": n, "occurrence": f"bench:{n}", "role": LegRole.CUSTOMER,
        "state": AttemptState.LIVE, "epoch": 1, "token": token_of(n), "number_id": n + 1,
        "from_number": "+862155550100", "carrier_sid": sid_of(n), "created_at": BEGUN,
        "not_before_at": BEGUN, "intent_at": BEGUN,
    }  # fmt: skip


def questions(base: str, auth_token: str, calls: range) -> Iterator[str]:
    """`PATH SIGNATURE BODY` of each of these calls asking what it is to say, once."""
    for n in calls:
        path = f"/webhooks/voice/{token_of(n)}"
        fields = {**ASKED, "AccountSid": ACCOUNT_SID, "CallSid": sid_of(n)}
        yield signed(base, auth_token, path, fields)


def signed(base: str, auth_token: str, path: str, fields: Mapping[str, str]) -> str:
    """A line of a script."""
    body = urlencode(fields)
    return f"{path} {sign(auth_token, base + path, parse_form(body.encode()) or ())} {body}"


def tellings(base: str, auth_token: str, calls: range) -> Iterator[str]:
    """`PATH SIGNATURE BODY` of all callbacks of these calls: a stage of all before the next."""
    for stage, change in enumerate(LIFE):
        at = format_datetime(BEGUN + timedelta(seconds=5 * stage))
        for n in calls:
            path = f"/webhooks/status/{token_of(n)}"
            told = {"CallSid": sid_of(n), "SequenceNumber": str(stage), "Timestamp": at}
            fields = {**LEG, **change, "AccountSid": ACCOUNT_SID, **told}
            yield signed(base, auth_token, path, fields)
