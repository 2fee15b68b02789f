"""The environment, parsed once at start; a wrong value stops it with one line that names it."""

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import phonenumbers
import sqlalchemy as sa

DEMO_ACCOUNT_SID = "AC" + "0" * 31 + "1"
DEMO_AUTH_TOKEN = "demo-auth-token-of-the-simulator"  # noqa: S105 - opens the simulator only
DEMO_KEY_SID = "SK" + "0" * 31 + "1"
DEMO_KEY_SECRET = "demo-key-secret-of-the-simulator"  # noqa: S105 - opens the simulator only
DEMO_SECRET_KEY = "demo-secret-key-which-production-refuses"  # noqa: S105 - see its value
DEMO_CALLER_IDS = "+861085550100,+13055550100"
WEAK_SECRETS = frozenset({"secret", "changeme", "password", "dev", DEMO_SECRET_KEY})
MIN_SECRET_LENGTH = 32


class SettingsError(Exception):
    """One line: the variable, what it must be, and what it was."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The environment's values; every name is the lower-case form of its variable."""

    dialer_mode: str
    database_url: str
    public_base_url: str
    secret_key: str
    twilio_account_sid: str
    twilio_auth_token: str
    twilio_auth_token_previous: str | None
    twilio_api_base_url: str | None
    twilio_api_key_sid: str | None
    twilio_api_key_secret: str | None
    caller_ids: tuple[str, ...]
    carrier_calls_per_second: float
    policy_dir: Path
    default_region: str
    business_time_zone: str
    log_level: str
    log_format: str
    spool_dir: Path
    dialer_clock_start: str | None
    smtp_url: str | None
    mail_from: str | None

    @property
    def is_demo(self) -> bool:
        """Whether this is the demo floor, where defaults are allowed."""
        return self.dialer_mode == "demo"

    @property
    def has_browser_phone(self) -> bool:
        """Whether browsers can be phones: that needs an API key of the carrier's."""
        return self.twilio_api_key_sid is not None


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Parse the environment. Raises SettingsError naming the first wrong variable."""
    env = {name: value.strip() for name, value in environ.items() if value.strip()}
    mode = choice(env, "DIALER_MODE", "production", ("demo", "production"))
    demo = mode == "demo"
    read = Reader(env, demo)
    return Settings(
        dialer_mode=mode,
        database_url=read.database_url(),
        public_base_url=read.base_url(),
        secret_key=read.secret_key(),
        twilio_account_sid=read.matching(
            "TWILIO_ACCOUNT_SID",
            r"AC[0-9a-fA-F]{32}",
            DEMO_ACCOUNT_SID,
            "AC and 32 hexadecimal digits",
        ),
        twilio_auth_token=read.matching(
            "TWILIO_AUTH_TOKEN", r"\S{16,}", DEMO_AUTH_TOKEN, "at least 16 characters"
        ),
        twilio_auth_token_previous=env.get("TWILIO_AUTH_TOKEN_PREVIOUS"),
        twilio_api_base_url=read.optional_url("TWILIO_API_BASE_URL"),
        twilio_api_key_sid=read.key_sid(),
        twilio_api_key_secret=read.key_secret(),
        caller_ids=read.caller_ids(),
        carrier_calls_per_second=read.calls_per_second(),
        policy_dir=read.directory("POLICY_DIR", "config"),
        default_region=read.region(),
        business_time_zone=read.time_zone(),
        log_level=choice(env, "LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        log_format=choice(env, "LOG_FORMAT", "text" if demo else "json", ("text", "json")),
        spool_dir=Path(env.get("SPOOL_DIR", "var/spool")),
        dialer_clock_start=read.clock_start(),
        smtp_url=read.smtp_url(),
        mail_from=read.mail_from(),
    )


def must(name: str, expected: str, got: str | None) -> SettingsError:
    """The one line; secrets are never repeated in it."""
    shown = "nothing" if got is None else repr(got)
    return SettingsError(f"{name}: must be {expected}, got {shown}")


def choice(env: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of a few words."""
    value = env.get(name, default)
    if value not in allowed:
        raise must(name, "one of " + ", ".join(allowed), value)
    return value


