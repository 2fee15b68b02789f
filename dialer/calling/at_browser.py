"""What a browser phone needs of the call that rings or talks on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.domain.words import LegRole
from dialer.models.attempts import Attempt
from dialer.models.browser_phones import client_address, current_leg
from dialer.models.calls import Call, CallLeg
from dialer.models.events import Fact, append
from dialer.runtime import Runtime

# What the page may report; anything else is nonsense.
WARNINGS = (
    "high-rtt", "low-mos", "high-jitter", "high-packet-loss", "high-packets-lost-fraction",
    "low-bytes-received", "low-bytes-sent", "constant-audio-input-level",
    "constant-audio-output-level", "ice-connectivity-lost", "signal-lost", "page-left",
)  # fmt: skip
# How the occurrences of a rep's leg begin that the clock, or a customer, asked for.
BY_OTHERS = ("ring:", "connect:")
JUST_NOW = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class AtBrowser:
    """A leg at a user's browser; `is_asked_for` if the user has just asked for it."""

    call: Call
    attempt: Attempt
    is_asked_for: bool


def find_at_browser(rt: Runtime, user_id: int) -> AtBrowser | None:
    """The call that rings or talks at a user's browser now."""
    with rt.sessions.read() as session:
        attempt = current_leg(session, user_id)
        if attempt is None:
            return None
        shown = (joinedload(Call.contact), joinedload(Call.account), joinedload(Call.rep))
        call = session.get_one(Call, attempt.call_id, options=shown, populate_existing=True)
        return AtBrowser(call=call, attempt=attempt, is_asked_for=has_asked(attempt))


def has_asked(attempt: Attempt) -> bool:
    """Whether its user wanted the call just now: no clock, no customer and no colleague did."""
    if attempt.role is LegRole.REP:
        return not attempt.occurrence.startswith(BY_OTHERS)
    return attempt.role is LegRole.SUPERVISOR


def last_leg(session: Session, user_id: int, now: datetime) -> Attempt | None:
    """The latest leg at the browser, if its call is on or was so a moment ago."""
    return session.execute(
        sa.select(Attempt)
        .join(Call, Call.id == Attempt.call_id)
        .where(
            Attempt.address == client_address(user_id),
            sa.or_(Call.ended_at.is_(None), Call.ended_at > now - JUST_NOW),
        )
        .order_by(Attempt.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def note_warning(rt: Runtime, user_id: int, warning: str, *, on: bool) -> bool:
    """Keep on the call that its sound suffered, or recovered; False where there is no call.

    What is told of a call's last second may arrive after its end.
    """
    if warning not in WARNINGS:
        return False
    with rt.sessions.write() as session:
        now = rt.now()
        attempt = last_leg(session, user_id, now)
        if attempt is None:
            return False
        append(
            session,
            Fact(kind="phone_warning", at=now, received_at=now, call_id=attempt.call_id,
                 attempt_id=attempt.id, user_id=user_id, data={"warning": warning, "on": on},
                 dedupe_key=f"warning:{attempt.id}:{warning}:{on}:{now.isoformat()}"),
        )  # fmt: skip
        return True


def drop_lost(rt: Runtime, user_id: int) -> bool:
    """The browser lost a call while it rang: end that leg at once instead of letting it ring."""
    with rt.sessions.read() as session:
        attempt = current_leg(session, user_id)
        leg = session.get(CallLeg, attempt.id) if attempt else None
        if attempt is None or attempt.carrier_sid is None or (leg and leg.answered_at):
            return False
        sid = attempt.carrier_sid
    note_warning(rt, user_id, "signal-lost", on=True)
    rt.carrier.hang_up(sid)
    return True
