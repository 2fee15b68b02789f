"""Taking back calls that the carrier holds, or rings, when they must not ring any more."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.calling.control import hang_up
from dialer.calling.each import for_each
from dialer.calling.errors import NotLive
from dialer.calling.incidents import report
from dialer.domain.gate import may_dial
from dialer.domain.verdict import Allowed
from dialer.domain.words import AttemptState, EndedBy, IncidentKind, LegRole, LegStatus
from dialer.models.attempts import Attempt
from dialer.models.calls import Call, CallLeg
from dialer.models.facts import Planned, load_facts
from dialer.models.numbers import is_suppressed
from dialer.runtime import Runtime

BATCH = 50
SUPPRESSED = "suppressed"
# A call that is still held back may begin to ring until the next look.
NEXT_LOOK = timedelta(seconds=10)


Unanswered = tuple[Call, Attempt, LegStatus]


@dataclass(frozen=True)
class Late:
    """A leg that must not ring, and the rule that says so."""

    call_id: int
    attempt_id: int
    rule: str


def cancel_late(rt: Runtime) -> int:
    """T18: cancel what waits in the carrier's queue though its time is over, and what still
    rings somebody who has asked not to be called meanwhile."""
    with rt.sessions.read() as session:
        late = [found for leg in unanswered(session) if (found := judge(rt, session, leg))]
    return for_each(late, lambda leg: cancel(rt, leg))


def unanswered(session: Session) -> list[Unanswered]:
    """Customers' legs that the carrier has and nobody has answered."""
    rows = session.execute(
        sa.select(Call, Attempt, CallLeg.status)
        .join(CallLeg, CallLeg.call_id == Call.id)
        .join(Attempt, Attempt.id == CallLeg.id)
        .where(
            Call.ended_at.is_(None),
            CallLeg.role == LegRole.CUSTOMER,
            CallLeg.status.in_((LegStatus.QUEUED, LegStatus.RINGING)),
            CallLeg.answered_at.is_(None),
            Attempt.state == AttemptState.LIVE,
        )
        .order_by(Attempt.id)
        .limit(BATCH)
    )
    return [(call, attempt, status) for call, attempt, status in rows]


def judge(rt: Runtime, session: Session, leg: Unanswered) -> Late | None:
    """Whether a leg must not ring, or ring on; one that rings already is left to the law."""
    call, attempt, status = leg
    rule = None
    if is_suppressed(session, call.number_id):
        rule = SUPPRESSED
    elif status is LegStatus.QUEUED:
        rule = rule_against(rt, session, call, attempt)
    return Late(call.id, attempt.id, rule) if rule else None


def rule_against(rt: Runtime, session: Session, call: Call, attempt: Attempt) -> str | None:
    """What forbids a ring that may begin any moment until the next look."""
    now, latest = rt.now(), rt.now() + NEXT_LOOK
    if attempt.not_after_at is not None and latest > attempt.not_after_at:
        return "not_after"
    for instant in (now, latest):
        planned = Planned(
            number_id=call.number_id, contact_id=call.contact_id, purpose=call.purpose,
            mode=call.mode, own_numbers=rt.settings.caller_ids, now=instant,
            except_call_id=call.id,
        )  # fmt: skip
        verdict = may_dial(load_facts(session, planned), rt.policy, instant)
        if not isinstance(verdict, Allowed):
            return verdict.rule
    return None


def cancel(rt: Runtime, late: Late) -> bool:
    """Hang up the call; and tell people, where it is the carrier that was slow."""
    if late.rule != SUPPRESSED:
        with rt.sessions.write() as session:
            attempt = session.get_one(Attempt, late.attempt_id)
            kind, sid = IncidentKind.QUEUED_TOO_LONG, attempt.carrier_sid
            report(session, kind, rt.now(), attempt, sid, rule=late.rule)
    try:
        hang_up(rt, late.call_id, EndedBy.MACHINE, None)
    except NotLive:
        return False
    return True
