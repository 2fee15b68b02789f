"""The carrier's doors alone, over a database of their own, and a carrier that knocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask
from prometheus_client import REGISTRY
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from dialer.carrier.port import Form
from dialer.carrier.signature import sign
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.words import AttemptState, LegRole, Mode, Purpose
from dialer.models import Attempt, Call, CallEvent
from dialer.models.database import Sessions, make_engine
from dialer.models.installation import prepare
from dialer.models.numbers import ensure_number
from dialer.runtime import Runtime
from dialer.webhooks import make_webhooks
from tests.carrier.wires import BASE, KEY, SID, settings
from tests.engines import borrow_engine
from tests.make import ZHANG_WEI, make_user
from tests.world import shipped_rules

CONFIG = Path(__file__).resolve().parent.parent.parent / "config"
NOW = datetime(2026, 3, 2, 1, 0, 5, tzinfo=UTC)
REP_SID = "CA" + "9" * 32
REP, CUSTOMER, NOBODY = f"{1:032x}", f"{2:032x}", f"{3:032x}"


class Doors:
    """One call whose rep and customer are at the carrier; tokens REP and CUSTOMER."""

    def __init__(self, database_url: str, spool_dir: Path) -> None:
        self.now = NOW
        known = settings(
            DATABASE_URL=database_url, SPOOL_DIR=str(spool_dir), POLICY_DIR=str(CONFIG)
        )
        tokens = count(1 << 64)
        self.rt = Runtime(
            settings=known,
            **shipped_rules(),
            sessions=Sessions(borrow_engine(database_url)),
            carrier=TwilioCarrier(known),
            now=lambda: self.now,
            monotonic=lambda: 0.0,
            wait=lambda _seconds: None,
            token=lambda: f"{next(tokens):032x}",
        )
        with self.rt.sessions.write() as session:
            prepare(session, "ab" * 32, NOW)
            open_call(session)
        self.serve(self.rt)

    def serve(self, rt: Runtime) -> None:
        """Answer with this runtime from now on."""
        self.app = Flask("doors")
        self.app.register_blueprint(make_webhooks(rt))

    def lose_database(self) -> None:
        """Serve as if the database were away."""
        self.serve(self.away)

    @property
    def away(self) -> Runtime:
        """The same house without its database."""
        return replace(self.rt, sessions=Sessions(make_engine("sqlite:////nowhere/at/all/x.db")))

    def knock(
        self,
        path: str,
        params: dict[str, str] | Form,
        *,
        key: str = KEY,
        signed_path: str | None = None,
        **request: Any,
    ) -> TestResponse:
        """POST a form as the carrier signs it; `request` changes what is sent."""
        form = tuple(params.items()) if isinstance(params, dict) else params
        headers = {"X-Twilio-Signature": sign(key, BASE + (signed_path or path), form)}
        headers |= request.pop("headers", {})
        sent = {
            "data": urlencode(form, errors="surrogateescape"),
            "content_type": "application/x-www-form-urlencoded; charset=UTF-8",
            **request,
        }
        return self.app.test_client().post(path, headers=headers, **sent)

    def tell(self, params: dict[str, str], source: str = "status", token: str = CUSTOMER) -> str:
        """Tell, and get the status line."""
        return self.knock(f"/webhooks/{source}/{token}", params).status

    def ask(self, params: dict[str, str], token: str = REP, step: str = "") -> str:
        """Ask, and get the document."""
        answer = self.knock(f"/webhooks/voice/{token}{step}", params)
        assert (answer.status_code, answer.mimetype) == (200, "text/xml")
        return answer.text

    def events(self) -> list[CallEvent]:
        with self.rt.sessions.read() as session:
            return list(session.execute(sa.select(CallEvent).order_by(CallEvent.id)).scalars())

    def call(self) -> Call:
        with self.rt.sessions.read() as session:
            return session.execute(
                sa.select(Call).options(sa.orm.selectinload(Call.legs))
            ).scalar_one()

    def attempt(self, token: str = CUSTOMER) -> Attempt:
        with self.rt.sessions.read() as session:
            return session.execute(sa.select(Attempt).where(Attempt.token == token)).scalar_one()

    def spooled(self) -> list[Path]:
        return list(self.rt.settings.spool_dir.glob("*"))

    @contextmanager
    def nothing_changes(self) -> Iterator[None]:
        """What happens inside leaves no trace in the database."""
        before = len(self.events()), self.attempt().state, self.attempt(REP).state
        yield
        assert (len(self.events()), self.attempt().state, self.attempt(REP).state) == before


def open_call(session: Session) -> None:
    """A call that was placed a minute ago, and both its legs."""
    begun = NOW - timedelta(minutes=1)
    rep = make_user(session, begun)
    number = ensure_number(session, ZHANG_WEI, begun)
    call = Call(
        room="room-1", purpose=Purpose.FOLLOW_UP, mode=Mode.REP, rep_id=rep.id,
        number_id=number.id, created_at=begun,
    )  # fmt: skip
    session.add(call)
    session.flush()
    shared = {
        "call_id": call.id, "occurrence": f"call:{call.id}", "state": AttemptState.LIVE,
        "from_number": "+861085550100", "created_at": begun, "not_before_at": begun,
        "intent_at": begun,
    }  # fmt: skip
    session.add_all(
        [
            Attempt(**shared, role=LegRole.REP, token=REP, carrier_sid=REP_SID, address=rep.phone),
            Attempt(
                **shared, role=LegRole.CUSTOMER, token=CUSTOMER, carrier_sid=SID,
                number_id=number.id,
            ),
        ]
    )  # fmt: skip


def refusals(reason: str) -> float:
    """How many requests were turned away so far for this reason."""
    return REGISTRY.get_sample_value("dialer_webhooks_refused_total", {"reason": reason}) or 0.0
