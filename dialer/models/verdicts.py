"""What the gate answered, stored as codes and parameters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dialer.domain.verdict import NotUntil, Verdict
from dialer.domain.words import Mode, Purpose
from dialer.models.attempts import StoredVerdict
from dialer.models.numbers import zone_data_version


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a verdict was asked for: the number and purpose, and what hangs on it."""

    number_id: int
    purpose: Purpose
    mode: Mode
    call_id: int | None = None
    attempt_id: int | None = None
    task_id: int | None = None
    asked_by_id: int | None = None


def store_verdict(
    session: Session,
    asked: Asked,
    verdict: Verdict,
    facts: dict[str, Any],
    policy_hash: str,
    at: datetime,
) -> StoredVerdict:
    """Keep an answer so that it can be replayed and shown."""
    row = StoredVerdict(
        at=at,
        number_id=asked.number_id,
        call_id=asked.call_id,
        attempt_id=asked.attempt_id,
        task_id=asked.task_id,
        asked_by_id=asked.asked_by_id,
        purpose=asked.purpose,
        mode=asked.mode,
        verdict=verdict.word,
        rule=verdict.rule,
        not_until_at=verdict.instant if isinstance(verdict, NotUntil) else None,
        zones=list(verdict.zones),
        params=dict(verdict.params),
        facts=facts,
        policy_hash=policy_hash,
        zone_data=zone_data_version(),
    )
    session.add(row)
    session.flush()
    return row
