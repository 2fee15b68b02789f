"""Confirming in which time zone a person is; that zone then replaces every guess."""

from dialer.models import AuditEntry, User
from dialer.models.visibility import may_edit_account
from dialer.runtime import Runtime
from dialer.selling.contacts import check_places, find_contact
from dialer.selling.errors import NotAllowed


def confirm_zone(rt: Runtime, actor: User, contact_id: int, zone: str) -> None:
    """Write the zone that the person named. Raises NotFound, NotAllowed or BadValue."""
    check_places(rt, {"confirmed_zone": zone})
    with rt.sessions.write() as session:
        contact = find_contact(session, actor, contact_id)
        if not may_edit_account(actor, contact.account):
            raise NotAllowed
        session.add(
            AuditEntry(
                at=rt.now(), actor_id=actor.id, action="contact.zone", subject_kind="contact",
                subject_id=contact_id, detail={"was": contact.confirmed_zone, "is": zone},
            )
        )  # fmt: skip
        contact.confirmed_zone = zone
