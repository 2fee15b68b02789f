"""What is kept for a while only, and then forgotten."""

from datetime import timedelta

import sqlalchemy as sa

from dialer.models import IdempotencyKey, LoginThrottle, PasswordLink, UserSession
from dialer.runtime import Runtime

# The deed behind a key bears its name for ever, so that even after this it is not done twice.
KEYS_KEPT = timedelta(days=30)
THROTTLES_KEPT = timedelta(days=1)
SESSIONS_KEPT = timedelta(days=90)


def forget_old(rt: Runtime) -> int:
    """Delete answers to old idempotency keys, counts of failed log-ins, sessions and links that
    ended long ago; how many rows went."""
    now = rt.now()
    old = (
        sa.delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEYS_KEPT),
        sa.delete(LoginThrottle).where(LoginThrottle.first_failed_at < now - THROTTLES_KEPT),
        sa.delete(UserSession).where(UserSession.expires_at < now - SESSIONS_KEPT),
        sa.delete(PasswordLink).where(PasswordLink.expires_at < now - SESSIONS_KEPT),
    )
    return sum(run(rt, forget) for forget in old)


def run(rt: Runtime, forget: sa.Delete) -> int:
    """One table after the other, so that nobody waits for all of them."""
    with rt.sessions.write() as session:
        connection = session.connection()
        return connection.execute(forget).rowcount
