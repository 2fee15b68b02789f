"""Asking for open money: which calls the ladder plans on a day, which it holds back, and why.

The preview and the clock's duty ask the same function, so that what is shown is what happens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from dialer.domain.cadence import instant_of
from dialer.domain.dunning import DunningStep, Held, due_step, next_look_on
from dialer.domain.gate import verdicts
from dialer.domain.money import ReceivableState
from dialer.domain.verdict import Allowed, Never, Verdict
from dialer.domain.words import Mode, Purpose, TaskState
from dialer.models import CallTask, PhoneNumber, Receivable, User
from dialer.models.dunning import (
    Candidate,
    load_candidates,
    load_due,
    select_receivables,
    step_key,
)
from dialer.models.many_facts import Target, choose_number, load_blocked, load_target_facts
from dialer.models.supervisors import find_supervisor
from dialer.models.visibility import sees_account
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime

BATCH = 200
NEVER_AGAIN = timedelta(days=30)
CAN_BE_ASKED_FOR = (ReceivableState.OPEN, ReceivableState.DISPUTED)


@dataclass(frozen=True, kw_only=True)
class PlannedCall:
    """A call that is planned for the day; without `task_id` its task is still to be written."""

    receivable_id: int
    account_id: int
    contact_id: int
    purpose: Purpose
    mode: Mode
    step: str | None
    due_at: datetime
    task_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """A call that is due by the ladder and is not made; `verdict` where the gate says so."""

    receivable_id: int
    account_id: int
    contact_id: int
    step: str | None
    why: Held
    verdict: Verdict | None = None


@dataclass(frozen=True, kw_only=True)
class DunningPlan:
    """A day as it would go by what is known now; the day is each payer's own."""

    on: date
    calls: tuple[PlannedCall, ...]
    held: tuple[HeldBack, ...]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A step that is due, when, on which number, and what holds it back."""

    candidate: Candidate
    step: DunningStep
    due_at: datetime
    number: PhoneNumber | None
    why: Held | None = None
    verdict: Verdict | None = None


def preview_dunning(rt: Runtime, actor: User, on: date) -> DunningPlan:
    """What the ladder plans for a day with the accounts that the actor sees; writes nothing."""
    with rt.sessions.read() as session:
        rows = session.scalars(
            select_receivables()
            .where(
                Receivable.account.has(sees_account(actor)),
                Receivable.state.in_(CAN_BE_ASKED_FOR),
                Receivable.paid_minor < Receivable.amount_minor,
            )
            .order_by(Receivable.due_on, Receivable.id)
        ).all()
        candidates = load_candidates(session, rows, rt.now(), on)
        planned = [plan for one in candidates if (plan := planned_call(one)) is not None]
        known = {plan.receivable_id for plan in planned}
        fresh = propose_all(rt, session, [c for c in candidates if c.receivable.id not in known])
    return DunningPlan(
        on=on,
        calls=tuple(sorted([*planned, *(call_of(p) for p in fresh if p.why is None)], key=by_time)),
        held=tuple(held_back(p, p.why) for p in fresh if p.why is not None),
    )


def by_time(call: PlannedCall) -> tuple[datetime, int]:
    """The order in which a day is shown."""
    return call.due_at, call.receivable_id


def planned_call(one: Candidate) -> PlannedCall | None:
    """The call that stands in the agenda for the day already."""
    task = one.pending
    ends = instant_of(datetime.combine(one.today + timedelta(days=1), time()), one.zone)
    if task is None or task.due_at >= ends or task.state is TaskState.UNCERTAIN:
        return None
    return PlannedCall(
        receivable_id=one.receivable.id, account_id=one.receivable.account_id,
        contact_id=one.receivable.contact_id, purpose=task.purpose, mode=task.mode,
        step=task.step, due_at=task.due_at, task_id=task.id,
    )  # fmt: skip


def call_of(proposal: Proposal) -> PlannedCall:
    """A proposal that nothing holds back."""
    row = proposal.candidate.receivable
    return PlannedCall(
        receivable_id=row.id, account_id=row.account_id, contact_id=row.contact_id,
        purpose=proposal.step.purpose, mode=proposal.step.mode, step=proposal.step.name,
        due_at=proposal.due_at,
    )  # fmt: skip


def held_back(proposal: Proposal, why: Held) -> HeldBack:
    """A proposal that something holds back."""
    row = proposal.candidate.receivable
    return HeldBack(
        receivable_id=row.id, account_id=row.account_id, contact_id=row.contact_id,
        step=proposal.step.name, why=why, verdict=proposal.verdict,
    )  # fmt: skip


def propose_all(rt: Runtime, session: Session, candidates: list[Candidate]) -> list[Proposal]:
    """What is due of each, the oldest debt first; of one payer's, one call a day."""
    due = [proposal for one in candidates if (proposal := propose(rt, one)) is not None]
    asked = iter(ask_all(rt, session, [proposal for proposal in due if proposal.why is None]))
    called: set[tuple[int, date]] = set()
    found = []
    for begun in due:
        proposal = next(asked) if begun.why is None else begun
        payer = (proposal.candidate.receivable.contact_id, proposal.candidate.today)
        if proposal.why is None and payer in called:
            proposal = replace(proposal, number=None, why=Held.SAME_PAYER)
        elif proposal.why is None:
            called.add(payer)
        found.append(proposal)
    return found


def propose(rt: Runtime, one: Candidate) -> Proposal | None:
    """The step that is due, with what holds it back before the gate is asked; None where the
    ladder asks for nothing.
    """
    step = due_step(rt.cadence.ladder, one.debt, one.today) or waiting_step(rt, one)
    if step is None:
        return None
    due_at = max(instant_of(datetime.combine(one.today, step.at), one.zone), rt.now())
    return Proposal(candidate=one, step=step, due_at=due_at, number=None, why=obstacle(one))


