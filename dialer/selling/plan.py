"""Planning an hour: who calls whom when; a preview, and the tasks once it is confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.facts import Facts
from dialer.domain.gate import may_dial
from dialer.domain.planning import Candidate, HeldBecause, Plan, Rep, Slot, Window, plan_hour
from dialer.domain.starts import allowed_starts
from dialer.domain.verdict import Never, NotUntil, Verdict
from dialer.domain.words import Mode, Purpose, TaskState, UserRole
from dialer.models import AuditEntry, CallTask, Contact, User
from dialer.models.many_facts import Question, load_many_facts
from dialer.models.planning import (
    CONFIRMED,
    Customer,
    Wanted,
    customers,
    last_talks,
    past_talks,
    team_reps,
)
from dialer.runtime import Runtime
from dialer.selling.errors import BadValue, NotAllowed


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which hour is to be planned: a purpose, a day and its hours in a zone."""

    team_id: int | None
    purpose: Purpose
    on: date
    begins: time
    ends: time
    zone: str

    @property
    def window(self) -> Window:
        """The instants. Raises BadValue for hours that are none."""
        begin, end = (instant_of(self.on, at, self.zone) for at in (self.begins, self.ends))
        if begin >= end:
            raise BadValue("ends", "must be after the beginning")
        return Window(start=begin, end=end)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A plan with what it was made from, customers and the answers of the gate by contact."""

    wish: Wish
    plan: Plan
    reps: Mapping[int, User]
    customers: Mapping[int, Customer]
    verdicts: Mapping[int, Verdict]


def instant_of(on: date, at: time, zone: str) -> int:
    """Seconds since 1970 of a wall time; of one that the clocks skip, the next that exists."""
    return int(datetime.combine(on, at, ZoneInfo(zone)).astimezone(UTC).timestamp())


def plan_window(rt: Runtime, actor: User, wish: Wish) -> Draft:
    """The plan as it would be now; nothing is written. Raises NotAllowed or BadValue."""
    check_planner(actor, wish)
    with rt.sessions.read() as session:
        return draft(rt, session, wish)


def check_planner(actor: User, wish: Wish) -> None:
    """A supervisor plans for the own team, an admin for any."""
    own = actor.role is UserRole.SUPERVISOR and actor.team_id == wish.team_id
    if not own and actor.role is not UserRole.ADMIN:
        raise NotAllowed


def draft(rt: Runtime, session: Session, wish: Wish) -> Draft:
    """Load what the planner needs, and ask it. What is over of the window is not planned."""
    window = remaining(wish.window, rt.now())
    reps = team_reps(session, wish.team_id)
    fit = rt.planning.fits[wish.purpose]
    wanted = Wanted(
        purpose=wish.purpose, roles=fit.roles, least_stage=fit.least_stage,
        from_tasks=fit.from_tasks,
    )  # fmt: skip
    found = {one.contact.id: one for one in customers(session, [r.id for r in reps], wanted)}
    question = Question(
        purpose=wish.purpose, own_numbers=frozenset(rt.settings.caller_ids), now=rt.now()
    )
    facts = load_many_facts(session, [one.contact for one in found.values()], question)
    talked = last_talks(session, list(found))
    talks = past_talks(
        session, [r.id for r in reps], rt.now() - timedelta(days=rt.planning.talk_days)
    )
    plan = plan_hour(
        [Rep(id=rep.id, talks=talks.get(rep.id, ())) for rep in reps],
        [candidate(rt, one, facts[id_], talked.get(id_), window) for id_, one in found.items()],
        window,
        rt.planning.pace,
    )
    return Draft(
        wish=wish, plan=plan, reps={rep.id: rep for rep in reps}, customers=found,
        verdicts=gate_answers(rt, plan, facts),
    )  # fmt: skip


def remaining(window: Window, now: datetime) -> Window:
    """The part that still lies ahead. Raises BadValue when none does."""
    start = max(window.start, -int(-now.timestamp() // 1))
    if start >= window.end:
        raise BadValue("on", "must not be over")
    return Window(start=start, end=window.end)


def candidate(
    rt: Runtime, one: Customer, facts: Facts, talked_at: datetime | None, window: Window
) -> Candidate:
    """A customer as the planner knows them."""
    return Candidate(
        id=one.contact.id,
        owner_id=one.owner_id,
        account_class=one.account_class,
        starts=allowed_starts(facts, rt.policy, window.start, window.end),
        promised_at=promised(one.task, window),
        last_talk_at=int(talked_at.timestamp()) if talked_at else None,
    )


def promised(task: CallTask | None, window: Window) -> int | None:
    """When the customer was promised a call, or a call is planned for after the window."""
    if task is None:
        return None
    due = int(task.due_at.timestamp())
    return due if task.due_local is not None or due >= window.end else None


def gate_answers(rt: Runtime, plan: Plan, facts: Mapping[int, Facts]) -> dict[int, Verdict]:
    """What the gate says at the window's start about those whom it holds back."""
    at = datetime.fromtimestamp(plan.window.start, UTC)
    held = (id_ for id_, why in plan.held.items() if why is HeldBecause.GATE)
    return {id_: may_dial(facts[id_], rt.policy, at) for id_ in held}


