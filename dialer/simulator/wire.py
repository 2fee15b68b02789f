"""How Twilio writes things down: dates, SIDs, signatures, URL fragments, form fields."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

Pairs = tuple[tuple[str, str], ...]


def rfc2822(instant: datetime | None) -> str | None:
    """`Tue, 31 Aug 2010 20:36:28 +0000`, or None."""
    if instant is None:
        return None
    return format_datetime(instant.astimezone(UTC).replace(microsecond=0))


def new_sid(prefix: str, random: Random) -> str:
    return f"{prefix}{random.getrandbits(128):032x}"


def sign(token: str, url: str, fields: Iterable[tuple[str, str]] = ()) -> str:
    """X-Twilio-Signature of a form POST (or of a GET, without fields).

    `url` is the one requested, without its fragment; repeated values of a name count once.
    """
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """How a URL's fragment asks to be called: times in seconds, how often and upon what again."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 15.0
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})

    def repeat(self, failure: str) -> bool:
        """Whether `failure` (`4xx`, `5xx`, `ct` or `rt`) is to be tried again."""
        return failure in self.retry_on or "all" in self.retry_on


def split_fragment(url: str) -> tuple[str, Overrides]:
    """The URL to request and to sign, and what its fragment overrides."""
    parts = urlsplit(url)
    wishes = dict(parse_qsl(parts.fragment))

    def number(name: str, low: int, high: int, default: int) -> int:
        text = wishes.get(name, "")
        return min(high, max(low, int(text))) if text.isdigit() else default

    return urlunsplit(parts._replace(fragment="")), Overrides(
        connect_seconds=number("ct", 100, 10_000, 5_000) / 1000,
        read_seconds=number("rt", 100, 15_000, 15_000) / 1000,
        total_seconds=number("tt", 100, 15_000, 15_000) / 1000,
        retries=number("rc", 0, 5, 1),
        retry_on=frozenset(unquote(wishes.get("rp", "ct")).lower().split(",")),
    )


def with_query(url: str, fields: Iterable[tuple[str, str]]) -> str:
    """`url` with `fields` appended to its query."""
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(list(fields)))))
    return urlunsplit(parts._replace(query=query))


def is_web_address(url: str) -> bool:
    """Absolute http(s) with a host name in which Twilio allows no underscore."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "_" not in parts.netloc


def truth(text: str) -> bool:
    return text.strip().lower() == "true"
