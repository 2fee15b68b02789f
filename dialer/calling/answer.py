"""Telling the carrier what to do with a leg that asks."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.incidents import note_second
from dialer.calling.talk import Talk, answer_customer, heed_late, understand
from dialer.calling.told import MAY_LIVE, record_on
from dialer.carrier.port import Told
from dialer.domain.instruction import Ask, HangUp, Instruction, JoinRoom
from dialer.domain.words import LegRole, Mode
from dialer.models.attempts import Attempt
from dialer.models.calls import Call
from dialer.models.events import lock_call
from dialer.models.people import User
from dialer.runtime import Runtime

KEY_STEP = "key"


def answer_voice(
    rt: Runtime,
    token: str,
    step: str | None,
    carrier_sid: str,
    digits: str | None = None,
    speech: str | None = None,
    answered_by: str | None = None,
) -> Instruction:
    """Store that the leg asked, and answer. Unknown, foreign and ended legs are hung up."""
    with rt.sessions.write() as session:
        attempt = session.execute(
            sa.select(Attempt).where(Attempt.token == token)
        ).scalar_one_or_none()
        if attempt is None:
            return HangUp()
        call = lock_call(session, attempt.call_id)
        session.refresh(attempt)
        if attempt.carrier_sid not in (None, carrier_sid):
            note_second(session, call, attempt, carrier_sid, rt.now())
            return HangUp()
        if speech and not digits and is_machines(call, attempt):
            digits = understand(Talk(rt, session, call, attempt), step, speech)
        record_on(rt, session, attempt, asked(rt, token, step, carrier_sid, digits))
        is_wanted = attempt.state in MAY_LIVE and attempt.token_revoked_at is None
        if call.ended_at is not None or not is_wanted or attempt.carrier_sid != carrier_sid:
            return HangUp()
        return instruct(rt, session, call, attempt, step, digits)


def hear_late(rt: Runtime, token: str, step: str, carrier_sid: str, digits: str) -> None:
    """A key that could not be heard when it was pressed: what must be in force is, from now on."""
    with rt.sessions.write() as session:
        attempt = session.execute(
            sa.select(Attempt).where(Attempt.token == token)
        ).scalar_one_or_none()
        if attempt is None:
            return
        call = lock_call(session, attempt.call_id)
        session.refresh(attempt)
        if attempt.carrier_sid != carrier_sid or not is_machines(call, attempt):
            return
        record_on(rt, session, attempt, asked(rt, token, step, carrier_sid, digits))
        heed_late(Talk(rt, session, call, attempt), step, digits)


def asked(rt: Runtime, token: str, step: str | None, carrier_sid: str, digits: str | None) -> Told:
    """A leg that asks has been answered by somebody; a key that it brings is kept."""
    now = rt.now()
    return Told(
        kind="asked" if step is None else "key",
        at=now,
        source="voice",
        carrier_sid=carrier_sid,
        leg_status=None,
        seq=0,
        dedupe_key=f"asked:{token}:{step or ''}:{digits or ''}",
        data={} if step is None else {"step": step, "digits": digits or ""},
        params={},
    )


def instruct(
    rt: Runtime,
    session: Session,
    call: Call,
    attempt: Attempt,
    step: str | None,
    digits: str | None,
) -> Instruction:
    """What the leg is to do; a rep's customer is put into the room by the carrier itself."""
    if is_machines(call, attempt):
        return answer_customer(Talk(rt, session, call, attempt), step, digits)
    if attempt.role is not LegRole.REP:
        return HangUp()
    rep = session.get_one(User, call.rep_id)
    if step is None and rep.press_one and not is_browser(attempt):
        return Ask(
            language=rep.language,
            lines=(rt.scripts[rep.language].texts["press_one"],),
            token=attempt.token,
            step=KEY_STEP,
        )
    if step == KEY_STEP and digits != "1":
        return HangUp()
    return JoinRoom(
        room=call.room,
        label=str(LegRole.REP),
        token=attempt.token,
        records=call.purpose in rt.rules.records,
    )


def is_machines(call: Call, attempt: Attempt) -> bool:
    """Whether the script talks on this leg."""
    return attempt.role is LegRole.CUSTOMER and call.mode is Mode.MACHINE


def is_browser(attempt: Attempt) -> bool:
    """A browser phone is accepted by hand, so no voicemail can answer for the rep."""
    return (attempt.address or "").startswith("client:")
