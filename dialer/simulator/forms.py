"""Reading REST forms as strictly as Twilio does, and the errors it answers with."""

import re

from dialer.simulator.calls import EVENTS
from dialer.simulator.terms import Detection, Listener, Source, Taping
from dialer.simulator.wire import Pairs, is_web_address, truth

E164 = re.compile(r"\+[1-9]\d{6,14}")
MAX_TWIML = 4000

MAGIC_TO = {
    "+15005550001": 21217,
    "+15005550002": 21214,
    "+15005550003": 21215,
    "+15005550004": 21216,
}
MAGIC_FROM = {"+15005550001": 21212}
VALID_MAGIC_FROM = "+15005550006"
MESSAGES = {
    21214: "The phone number you are attempting to call, {0}, cannot be reached.",
    21215: "Account not authorized to call {0}. Perhaps you need to enable some international "
    "permissions: https://www.twilio.com/console/voice/calls/geo-permissions/low-risk",
    21216: "Account not allowed to call {0}.",
    21217: "Phone number {0} does not appear to be valid.",
    21212: "From is not a valid phone number: {0}",
}


class RestError(Exception):
    """{status} {code}: {message}"""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


class Form:
    """A form's fields; names may repeat."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs

    def get(self, name: str, default: str = "") -> str:
        return next((value for key, value in reversed(self.pairs) if key == name), default)

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.pairs)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]

    def flag(self, name: str, default: bool = False) -> bool:
        return truth(self.get(name)) if self.has(name) else default

    def whole(self, name: str, default: int, low: int, high: int, code: int) -> int:
        text = self.get(name)
        if not text:
            return default
        if not text.isdigit() or not low <= int(text) <= high:
            raise RestError(400, code, f"Invalid {name}: {text}")
        return int(text)

    def choice(self, name: str, default: str, choices: tuple[str, ...], code: int) -> str:
        value = self.get(name) or default
        if value not in choices:
            raise RestError(400, code, f"Invalid {name}: {value}")
        return value

    def method(self, name: str) -> str:
        return self.choice(name, "POST", ("GET", "POST"), 21209)

    def url(self, name: str) -> str:
        url = self.get(name)
        if url and not is_web_address(url):
            raise RestError(400, 21205, f"{name} is not a valid URL: {url}")
        return url

    def plain(self) -> dict[str, str]:
        return dict(self.pairs)


def called(form: Form) -> str:
    """The number or `client:` to be rung."""
    to = form.get("To")
    if not to:
        raise RestError(400, 21201, "No 'To' number is specified")
    if to in MAGIC_TO:
        raise RestError(400, MAGIC_TO[to], MESSAGES[MAGIC_TO[to]].format(to))
    if not E164.fullmatch(to) and not re.fullmatch(r"client:.{1,256}|sip:\S+@\S+", to):
        raise RestError(
            400, 21211, f"The phone number you are attempting to call, {to}, is not valid."
        )
    return to


def caller(form: Form, owned: tuple[str, ...]) -> str:
    """The caller ID, which must be ours; a client may call a client."""
    from_ = form.get("From")
    if not from_:
        raise RestError(400, 21213, "No 'From' number is specified")
    if from_ in MAGIC_FROM:
        raise RestError(400, MAGIC_FROM[from_], MESSAGES[MAGIC_FROM[from_]].format(from_))
    if from_.startswith("client:") and not form.get("To").startswith("+"):
        return from_
    if not E164.fullmatch(from_):
        raise RestError(400, 21212, MESSAGES[21212].format(from_))
    if from_ not in {*owned, VALID_MAGIC_FROM}:
        raise RestError(
            400, 21210,
            f"The source phone number provided, {from_}, is not yet verified for your account. "
            "You may only make calls from phone numbers that you've verified or purchased from "
            "Twilio.",
        )  # fmt: skip
    if from_ == form.get("To"):
        raise RestError(
            400, 21211, f"The phone number you are attempting to call, {from_}, is not valid."
        )
    return from_


def source(form: Form) -> Source:
    url, twiml = form.url("Url"), form.get("Twiml")
    if not url and not twiml:
        raise RestError(400, 21205, "Url parameter is required.")
    if len(twiml) > MAX_TWIML:
        raise RestError(400, 32018, "Twiml size exceeded maximum allowed value")
    return Source(
        url=url,
        method=form.method("Method"),
        fallback_url=form.url("FallbackUrl"),
        fallback_method=form.method("FallbackMethod"),
        twiml="" if url else twiml,
    )


def progress(form: Form, *, spaced: bool) -> Listener:
    """The status callback. Only participants (`spaced`) may name several events in one value;
    elsewhere such a value counts as its first word alone, as it does with Twilio."""
    values = form.all("StatusCallbackEvent")
    words = [word for value in values for word in value.split()[: None if spaced else 1]]
    return Listener(
        url=form.url("StatusCallback"),
        method=form.method("StatusCallbackMethod"),
        events=frozenset(words).intersection(EVENTS) or frozenset({"completed"}),
    )


def listener(form: Form, name: str, events: str) -> Listener:
    """Another callback, with events in one value or several."""
    words = [word for value in form.all(f"{name}Event") for word in value.split()]
    return Listener(
        url=form.url(name),
        method=form.method(f"{name}Method"),
        events=frozenset(words or events.split()),
    )


def detection(form: Form, *, callback: str, background: bool) -> Detection | None:
    """Answering-machine detection; digits to send switch it off."""
    if not form.get("MachineDetection") or form.get("SendDigits"):
        return None
    silence = form.whole("MachineDetectionSilenceTimeout", 5000, 2000, 10_000, 21234)
    return Detection(
        mode=form.choice("MachineDetection", "", ("Enable", "DetectMessageEnd"), 21234),
        timeout_seconds=form.whole("MachineDetectionTimeout", 30, 3, 59, 21234),
        silence_seconds=silence / 1000,
        background=background,
        listener=listener(form, callback, "completed"),
    )


def taping(form: Form, wish: str, prefix: str = "") -> Taping | None:
    """A recording, if the field `wish` asks for one."""
    if form.get(wish, "false") not in {"true", "record-from-start"}:
        return None
    return Taping(
        channels=2 if form.get("RecordingChannels") == "dual" else 1,
        track=form.get("RecordingTrack", "both"),
        listener=listener(form, f"{prefix}RecordingStatusCallback", "completed"),
    )
