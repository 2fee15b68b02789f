"""Asking the gate: facts from the database, a decision from the domain, a row that says so."""

from sqlalchemy.orm import Session

from dialer.domain.gate import may_dial
from dialer.domain.verdict import Verdict
from dialer.domain.words import Mode, Purpose
from dialer.models.facts import Planned, fact_record, load_facts
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
