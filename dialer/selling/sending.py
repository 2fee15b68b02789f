"""Sending letters: what may be sent is asked again before each, and a crash sends it once more.

A message that was sent twice carries the same message id, so that mail programs show it once.
"""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from dialer.mail import Mail, MailFailed, MailRefused, send_mail
from dialer.models import EmailAddress, Letter
from dialer.models.letters import LetterState
from dialer.runtime import Runtime
from dialer.selling.letters import refusal, unsubscribe_url

BATCH = 20
MOST_TRIES = 5
FIRST_PAUSE = timedelta(minutes=5)
# A process that died while it sent left the letter so.
STALE = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A letter that this process is to send."""

    letter_id: int
    smtp_url: str
    mail: Mail


def send_letters(rt: Runtime) -> int:
    """Send what is due; returns how many left."""
    return sum(send_letter(rt, letter_id) for letter_id in due_letters(rt))


def due_letters(rt: Runtime) -> list[int]:
    """Letters whose time has come, the oldest first."""
    with rt.sessions.read() as session:
        return list(
            session.scalars(
                sa.select(Letter.id)
                .where(
                    Letter.state.in_((LetterState.WAITING, LetterState.SENDING)),
                    Letter.next_at <= rt.now(),
                )
                .order_by(Letter.next_at, Letter.id)
                .limit(BATCH)
            )
        )


def send_letter(rt: Runtime, letter_id: int) -> bool:
    """Take one letter, hand it to the server with no transaction open, and write what came."""
    ready = take_letter(rt, letter_id)
    if ready is None:
        return False
    try:
        send_mail(ready.smtp_url, ready.mail)
    except MailRefused as refused:
        write_end(rt, letter_id, LetterState.FAILED, str(refused))
        return False
    except MailFailed as failure:
        try_later(rt, letter_id, str(failure))
        return False
    write_end(rt, letter_id, LetterState.SENT, "")
    return True


def take_letter(rt: Runtime, letter_id: int) -> Ready | None:
    """Claim a letter that may still be sent; one that may not be any more is refused."""
    now = rt.now()
    with rt.sessions.write() as session:
        letter = session.scalar(
            sa.select(Letter).where(Letter.id == letter_id).with_for_update(skip_locked=True)
        )
        if letter is None or letter.next_at is None or letter.next_at > now:
            return None
        mailbox = session.get(EmailAddress, letter.contact_id)
        reason = refusal(rt, mailbox)
        smtp_url, sender = rt.settings.smtp_url, rt.settings.mail_from
        if reason is not None or mailbox is None or smtp_url is None or sender is None:
            letter.state, letter.reason, letter.next_at = LetterState.REFUSED, reason or "", None
            return None
        letter.state, letter.next_at = LetterState.SENDING, now + STALE
        letter.tries += 1
        mail = Mail(
            sender=sender, to=letter.address, subject=letter.subject, body=letter.body,
            message_id=letter.message_id, unsubscribe_url=unsubscribe_url(rt, mailbox.token),
        )  # fmt: skip
        return Ready(letter_id=letter_id, smtp_url=smtp_url, mail=mail)


def write_end(rt: Runtime, letter_id: int, state: LetterState, reason: str) -> None:
    """What became of it, for good."""
    with rt.sessions.write() as session:
        letter = session.get_one(Letter, letter_id)
        letter.state, letter.reason, letter.next_at = state, reason[:200], None
        letter.sent_at = rt.now() if state is LetterState.SENT else None


def try_later(rt: Runtime, letter_id: int, reason: str) -> None:
    """Wait longer after each failure; after the last it has failed, for people to see."""
    with rt.sessions.write() as session:
        letter = session.get_one(Letter, letter_id)
        letter.reason = reason[:200]
        if letter.tries >= MOST_TRIES:
            letter.state, letter.next_at = LetterState.FAILED, None
            return
        letter.state = LetterState.WAITING
        letter.next_at = rt.now() + FIRST_PAUSE * 2 ** (letter.tries - 1)
