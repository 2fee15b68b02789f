"""Twilio's signature over a form POST: HMAC-SHA1 of the URL and the sorted parameters.

It has no delimiters and no time, so a signed request still has to be read strictly
(`carrier.shape`) and stored once (`Told.dedupe_key`).
"""

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from dialer.carrier.port import Form

MAX_FIELDS = 500
DEFAULT_PORTS = {"http": 80, "https": 443}


def parse_form(body: bytes) -> Form | None:
    """The parameters of a form body, blanks kept; None if it is none.

    Bytes that are no UTF-8 come through as lone surrogates, so that what was signed stays whole.
    """
    if not body:
        return ()
    try:
        pairs = body.decode("ascii").split("&")
    except ValueError:
        return None
    if len(pairs) > MAX_FIELDS or not all("=" in pair for pair in pairs):
        return None
    split = (pair.partition("=") for pair in pairs)
    return tuple((plain(name), plain(value)) for name, _, value in split)


def plain(text: str) -> str:
    """A name or a value as it was before it was put into a form."""
    text = text.replace("+", " ") if "+" in text else text
    return unquote(text, errors="surrogateescape") if "%" in text else text


def sign(key: str, url: str, form: Form) -> str:
    """The signature of a POST of `form` to `url` (without its fragment)."""
    text = url + "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.digest(key.encode(), text.encode(errors="surrogateescape"), "sha1")
    return base64.b64encode(digest).decode()


def spellings(base_url: str) -> tuple[str, ...]:
    """The base URL with its port and without: Twilio signs either."""
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    bare, full = f"{parts.scheme}://{host}", f"{parts.scheme}://{host}:{port}"
    return (full, bare) if parts.port else (bare, full)


def is_signed(keys: Iterable[str], urls: Iterable[str], form: Form, signature: str) -> bool:
    """Whether one of the keys signed this form for one of the URLs."""
    given = signature.encode(errors="surrogateescape")
    candidates = (sign(key, url, form).encode() for key in keys for url in urls)
    return any(hmac.compare_digest(candidate, given) for candidate in candidates)
