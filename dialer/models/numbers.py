"""Numbers as rows of their own: one identity for every spelling."""

import hashlib
import hmac
from datetime import datetime
from functools import cache
from importlib.metadata import version

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.phone import describe
from dialer.models.customers import PhoneNumber, Suppression
from dialer.models.machinery import Installation


@cache
def zone_data_version() -> str:
    """Which time-zone data decide, to be stored beside each decision."""
    return f"tzdata {version('tzdata')}, phonenumbers {version('phonenumbers')}"


def hash_number(session: Session, e164: str) -> str:
    """The keyed hash that stays when an erasure takes the number."""
    key = session.execute(sa.select(Installation.number_key)).scalar_one()
    return hmac.new(bytes.fromhex(key), e164.encode(), hashlib.sha256).hexdigest()


def ensure_number(session: Session, e164: str, now: datetime) -> PhoneNumber:
    """The row of an E.164 number, made if it is new."""
    found = session.execute(
        sa.select(PhoneNumber).where(PhoneNumber.number_hash == hash_number(session, e164))
    ).scalar_one_or_none()
    if found is not None:
        found.e164 = e164
        return found
    facts = describe(e164)
    number = PhoneNumber(
        e164=e164,
        number_hash=hash_number(session, e164),
        kind=facts.kind,
        region=facts.region or "",
        zones=list(facts.zones),
        zone_data=zone_data_version(),
        created_at=now,
    )
    session.add(number)
    session.flush()
    return number


def is_suppressed(session: Session, number_id: int) -> bool:
    """Whether a number must not be called now."""
    return session.execute(
        sa.select(
            sa.exists().where(Suppression.number_id == number_id, Suppression.lifted_at.is_(None))
        )
    ).scalar_one()
