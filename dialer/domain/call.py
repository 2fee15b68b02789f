"""The life of a call, folded from its log.

`fold` is commutative, associative and idempotent over the set of a call's events: any order,
any repeats and any late arrival give the same view, because every field is a minimum, a
maximum or a choice by a total order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from operator import itemgetter
from typing import Any

from dialer.domain.words import (
    AnsweredBy,
    CallStatus,
    EndedBy,
    LegRole,
    LegStatus,
    Mode,
    Outcome,
)

RANK = {
    LegStatus.QUEUED: 0,
    LegStatus.RINGING: 1,
    LegStatus.IN_PROGRESS: 2,
}
FINAL_ORDER = (
    LegStatus.COMPLETED,
    LegStatus.BUSY,
    LegStatus.NO_ANSWER,
    LegStatus.FAILED,
    LegStatus.CANCELED,
)
# A colleague to whom the customer was handed on stands for the rep.
WHO_ENDS = {
    "rep": EndedBy.REP,
    "colleague": EndedBy.REP,
    "customer": EndedBy.CUSTOMER,
    "supervisor": EndedBy.SUPERVISOR,
}
# Whose word about the end of a leg counts: a fetched resource before a callback before ours.
SOURCE_RANK = {"poll": 2, "product": 0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One fact. `at` is the carrier's instant where it has one, else ours (aware UTC).

    Kinds of legs: `leg` (with `leg_status`), `asked` (the carrier fetched TwiML, so the leg was
    answered), `key`, `joined`, `left`, `held`, `unheld`, `amd`, `uncertain`, `unknown_closed`.
    Kinds of calls: `clicked`, `hangup_asked` (data.by), `room_started`, `room_ended`
    (data.attempt_id that ended it), `recording`, `cost` (of a leg:
    data.cost, a decimal string, and data.currency), `turn` (of a script), `disposed`.
    """

    kind: str
    at: datetime
    source: str = "product"
    attempt_id: int | None = None
    role: LegRole | None = None
    leg_status: LegStatus | None = None
    seq: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """What became of one leg."""

    attempt_id: int
    role: LegRole
    status: LegStatus
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    joined_at: datetime | None = None
    ended_at: datetime | None = None
    on_hold: bool = False
    ring_seconds: int = 0
    talk_seconds: int = 0
    hold_seconds: int = 0
    reason: str | None = None
    is_uncertain: bool = False
    is_lost: bool = False
    is_conflicted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CallView:
    """What a call is, was, and came to."""

    status: CallStatus
    legs: tuple[Leg, ...] = ()
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: EndedBy | None = None
    outcome: Outcome | None = None
    answered_by: AnsweredBy | None = None
    recording_sid: str | None = None
    cost_minor: int | None = None
    cost_currency: str | None = None


def fold(events: Iterable[Event], mode: Mode) -> CallView:
    """Derive a call's view from all its events, in any order."""
    facts = sorted(events, key=event_order)
    by_leg: dict[int, list[Event]] = {}
    for event in facts:
        if event.attempt_id is not None and event.role is not None:
            by_leg.setdefault(event.attempt_id, []).append(event)
    legs = tuple(fold_leg(own) for _, own in sorted(by_leg.items()))
    return CallViewBuilder(facts, legs, mode).build()


def event_order(event: Event) -> tuple[datetime, int, str, str, str]:
    """A total order, so that a choice among equals does not depend on arrival."""
    return (
        event.at,
        event.seq,
        event.kind,
        event.leg_status or "",
        repr(sorted((str(k), repr(v)) for k, v in event.data.items())) + event.source,
    )


def fold_leg(events: list[Event]) -> Leg:
    """Derive one leg from its own events, given in `event_order`."""
    statuses = [e for e in events if e.kind == "leg" and e.leg_status is not None]
    finals = [e for e in statuses if e.leg_status and e.leg_status.is_final]
    final = min(finals, key=final_order) if finals else None
    ended_at = final.at if final else None
    answered_at = first(
        e.at
        for e in events
        if e.kind in ("asked", "joined") or e.leg_status is LegStatus.IN_PROGRESS
    )
    duration = known_duration(finals)
    if answered_at is None and final and final.leg_status is LegStatus.COMPLETED:
        # The answer's own callback was lost; the carrier's count of seconds tells when it was.
        answered_at = final.at - timedelta(seconds=duration or 0)
    ringing_at = first(e.at for e in statuses if e.leg_status is LegStatus.RINGING)
    started_at = ringing_at or first(e.at for e in statuses)
    held, on_hold = hold_seconds(events, ended_at)
    talked = duration if duration is not None else seconds(answered_at, ended_at)
    return Leg(
        attempt_id=events[0].attempt_id or 0,
        role=events[0].role or LegRole.CUSTOMER,
        status=leg_status(statuses, final, answered_at),
        ringing_at=ringing_at,
        answered_at=answered_at,
        joined_at=first(e.at for e in events if e.kind == "joined"),
        ended_at=ended_at,
        on_hold=on_hold and final is None,
        ring_seconds=seconds(started_at, answered_at or ended_at),
        talk_seconds=talked if answered_at else 0,
        hold_seconds=held,
        reason=next((str(e.data["reason"]) for e in finals if "reason" in e.data), None),
        is_uncertain=not proven(events) and any(e.kind == "uncertain" for e in events),
        is_lost=final is None and any(e.kind == "unknown_closed" for e in events),
        is_conflicted=len({e.leg_status for e in finals if e.source != "product"}) > 1,
    )


