"""Sending one e-mail over SMTP: plain text, to one person, with the way out of it in its head."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}
PATIENCE_SECONDS = 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One message. `unsubscribe_url` takes a POST with one click, as mail programs send it."""

    sender: str
    to: str
    subject: str
    body: str
    message_id: str
    unsubscribe_url: str


class MailRefused(Exception):
    """The server will not take this message, now or ever."""


class MailFailed(Exception):
    """It did not go this time; it may be tried again under the same message id."""


def send_mail(smtp_url: str, mail: Mail) -> None:
    """Hand a message to the server. Raises MailRefused or MailFailed."""
    try:
        with connect(smtp_url) as server:
            server.send_message(message_of(mail))
    except smtplib.SMTPRecipientsRefused as refusal:
        code, _ = next(iter(refusal.recipients.values()))
        raise (MailRefused if code >= 500 else MailFailed)(f"recipient refused: {code}") from None
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        kind = MailRefused if error.smtp_code >= 500 else MailFailed
        raise kind(f"message refused: {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise MailFailed(type(error).__name__) from None


def connect(smtp_url: str) -> smtplib.SMTP:
    """A session with the server, encrypted unless the server is this machine."""
    parts = urlsplit(smtp_url)
    host, port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
    tls = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, timeout=PATIENCE_SECONDS, context=tls)
    else:
        server = smtplib.SMTP(host, port, timeout=PATIENCE_SECONDS)
        if host not in LOOPBACK:
            server.starttls(context=tls)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


def message_of(mail: Mail) -> EmailMessage:
    """The message; a header cannot be broken out of, for EmailMessage refuses line ends."""
    message = EmailMessage()
    message["From"] = mail.sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message
