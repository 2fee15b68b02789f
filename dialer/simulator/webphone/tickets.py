"""Access tokens, judged as the carrier would: who may use which phone, and until when."""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

CONTENT = "twilio-fpa;v=1"
LONGEST = timedelta(days=1)
LONGEST_IDENTITY = 256


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Whose tokens count: the account and its API key."""

    account_sid: str
    key_sid: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What a token allows."""

    identity: str
    expires_at: datetime
    may_be_called: bool
    may_call: bool


class BadTicket(Exception):
    """The token is refused with the carrier's signalling code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read_ticket(token: object, issuer: Issuer, now: datetime) -> Ticket:
    """Raises BadTicket: 31204 malformed or forged, 31201 foreign, 31205 expired, 31207 too long."""
    head, body = _parts(token, issuer.secret)
    if head.get("alg") != "HS256" or head.get("cty") != CONTENT:
        raise BadTicket(31204, "JWT is not valid")
    if (body.get("sub"), body.get("iss")) != (issuer.account_sid, issuer.key_sid):
        raise BadTicket(31201, "Authentication failed")
    expires_at, not_before = _instant(body, "exp"), _instant(body, "nbf")
    if expires_at <= now:
        raise BadTicket(31205, "JWT token expired")
    if not_before > now + timedelta(seconds=5):
        raise BadTicket(31204, "JWT is not valid yet")
    if expires_at - not_before > LONGEST:
        raise BadTicket(31207, "JWT token expiration time is too long")
    return _ticket(body, expires_at)


def _parts(token: object, secret: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and body of a token with the right signature."""
    try:
        signed, _, signature = str(token).rpartition(".")
        head, body = (json.loads(_unpacked(part)) for part in signed.split("."))
        given = _unpacked(signature)
    except (ValueError, binascii.Error) as error:
        raise BadTicket(31204, "JWT is not valid") from error
    right = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    if not isinstance(head, dict) or not isinstance(body, dict):
        raise BadTicket(31204, "JWT is not valid")
    if not hmac.compare_digest(right, given):
        raise BadTicket(31204, "JWT is not valid")
    return head, body


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _instant(body: dict[str, Any], name: str) -> datetime:
    seconds = body.get(name)
    if not isinstance(seconds, int) or not 0 <= seconds < 2**33:
        raise BadTicket(31204, f"JWT has no {name}")
    return datetime.fromtimestamp(seconds, UTC)


def _ticket(body: dict[str, Any], expires_at: datetime) -> Ticket:
    grants = body.get("grants")
    grants = grants if isinstance(grants, dict) else {}
    voice = grants.get("voice")
    voice = voice if isinstance(voice, dict) else {}
    identity = grants.get("identity")
    if not isinstance(identity, str) or not 0 < len(identity) <= LONGEST_IDENTITY:
        raise BadTicket(31204, "JWT has no identity")
    return Ticket(
        identity=identity,
        expires_at=expires_at,
        may_be_called=bool((voice.get("incoming") or {}).get("allow")),
        may_call=bool((voice.get("outgoing") or {}).get("application_sid")),
    )