def proven(events: list[Event]) -> bool:
    """Whether the carrier itself has said anything about the leg."""
    return any(e.source != "product" for e in events)


def first(instants: Iterable[datetime]) -> datetime | None:
    """The earliest, if there is one."""
    return min(instants, default=None)


def seconds(start: datetime | None, end: datetime | None) -> int:
    """Whole seconds between two instants, 0 where either is missing or the clock ran back."""
    return max(0, int((end - start).total_seconds())) if start and end else 0


def final_order(event: Event) -> tuple[int, int, int, datetime]:
    """Which of several ends to believe: best source, then latest number, then a fixed order."""
    status = event.leg_status or LegStatus.COMPLETED
    return (-SOURCE_RANK.get(event.source, 1), -event.seq, FINAL_ORDER.index(status), event.at)


def known_duration(finals: list[Event]) -> int | None:
    """The carrier's own count of the leg's seconds, from the end that is believed."""
    told = [e for e in finals if isinstance(e.data.get("duration"), int)]
    return int(min(told, key=final_order).data["duration"]) if told else None


def leg_status(
    statuses: list[Event], final: Event | None, answered_at: datetime | None
) -> LegStatus:
    """The furthest status; an end never regresses, and an answered leg is not ringing."""
    if final and final.leg_status:
        return final.leg_status
    if answered_at:
        return LegStatus.IN_PROGRESS
    reached = [e.leg_status for e in statuses if e.leg_status]
    return max(reached, key=lambda s: RANK[s], default=LegStatus.QUEUED)


def hold_seconds(events: list[Event], ended_at: datetime | None) -> tuple[int, bool]:
    """Seconds on hold, and whether it lasts."""
    total, since = 0, None
    for event in events:
        if event.kind == "held" and since is None:
            since = event.at
        elif event.kind == "unheld" and since is not None:
            total += seconds(since, event.at)
            since = None
    if since is not None and ended_at is not None:
        total += seconds(since, ended_at)
    return total, since is not None


