"""What an account has of what it needs to buy: money, authority, need."""

from dialer.domain.words import Quality
from dialer.models import AuditEntry, User
from dialer.runtime import Runtime
from dialer.selling.accounts import find_editable


def note_quality(
    rt: Runtime, actor: User, account_id: int, quality: Quality, holds: bool | None
) -> None:
    """Write what a rep has learned; None is not known. Raises NotFound or NotAllowed."""
    with rt.sessions.write() as session:
        account = find_editable(session, actor, account_id)
        was = getattr(account, f"has_{quality}")
        setattr(account, f"has_{quality}", holds)
        session.add(
            AuditEntry(
                at=rt.now(),
                actor_id=actor.id,
                action="account.quality",
                subject_kind="account",
                subject_id=account.id,
                detail={"quality": str(quality), "was": was, "now": holds},
            )
        )
