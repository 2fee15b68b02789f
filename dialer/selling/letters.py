"""Letters: our own mistake is put right by sending the notice again, and the ladder waits.

Only with the contact's consent, addressed in person, with a link to have no more of them; what
could not be sent stands beside the calls with the reason.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import Disposition
from dialer.models import Call, CallTask, Contact, EmailAddress, Letter, Receivable, User
from dialer.models.ledger import let_wait
from dialer.models.letters import LetterKind, LetterState
from dialer.models.transitions import By
from dialer.models.visibility import may_edit_account
from dialer.models.wake import wake_clock
from dialer.models.withdrawals import withdraw_asks
from dialer.runtime import Runtime
from dialer.selling.contacts import find_contact
from dialer.selling.errors import BadValue, NotAllowed
from dialer.selling.judging import today_of
from dialer.selling.money import audit_money, find_receivable
from dialer.wording import say_date, say_money

ADDRESS = re.compile(
    r"[^@\s<>,;:\"\x00-\x1f]{1,64}@[^@\s<>,;:\"\x00-\x1f]+\.[^@\s<>,;:\"\x00-\x1f]+"
)
LONGEST_ADDRESS = 254


def set_email(rt: Runtime, actor: User, contact_id: int, address: str, consent_source: str) -> None:
    """Write a contact's address, and where the consent comes from; empty means that there is none.

    A new consent ends an earlier unsubscription. Raises NotFound, NotAllowed or BadValue.
    """
    address = address.strip()
    if not ADDRESS.fullmatch(address) or len(address) > LONGEST_ADDRESS or not address.isascii():
        raise BadValue("address", "must be an e-mail address such as name@example.com")
    with rt.sessions.write() as session:
        contact = find_contact(session, actor, contact_id)
        if not may_edit_account(actor, contact.account):
            raise NotAllowed
        row = session.get(EmailAddress, contact_id)
        if row is None:
            row = EmailAddress(contact_id=contact_id, token=rt.token(), created_at=rt.now())
            session.add(row)
        row.address, row.consent_source = address, consent_source.strip()[:120]
        row.consented_at = rt.now() if row.consent_source else None
        if row.consented_at is not None:
            row.unsubscribed_at = None
        consent = bool(row.consented_at)
        session.add(audit_money(rt, actor, "contact.email", contact_id, consent=consent))


def unsubscribe(rt: Runtime, token: str) -> bool:
    """Send nothing to an address any more; also what waits is not sent. False: no such link."""
    with rt.sessions.write() as session:
        row = session.scalar(
            sa.select(EmailAddress).where(EmailAddress.token == token).with_for_update()
        )
        if row is None:
            return False
        if row.unsubscribed_at is not None:
            return True
        row.unsubscribed_at = rt.now()
        session.execute(
            sa.update(Letter)
            .where(Letter.contact_id == row.contact_id, Letter.state == LetterState.WAITING)
            .values(state=LetterState.REFUSED, reason="unsubscribed")
        )
        session.add(audit_money(rt, None, "contact.unsubscribe", row.contact_id))
        return True


def resend_notice(rt: Runtime, actor: User, receivable_id: int, call_id: int | None = None) -> int:
    """Send the notice again and let the ladder wait; the letter's id, whatever became of it.

    Raises NotFound, NotAllowed or BadValue.
    """
    with rt.sessions.write() as session:
        row = find_receivable(session, actor, receivable_id)
        if row.is_settled:
            raise BadValue("receivable_id", "must be open")
        occurrence = f"call:{call_id}" if call_id else f"asked:{row.id}:{rt.now().isoformat()}"
        return put_right(rt, session, row, occurrence, actor.id, call_id)


def put_right(
    rt: Runtime,
    session: Session,
    row: Receivable,
    occurrence: str,
    user_id: int | None,
    call_id: int | None,
) -> int:
    """Let the ladder wait, withdraw what is planned, and write the letter; once an occurrence."""
    known = session.scalar(sa.select(Letter.id).where(Letter.occurrence_key == occurrence))
    if known is not None:
        return known
    let_clock_wait(rt, row)
    withdraw_asks(session, [row.id], By(actor="letters", at=rt.now(), reason="resent"))
    letter = write_notice(rt, session, row, occurrence, user_id, call_id)
    wake_clock(session)
    return letter.id


def let_clock_wait(rt: Runtime, row: Receivable) -> None:
    """The ladder waits as long as the rules say, from today where the payer is."""
    today = today_of(rt, row)
    let_wait(row, today, today + timedelta(days=rt.cadence.money.resend_waits_days))


def write_notice(
    rt: Runtime,
    session: Session,
    row: Receivable,
    occurrence: str,
    user_id: int | None,
    call_id: int | None = None,
) -> Letter:
    """The letter's row: ready to be sent, or refused with the reason."""
    contact = row.contact
    mailbox = session.get(EmailAddress, contact.id)
    reason = refusal(rt, mailbox)
    letter = Letter(
        occurrence_key=occurrence,
        kind=LetterKind.NOTICE,
        contact_id=contact.id,
        account_id=row.account_id,
        receivable_id=row.id,
        call_id=call_id,
        address=mailbox.address if mailbox else "",
        language=contact.language,
        state=LetterState.REFUSED if reason else LetterState.WAITING,
        reason=reason or "",
        message_id=f"<{rt.token()}@{sender_domain(rt)}>",
        next_at=None if reason else rt.now(),
        created_by_id=user_id,
        created_at=rt.now(),
    )
    if mailbox is not None and reason is None:
        letter.subject, letter.body = compose(rt, contact, notice_words(rt, row, mailbox))
    session.add(letter)
    session.flush()
    return letter