@dataclass(frozen=True, slots=True)
class CallViewBuilder:
    """Puts the legs together; a class only because eight answers share three facts."""

    facts: list[Event]
    legs: tuple[Leg, ...]
    mode: Mode

    def build(self) -> CallView:
        """The whole view."""
        ended_at = self.ended_at()
        recording = self.last("recording", "recording_sid")
        cost_minor, cost_currency = self.cost()
        customer = self.leg(LegRole.CUSTOMER)
        return CallView(
            status=self.status(ended_at),
            legs=self.legs,
            answered_at=customer.answered_at if customer else None,
            ended_at=ended_at,
            ended_by=self.ended_by() if ended_at else None,
            outcome=self.outcome() if ended_at else None,
            answered_by=self.answered_by(),
            recording_sid=recording.data["recording_sid"] if recording else None,
            cost_minor=cost_minor,
            cost_currency=cost_currency,
        )

    def leg(self, role: LegRole) -> Leg | None:
        """The leg that stands for a role: the latest attempt at it."""
        return next((leg for leg in reversed(self.legs) if leg.role is role), None)

    def last(self, kind: str, key: str) -> Event | None:
        """The latest event of a kind that carries a key."""
        return next((e for e in reversed(self.facts) if e.kind == kind and key in e.data), None)

    def cost(self) -> tuple[int | None, str | None]:
        """What the carrier bills for all legs, in minor units of its currency.

        A leg costs fractions of a cent, so legs are added before they are rounded.
        """
        latest = {e.attempt_id: e for e in self.facts if e.kind == "cost"}
        if not latest:
            return None, None
        total = sum((Decimal(str(e.data["cost"])) for e in latest.values()), Decimal(0))
        currency = str(next(iter(latest.values())).data["currency"])
        return int((abs(total) * 100).to_integral_value(ROUND_HALF_UP)), currency

    def anchors(self) -> list[Leg]:
        """The legs that a call lives by: a rep's call by both, a machine's by the customer's."""
        roles = (LegRole.REP, LegRole.CUSTOMER) if self.mode is Mode.REP else (LegRole.CUSTOMER,)
        return [leg for leg in self.legs if leg.role in roles]

    def ended_at(self) -> datetime | None:
        """When the last of the legs that it lives by was over; None while one may be alive."""
        anchors = self.anchors()
        if self.mode is Mode.REP and not any(leg.role is LegRole.REP for leg in anchors):
            return None
        if not anchors or any(not leg.ended_at and not leg.is_lost for leg in anchors):
            return None
        lost = (e.at for e in self.facts if e.kind == "unknown_closed")
        ends = [leg.ended_at for leg in anchors if leg.ended_at]
        return max(ends) if ends else max(lost, default=None)

    def status(self, ended_at: datetime | None) -> CallStatus:
        """What it is doing."""
        if ended_at:
            return CallStatus.ENDED
        if any(leg.is_uncertain for leg in self.anchors()):
            return CallStatus.UNCERTAIN
        rep, customer = self.leg(LegRole.REP), self.leg(LegRole.CUSTOMER)
        if customer:
            if customer.answered_at:
                return CallStatus.TALKING
            return CallStatus.CUSTOMER_RINGING if self.rings(customer) else CallStatus.PLACING
        if rep and rep.joined_at is None and (rep.answered_at or self.rings(rep)):
            return CallStatus.REP_RINGING
        return CallStatus.PLACING

    @staticmethod
    def rings(leg: Leg) -> bool:
        """Whether the carrier has begun to ring this leg, as far as we know."""
        return leg.status is not LegStatus.QUEUED or leg.ringing_at is not None

    def answered_by(self) -> AnsweredBy | None:
        """What the carrier's detector heard at the customer's end."""
        heard = {e.data.get("answered_by") for e in self.facts if e.kind == "amd"}
        for verdict in (AnsweredBy.MACHINE, AnsweredBy.FAX, AnsweredBy.HUMAN, AnsweredBy.UNKNOWN):
            if verdict in heard:
                return verdict
        return None

    def outcome(self) -> Outcome:
        """What the machine knows of how it went."""
        customer, rep = self.leg(LegRole.CUSTOMER), self.leg(LegRole.REP)
        if customer is None:
            return rep_outcome(rep)
        if customer.is_lost:
            return Outcome.UNKNOWN
        if customer.answered_at:
            return self.answered_outcome()
        return leg_outcome(customer)

    def answered_outcome(self) -> Outcome:
        """A machine that answered is a voicemail; a script that got no key got no response."""
        if self.answered_by() in (AnsweredBy.MACHINE, AnsweredBy.FAX):
            return Outcome.VOICEMAIL
        pressed = any(e.kind == "key" and e.data.get("digits") for e in self.facts)
        if self.mode is Mode.MACHINE and not pressed:
            return Outcome.NO_RESPONSE
        return Outcome.TALKED

    def ended_by(self) -> EndedBy:
        """Who ended it: who asked for it, else who left the room first, else the carrier."""
        asked = next((e for e in self.facts if e.kind == "hangup_asked"), None)
        if asked:
            return EndedBy(asked.data["by"])
        return WHO_ENDS.get(self.who_left() or "", EndedBy.CARRIER)

    def who_left(self) -> str | None:
        """The role of the leg that the carrier names as ending the room, or that ended first."""
        roles = {leg.attempt_id: str(leg.role) for leg in self.legs}
        room = next((e for e in self.facts if e.kind == "room_ended" and e.data), None)
        if room and room.data.get("attempt_id") in roles:
            return roles[room.data["attempt_id"]]
        ends = [(leg.ended_at, leg) for leg in self.anchors() if leg.answered_at]
        over = [(ended_at, leg) for ended_at, leg in ends if ended_at is not None]
        return str(min(over, key=itemgetter(0))[1].role) if over else None


def rep_outcome(rep: Leg | None) -> Outcome:
    """The outcome of a call whose customer was never rung."""
    if rep is None:
        return Outcome.CANCELED
    if rep.is_lost:
        return Outcome.UNKNOWN
    if rep.reason == "refused_by_carrier":
        return Outcome.REFUSED_BY_CARRIER
    if rep.joined_at or rep.status is LegStatus.CANCELED:
        return Outcome.CANCELED
    return Outcome.REP_NO_ANSWER


def leg_outcome(leg: Leg) -> Outcome:
    """The outcome of a leg that nobody answered."""
    if leg.reason == "refused_by_carrier":
        return Outcome.REFUSED_BY_CARRIER
    return {
        LegStatus.BUSY: Outcome.BUSY,
        LegStatus.NO_ANSWER: Outcome.NO_ANSWER,
        LegStatus.CANCELED: Outcome.CANCELED,
    }.get(leg.status, Outcome.FAILED)