def confirm_plan(rt: Runtime, actor: User, wish: Wish) -> int:
    """Write the plan's calls on the reps' lists, and return the id of the plan's record.

    Confirmed twice, every customer still has one task. Raises NotAllowed or BadValue.
    """
    check_planner(actor, wish)
    with rt.sessions.write() as session:
        made = draft(rt, session, wish)
        ids = [
            write_slot(rt, session, actor, made, rep_id, slot)
            for rep_id, slots in made.plan.slots.items()
            for slot in slots
        ]
        entry = AuditEntry(
            at=rt.now(), actor_id=actor.id, action=CONFIRMED, subject_kind="team",
            subject_id=wish.team_id, detail=plan_record(made, ids),
        )  # fmt: skip
        session.add(entry)
        session.flush()
        return entry.id


def plan_record(made: Draft, task_ids: list[int]) -> dict[str, Any]:
    """What the report after the hour needs to know of the plan."""
    wish = made.wish
    return {
        "purpose": str(wish.purpose), "on": str(wish.on), "begins": f"{wish.begins:%H:%M}",
        "ends": f"{wish.ends:%H:%M}", "zone": wish.zone, "tasks": task_ids,
        "held": {str(id_): held_record(made, id_) for id_ in made.plan.held},
    }  # fmt: skip


def held_record(made: Draft, contact_id: int) -> dict[str, Any]:
    """Why one was held back: codes and parameters, and the gate's answer where it was the gate."""
    verdict = made.verdicts.get(contact_id)
    answer = verdict and {
        "verdict": verdict.word, "rule": verdict.rule, "zones": list(verdict.zones),
        "params": dict(verdict.params),
        "not_until": verdict.instant.isoformat() if isinstance(verdict, NotUntil) else None,
    }  # fmt: skip
    return {"why": str(made.plan.held[contact_id]), "gate": answer}


def recall_verdict(told: Mapping[str, Any]) -> Verdict:
    """The answer of the gate in a plan's record."""
    zones, rule, params = tuple(told["zones"]), told["rule"], told["params"]
    if told["not_until"] is not None:
        instant = datetime.fromisoformat(told["not_until"])
        return NotUntil(instant=instant, rule=rule, zones=zones, params=params)
    return Never(rule=rule, zones=zones, params=params)


def write_slot(
    rt: Runtime, session: Session, actor: User, made: Draft, rep_id: int, slot: Slot
) -> int:
    """The task of one planned call: the one that waits already, or a new one."""
    customer = made.customers[slot.candidate_id]
    due_at = datetime.fromtimestamp(slot.start, UTC)
    task = customer.task or known_task(session, made.wish, customer.contact)
    if task is None:
        task = new_task(rt, actor, made, rep_id, customer.contact)
        task.due_at = due_at
        session.add(task)
    elif task.due_local is None and task.state is TaskState.WAITING:
        task.due_at = due_at
    session.flush()
    return task.id


def known_task(session: Session, wish: Wish, contact: Contact) -> CallTask | None:
    """The task that an earlier plan of the same day made for this contact."""
    return session.scalar(
        sa.select(CallTask).where(CallTask.occurrence_key == occurrence(wish, contact))
    )


def occurrence(wish: Wish, contact: Contact) -> str:
    """A contact is planned once for a purpose and day."""
    return f"plan:{wish.purpose}:{wish.on}:{contact.id}"


def new_task(rt: Runtime, actor: User, made: Draft, rep_id: int, contact: Contact) -> CallTask:
    """A call on the rep's list that is over when the window is."""
    return CallTask(
        occurrence_key=occurrence(made.wish, contact),
        purpose=made.wish.purpose,
        mode=Mode.REP,
        contact_id=contact.id,
        account_id=contact.account_id,
        owner_id=rep_id,
        not_after_at=datetime.fromtimestamp(made.plan.window.end, UTC),
        created_by_id=actor.id,
        created_at=rt.now(),
    )
