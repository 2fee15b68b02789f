"""Reading TwiML: from what the application answered to verbs, or to Twilio's error code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError, fromstring

from dialer.simulator.courier import Answer
from dialer.simulator.terms import Listener

MAX_BYTES = 64 * 1024
XML_TYPES = {"text/xml", "application/xml", "text/html"}


class TwimlError(Exception):
    """{code} at {url}: {reason}"""

    def __init__(self, code: int, url: str, reason: str) -> None:
        super().__init__(f"{code} at {url}: {reason}")
        self.code, self.url, self.reason = code, url, reason


@dataclass(frozen=True, kw_only=True)
class Page:
    """A document being executed; relative URLs in it are relative to `url`."""

    url: str
    method: str = "POST"
    verbs: tuple[Element, ...] = ()

    def resolve(self, reference: str) -> str:
        """An absolute URL, or a fault where the document came by hand and has no URL."""
        target = urljoin(self.url, reference) if reference else self.url
        if not re.match(r"https?://", target):
            raise TwimlError(15004, target, "Action Callback URL must be an absolute URL")
        return target


def read_answer(answer: Answer, url: str, method: str) -> Page:
    """The page that an answer holds. Raises `TwimlError`."""
    if answer.failure:
        raise TwimlError(11205 if answer.failure == "ct" else 11200, url, answer.failure)
    if not 200 <= answer.status < 300:
        raise TwimlError(11200, url, f"HTTP {answer.status}")
    if len(answer.body.encode()) > MAX_BYTES:
        raise TwimlError(11750, url, "TwiML response body too large")
    if not answer.body.strip():
        raise TwimlError(11770, url, "Empty response body")
    kind = answer.header("Content-Type").partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return Page(url=url, method=method, verbs=(_element("Play", url),))
    if kind == "text/plain" and not answer.body.lstrip().startswith("<"):
        return Page(url=url, method=method, verbs=(_element("Say", answer.body),))
    if kind not in XML_TYPES | {"text/plain"}:
        raise TwimlError(12300, url, f"Invalid Content-Type: {kind or 'none'}")
    return read_document(answer.body, url, method)


def read_document(text: str, url: str = "", method: str = "POST") -> Page:
    try:
        root = fromstring(text)  # noqa: S314 (the application under test wrote it)
    except ParseError as error:
        raise TwimlError(12100, url, f"Document parse failure: {error}") from error
    if root.tag != "Response":
        raise TwimlError(12102, url, "The root element must be Response")
    return Page(url=url, method=method, verbs=tuple(root))


def _element(tag: str, text: str) -> Element:
    element = Element(tag)
    element.text = text
    return element


def text_of(verb: Element) -> str:
    return " ".join("".join(verb.itertext()).split())


def flag(verb: Element, name: str, default: bool = False) -> bool:
    value = verb.get(name)
    return default if value is None else value.lower() == "true"


def whole(verb: Element, name: str, default: int) -> int:
    """A whole number of an attribute; nonsense is as good as nothing."""
    value = verb.get(name, "")
    return int(value) if value.isdigit() else default


def rounds(verb: Element) -> Iterator[int]:
    """How often to say or play; 0 means until someone hangs up (at most a thousand times)."""
    return iter(range(whole(verb, "loop", 1) or 1000))


def listener_of(verb: Element, page: Page, name: str, events: str = "completed") -> Listener:
    """What the attributes `name`, `nameMethod` and `nameEvent` order; `events` by default."""
    url = verb.get(name, "")
    return Listener(
        url=page.resolve(url) if url else "",
        method=verb.get(f"{name}Method", "POST"),
        events=frozenset(verb.get(f"{name}Event", events).split()),
    )