def ask_all(rt: Runtime, session: Session, proposals: Sequence[Proposal]) -> list[Proposal]:
    """The same with the numbers to be called, and what the gate says of each at its moment."""
    numbers = choose_numbers(session, proposals)
    by_moment: dict[datetime, list[tuple[int, Target]]] = {}
    for place, (proposal, number) in enumerate(zip(proposals, numbers, strict=True)):
        if number is not None:
            asked = by_moment.setdefault(proposal.due_at, [])
            asked.append((place, target_of(proposal, number)))
    found = [replace(one, why=Held.NO_NUMBER) for one in proposals]
    own = frozenset(rt.settings.caller_ids)
    for due_at, asked in by_moment.items():
        facts = load_target_facts(session, [target for _place, target in asked], own, due_at)
        answers = verdicts(facts, rt.policy, due_at)
        for (place, target), verdict in zip(asked, answers, strict=True):
            found[place] = judged(proposals[place], target.number, verdict)
    return found


def choose_numbers(session: Session, proposals: Sequence[Proposal]) -> list[PhoneNumber | None]:
    """Each payer's first number that may be called, else the first, so that the gate says why."""
    contacts = [proposal.candidate.receivable.contact for proposal in proposals]
    blocked = load_blocked(session, [one.id for contact in contacts for one in contact.numbers])
    return [choose_number(one, blocked) if one.numbers else None for one in contacts]


def target_of(proposal: Proposal, number: PhoneNumber) -> Target:
    """The call that is asked about."""
    return Target(
        contact=proposal.candidate.receivable.contact, number=number,
        purpose=proposal.step.purpose, mode=proposal.step.mode,
    )  # fmt: skip


def judged(proposal: Proposal, number: PhoneNumber, verdict: Verdict) -> Proposal:
    """A proposal with the gate's answer: held back where no opening is in time."""
    blocked = isinstance(verdict, Never) or (
        not isinstance(verdict, Allowed)
        and verdict.instant >= end_of(proposal.candidate, proposal.step)
    )
    return replace(
        proposal, number=number,
        why=Held.GATE if blocked else None, verdict=verdict if blocked else None,
    )  # fmt: skip


def waiting_step(rt: Runtime, one: Candidate) -> DunningStep | None:
    """The step that would be due if our mistake did not let the ladder wait."""
    if not one.waits:
        return None
    return due_step(rt.cadence.ladder, replace(one.debt, waited_days=0), one.today)


def obstacle(one: Candidate) -> Held | None:
    """What holds a call back before the gate is asked."""
    reasons = (
        (Held.DISPUTED, one.receivable.state is ReceivableState.DISPUTED),
        (Held.CLOCK_WAITS, one.waits),
        (Held.PROMISE, one.is_promised),
        (Held.PAYMENT_IN_DOUBT, one.is_in_doubt),
        (Held.PENDING, one.pending is not None),
        (Held.SAME_PAYER, one.is_called_today),
    )
    return next((why for why, holds in reasons if holds), None)


def end_of(one: Candidate, step: DunningStep) -> datetime:
    """When it is too late for a step: midnight after its last day."""
    day = one.debt.day_of(step) + timedelta(days=step.lasts_days)
    return instant_of(datetime.combine(day, time()), one.zone)


def plan_dunning(rt: Runtime) -> int:
    """Write the calls that the ladder asks for now; returns how many.

    Any number of clocks may do this: each holds the receivables that it looks at.
    """
    with rt.sessions.write() as session:
        rows = load_due(session, rt.now(), BATCH)
        if not rows:
            return 0
        candidates = load_candidates(session, rows, rt.now())
        proposals = propose_all(rt, session, candidates)
        held = {p.candidate.receivable.id for p in proposals if p.why is not None}
        for one in candidates:
            one.receivable.looks_at = next_look(rt, one, is_held=one.receivable.id in held)
        free = [proposal for proposal in proposals if proposal.why is None]
        session.add_all(task_of(rt, session, proposal) for proposal in free)
        session.flush()
        wake_clock(session)
        return len(free)


def next_look(rt: Runtime, one: Candidate, *, is_held: bool) -> datetime:
    """The payer's next midnight where something is held back, else when the next step begins."""
    day = next_look_on(rt.cadence.ladder, one.debt, one.today)
    if is_held or one.waits:
        day = one.today + timedelta(days=1)
    if day is None:
        return rt.now() + NEVER_AGAIN
    return instant_of(datetime.combine(day, time()), one.zone)


def task_of(rt: Runtime, session: Session, proposal: Proposal) -> CallTask:
    """The step's task: the machine's, or on the list of whoever answers for the account."""
    one, step, row = proposal.candidate, proposal.step, proposal.candidate.receivable
    owner_id = row.account.owner_id
    if owner_id is None and step.mode is Mode.REP:
        owner_id = find_supervisor(session, row.account.team_id)
    return CallTask(
        occurrence_key=step_key(row.id, one.debt.part.due_on, step.name),
        purpose=step.purpose,
        mode=step.mode,
        contact_id=row.contact_id,
        account_id=row.account_id,
        number_id=proposal.number.id if proposal.number else None,
        owner_id=owner_id,
        receivable_id=row.id,
        step=step.name,
        due_at=proposal.due_at,
        due_zone=one.zone,
        ready_at=proposal.due_at if step.mode is Mode.MACHINE else None,
        not_after_at=end_of(one, step),
        created_at=rt.now(),
    )