@dataclass(frozen=True)
class Reader:
    """Reads one variable at a time; in the demo, required ones have defaults."""

    env: Mapping[str, str]
    demo: bool

    def required(self, name: str, demo_default: str, expected: str) -> str:
        """A value that production must give."""
        value = self.env.get(name, demo_default if self.demo else None)
        if value is None:
            raise must(name, expected, None)
        return value

    def matching(self, name: str, pattern: str, demo_default: str, expected: str) -> str:
        """A required value of a form; what was given is not repeated, for it may be secret."""
        value = self.required(name, demo_default, expected)
        if not re.fullmatch(pattern, value):
            raise must(name, expected, "something else")
        return value

    def database_url(self) -> str:
        """SQLite or PostgreSQL."""
        value = self.env.get("DATABASE_URL", "sqlite:///var/dialer.db")
        expected = "sqlite:///… or postgresql+psycopg://…"
        try:
            backend = sa.make_url(value).get_backend_name()
        except sa.exc.ArgumentError:
            raise must("DATABASE_URL", expected, "something else") from None
        if backend not in ("sqlite", "postgresql", "postgres"):
            raise must("DATABASE_URL", expected, backend)
        return value

    def base_url(self) -> str:
        """Where the carrier reaches us; https outside the demo unless it is this machine."""
        name, expected = "PUBLIC_BASE_URL", "https://HOST without a path"
        value = self.required(name, "http://127.0.0.1:8000", expected).rstrip("/")
        parts = url_parts(value)
        local = parts is not None and parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts is None or parts.path or parts.query or parts.username or "_" in value:
            raise must(name, expected, value)
        if parts.scheme != "https" and not local:
            raise must(name, expected, value)
        return value

    def secret_key(self) -> str:
        """Signs sessions; a weak one lets anybody log in as anybody."""
        value = self.required("SECRET_KEY", DEMO_SECRET_KEY, f"{MIN_SECRET_LENGTH}+ characters")
        weak = value.lower() in WEAK_SECRETS or len(set(value)) < 8
        if not self.demo and (weak or len(value) < MIN_SECRET_LENGTH):
            raise must(
                "SECRET_KEY", f"{MIN_SECRET_LENGTH} or more unguessable characters", "a weak one"
            )
        return value

    def optional_url(self, name: str) -> str | None:
        """An http(s) URL, or None."""
        value = self.env.get(name)
        if value is not None and url_parts(value) is None:
            raise must(name, "an http or https URL", value)
        return value.rstrip("/") if value else None

    def key_sid(self) -> str | None:
        """The API key that signs browsers' passes; unset, there are telephones only."""
        name, value = "TWILIO_API_KEY_SID", self.of_the_key("TWILIO_API_KEY_SID", DEMO_KEY_SID)
        if value is not None and not re.fullmatch(r"SK[0-9a-fA-F]{32}", value):
            raise must(name, "SK and 32 hexadecimal digits", "something else")
        return value

    def key_secret(self) -> str | None:
        """Its secret; one without the other is a mistake."""
        name = "TWILIO_API_KEY_SECRET"
        value = self.of_the_key(name, DEMO_KEY_SECRET)
        if (value is None) != (self.key_sid() is None):
            raise must(name, "set together with TWILIO_API_KEY_SID", value and "alone")
        if value is not None and len(value) < MIN_SECRET_LENGTH:
            raise must(name, f"{MIN_SECRET_LENGTH} or more characters", "fewer")
        return value

    def of_the_key(self, name: str, demo_default: str) -> str | None:
        """A value that the demo's own carrier has anyway."""
        own_carrier = self.demo and "TWILIO_ACCOUNT_SID" not in self.env
        return self.env.get(name, demo_default if own_carrier else None)

    def caller_ids(self) -> tuple[str, ...]:
        """Numbers that we own, E.164."""
        name, expected = "CALLER_IDS", "comma-separated E.164 numbers that we own"
        numbers = tuple(
            part.strip() for part in self.required(name, DEMO_CALLER_IDS, expected).split(",")
        )
        for number in numbers:
            if not re.fullmatch(r"\+[1-9]\d{6,14}", number):
                raise must(name, expected, number)
        return numbers

    def calls_per_second(self) -> float:
        """The account's pace."""
        name, expected = "CARRIER_CALLS_PER_SECOND", "a number above 0, at most 100"
        value = self.env.get(name, "10" if self.demo else "1")
        try:
            pace = float(value)
        except ValueError:
            raise must(name, expected, value) from None
        if not 0 < pace <= 100:
            raise must(name, expected, value)
        return pace

    def directory(self, name: str, default: str) -> Path:
        """A directory that exists."""
        path = Path(self.env.get(name, default))
        if not path.is_dir():
            raise must(name, "a directory", str(path))
        return path

    def region(self) -> str:
        """The region in which national numbers are read."""
        value = self.env.get("DEFAULT_REGION", "CN")
        if value not in phonenumbers.SUPPORTED_REGIONS:
            raise must("DEFAULT_REGION", "a two-letter region such as CN", value)
        return value

    def time_zone(self) -> str:
        """The zone of the company's day."""
        value = self.env.get("BUSINESS_TIME_ZONE", "Asia/Shanghai")
        if value not in zoneinfo.available_timezones():
            raise must("BUSINESS_TIME_ZONE", "an IANA zone such as Asia/Shanghai", value)
        return value

    def smtp_url(self) -> str | None:
        """The mail server; its password is never repeated."""
        value = self.env.get("SMTP_URL")
        if value is not None and not re.fullmatch(
            r"smtps?://([^@\s/]+@)?[\w.-]+(:\d{1,5})?/?", value
        ):
            raise must("SMTP_URL", "smtp://[USER:PASSWORD@]HOST[:PORT]", "something else")
        return value

    def mail_from(self) -> str | None:
        """Our own address; without it, or without a server, no letter leaves."""
        value = self.env.get("MAIL_FROM")
        if value is not None and not re.fullmatch(r"[\x20-\x7e]*[^@\s<>]+@[^@\s<>]+>?", value):
            raise must("MAIL_FROM", "an address such as Company <billing@example.com>", value)
        return value

    def clock_start(self) -> str | None:
        """Where the demo's clock begins; no other mode may move time."""
        value = self.env.get("DIALER_CLOCK_START")
        if value is not None and not self.demo:
            raise must("DIALER_CLOCK_START", "unset outside the demo", value)
        if value is not None and not re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", value
        ):
            raise must("DIALER_CLOCK_START", "an instant such as 2026-11-22T12:00:00Z", value)
        return value


def url_parts(value: str) -> SplitResult | None:
    """The URL in parts, or None if it is no http(s) URL."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None
