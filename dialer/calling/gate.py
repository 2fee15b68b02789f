"""Asking the gate: facts from the database, a decision from the domain, a row that says so."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from dialer.domain.gate import may_dial, verdicts
from dialer.domain.verdict import Verdict
from dialer.domain.words import Mode, Purpose
from dialer.models.facts import Planned, fact_record, load_facts
from dialer.models.many_facts import Target, load_target_facts
from dialer.models.verdicts import Asked, store_verdict
from dialer.runtime import Runtime


def ask_gate(
    rt: Runtime,
    *,
    number_id: int,
    contact_id: int | None,
    purpose: Purpose,
    mode: Mode,
    except_call_id: int | None = None,
) -> Verdict:
    """The dry run beside the dial button; nothing is stored."""
    planned = Planned(
        number_id=number_id, contact_id=contact_id, purpose=purpose, mode=mode,
        own_numbers=rt.settings.caller_ids, now=rt.now(),
    )  # fmt: skip
    with rt.sessions.read() as session:
        facts = load_facts(session, planned)
    return may_dial(facts, rt.policy, planned.now)


def ask_gate_many(rt: Runtime, targets: Sequence[Target]) -> list[Verdict]:
    """The same for many calls of reps, in order: a few queries, however many there are."""
    now = rt.now()
    with rt.sessions.read() as session:
        facts = load_target_facts(session, targets, frozenset(rt.settings.caller_ids), now)
    return list(verdicts(facts, rt.policy, now))


def decide(rt: Runtime, session: Session, asked: Asked, contact_id: int | None) -> Verdict:
    """Ask the gate within the transaction that acts on the answer, and store it there."""
    now = rt.now()
    planned = Planned(
        number_id=asked.number_id, contact_id=contact_id, purpose=asked.purpose,
        mode=asked.mode, own_numbers=rt.settings.caller_ids, now=now,
        except_call_id=asked.call_id,
    )  # fmt: skip
    facts = load_facts(session, planned)
    verdict = may_dial(facts, rt.policy, now)
    store_verdict(session, asked, verdict, fact_record(facts), rt.policy.digest, now)
    return verdict
