"""Failed log-ins are counted by account, by address and by both, in the database.

A try is counted before the password is looked at, so that many at once cannot slip through; a
log-in that succeeds takes its count back. Every block ends by itself within minutes.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.models import LoginThrottle
from dialer.people.errors import Throttled
from dialer.people.passwords import normal_form

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many failures within the window block for so long."""

    failures: int
    block: timedelta


LIMITS = {
    # One person's typing errors.
    "pair": Limit(failures=5, block=timedelta(minutes=15)),
    # Many addresses against one account; short, for it hits the owner too.
    "account": Limit(failures=30, block=timedelta(minutes=5)),
    # One address against many accounts; wide, for a whole floor may share one.
    "address": Limit(failures=100, block=timedelta(minutes=15)),
    # One person's codes, or the own password asked for once more: only who is in can be stopped.
    "proof": Limit(failures=5, block=timedelta(minutes=15)),
}


def throttle_keys(name: str, address: str) -> list[str]:
    """One key per kind, always in the same order, so that two log-ins cannot lock crosswise."""
    account, network = normal_form(name).strip().casefold(), network_of(address)
    return [
        "account:" + digest(account),
        "address:" + digest(network),
        "pair:" + digest(account + "\n" + network),
    ]


def network_of(address: str) -> str:
    """The address, or for IPv6 its /64, which is what one subscriber has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else str(parsed)


def digest(text: str) -> str:
    """A key of fixed length that shows no name and no address."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def proof_key(user_id: int) -> str:
    """The key under which a known user's codes and passwords are counted."""
    return f"proof:{user_id}"


def count_try(session: Session, keys: list[str], now: datetime) -> None:
    """Count a try as failed; raises Throttled where it is one too many already."""
    rows = [locked_row(session, key, now) for key in keys]
    blocked = max((r.blocked_until_at for r in rows if r.blocked_until_at), default=now)
    if blocked > now:
        raise Throttled(math.ceil((blocked - now) / timedelta(minutes=1)))
    for row in rows:
        count_failure(row, now)


def locked_row(session: Session, key: str, now: datetime) -> LoginThrottle:
    """The row of a key, locked, made if need be."""
    query = sa.select(LoginThrottle).where(LoginThrottle.key == key).with_for_update()
    row = session.scalar(query)
    if row is None:
        try:
            with session.begin_nested():
                session.add(LoginThrottle(key=key, failures=0, first_failed_at=now))
        except sa.exc.IntegrityError:
            pass  # Another process was first, and its row is as good.
        row = session.scalars(query).one()
    return row


def count_failure(row: LoginThrottle, now: datetime) -> None:
    """One more; a window that is over begins anew, and the last one allowed blocks."""
    if now - row.first_failed_at >= WINDOW or row.blocked_until_at:
        row.failures, row.first_failed_at, row.blocked_until_at = 0, now, None
    row.failures += 1
    limit = LIMITS[row.key.partition(":")[0]]
    if row.failures >= limit.failures:
        row.blocked_until_at = now + limit.block


def forgive(session: Session, keys: list[str], now: datetime) -> None:
    """The try succeeded: the person's count is forgotten, the others go back by one."""
    for key in keys:
        row = locked_row(session, key, now)
        row.failures = 0 if key.startswith(("pair:", "proof:")) else max(0, row.failures - 1)
        if row.failures < LIMITS[key.partition(":")[0]].failures:
            row.blocked_until_at = None