def refusal(rt: Runtime, mailbox: EmailAddress | None) -> str | None:
    """Why nothing may be sent there; None if it may."""
    if rt.settings.smtp_url is None or rt.settings.mail_from is None:
        return "no_server"
    if mailbox is None:
        return "no_address"
    if mailbox.unsubscribed_at is not None:
        return "unsubscribed"
    return None if mailbox.consented_at is not None else "no_consent"


def sender_domain(rt: Runtime) -> str:
    """The domain in the names of our messages."""
    return (rt.settings.mail_from or "").rpartition("@")[2].rstrip(">") or "localhost"


def notice_words(rt: Runtime, row: Receivable, mailbox: EmailAddress) -> Mapping[str, str]:
    """What the notice's text may name."""
    language, owner = row.contact.language, row.account.owner
    return {
        "company": rt.scripts[language].company,
        "name": row.contact.name,
        "owner": owner.full_name if owner else rt.scripts[language].company,
        "reference": row.reference,
        "amount": say_money(row.open_minor, row.currency, language),
        "due_on": say_date(row.due_on, language),
        "waits_until": say_date(row.waits_until_on or today_of(rt, row), language),
        "unsubscribe": unsubscribe_url(rt, mailbox.token),
    }


def unsubscribe_url(rt: Runtime, token: str) -> str:
    """Where a contact says that no more letters are wanted."""
    return f"{rt.settings.public_base_url}/unsubscribe/{token}"


def compose(rt: Runtime, contact: Contact, words: Mapping[str, str]) -> tuple[str, str]:
    """Subject and body in the contact's language; a subject has one line, whatever a name holds."""
    letters = rt.scripts[contact.language].letters
    subject = " ".join(letters["notice_subject"].format_map(words).split())
    return subject[:200], letters["notice_body"].format_map(words)


def follow_up_resent(rt: Runtime) -> int:
    """Where a rep said "resent" of a call about money, send the notice, once for each call."""
    written = sa.exists().where(
        Letter.occurrence_key == sa.literal("call:") + sa.cast(Call.id, sa.String)
    )
    since: datetime = rt.now() - timedelta(days=2)
    with rt.sessions.write() as session:
        rows = session.execute(
            sa.select(Call, Receivable)
            .join(CallTask, CallTask.id == Call.task_id)
            .join(Receivable, Receivable.id == CallTask.receivable_id)
            .where(Call.disposition == Disposition.RESENT, Call.wrapped_up_at > since, ~written)
        ).all()
        for call, receivable in rows:
            put_right(rt, session, receivable, f"call:{call.id}", call.rep_id, call.id)
        return len(rows)
