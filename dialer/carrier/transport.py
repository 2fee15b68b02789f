"""The wire under the twilio client: short, never repeated, never led elsewhere, and silent."""

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from requests import Session
from twilio.http import HttpClient
from twilio.http.response import Response

TWILIO_API = "https://api.twilio.com"
# (to connect, between two bytes). The product counts on both: a request is over, and surely
# taken or not, long before the reconciler asks what became of it.
TIMEOUT_SECONDS = (3, 10)
MAX_BODY = 1 << 20
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

# At DEBUG it writes every URL with its query, and a listing's query is a telephone number.
logging.getLogger("urllib3").setLevel(logging.WARNING)


class BadAnswer(Exception):
    """An answer that the carrier's API never gives: a redirect, or one without end."""


class Transport(HttpClient):  # type: ignore[misc]  # twilio has no types
    """One fresh connection per request: an idle one that the carrier just closed is ambiguous.

    So threads share nothing either. Everything goes to `base_url`, wherever the client or a
    link in an answer points, and the credentials with it.
    """

    def __init__(
        self, base_url: str = TWILIO_API, timeout: tuple[float, float] = TIMEOUT_SECONDS
    ) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self.seconds = timeout
        self.base_url = base_url.rstrip("/")
        self.is_local = urlsplit(base_url).hostname in LOOPBACK
        self.heard: tuple[datetime, float] | None = None

    def time(self, fresh_seconds: float) -> datetime | None:
        """What the carrier's clock shows now, by its last answer if that is fresh enough."""
        if self.heard is None:
            return None
        at, since = self.heard
        passed = time.monotonic() - since
        return at + timedelta(seconds=passed) if passed < fresh_seconds else None

    def note_time(self, headers: Mapping[str, str]) -> None:
        """Remember when the carrier says that it answered."""
        try:
            at = parsedate_to_datetime(headers["Date"])
        except (KeyError, ValueError):
            return
        self.heard = (at if at.tzinfo else at.replace(tzinfo=UTC), time.monotonic())

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Make one request. What twilio's client wishes for time and redirects is not heard."""
        with Session() as session:
            session.trust_env = not self.is_local  # a proxy of the company's cannot see loopback
            answer = session.request(
                method,
                self.rebase(uri),
                params=params,  # type: ignore[arg-type]  # strings, as twilio builds them
                data=data,
                headers=headers,
                auth=auth,
                timeout=self.seconds,
                allow_redirects=False,
                stream=True,
            )
            self.note_time(answer.headers)
            if 300 <= answer.status_code < 400:
                raise BadAnswer("a redirect")
            return Response(answer.status_code, read_text(answer.raw), answer.headers)

    def rebase(self, uri: str) -> str:
        """The same path and query at our base URL."""
        parts = urlsplit(uri)
        return self.base_url + parts.path + (f"?{parts.query}" if parts.query else "")


def read_text(raw: Any) -> str:
    """The whole body as UTF-8, if it has an end in reason."""
    body: bytes = raw.read(MAX_BODY + 1, decode_content=True)
    if len(body) > MAX_BODY:
        raise BadAnswer("too long")
    return body.decode()
