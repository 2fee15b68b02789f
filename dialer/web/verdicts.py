"""The gate's answer beside a dial button and in the day's list."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import dates

from dialer.calling.gate import ask_gate
from dialer.domain.gate import Allowed, NotUntil, Verdict
from dialer.domain.words import Mode, Purpose
from dialer.models.customers import Contact, PhoneNumber
from dialer.sentences import explain_why
from dialer.web.context import runtime
from dialer.web.language import page_language
from dialer.web.speech import gettext as _
from dialer.web.speech import ngettext
from dialer.web.views import locale, when


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A verdict as words: what, why, and how it is coloured."""

    verdict: Verdict
    word: str
    why: str
    tone: str
    icon: str

    @property
    def again_at(self) -> datetime | None:
        """The instant at which it is worth asking again."""
        return self.verdict.instant if isinstance(self.verdict, NotUntil) else None

    @property
    def is_allowed(self) -> bool:
        """Whether the dial button may be pressed."""
        return isinstance(self.verdict, Allowed)


def ask(contact: Contact, number: PhoneNumber, purpose: Purpose) -> Verdict:
    """The dry run for a rep's call."""
    return ask_gate(
        runtime(), number_id=number.id, contact_id=contact.id, purpose=purpose, mode=Mode.REP
    )


def show(verdict: Verdict, contact: Contact, number: PhoneNumber) -> Shown:
    """The verdict in the reader's words."""
    if isinstance(verdict, Allowed):
        return Shown(
            verdict=verdict,
            word=_("May call now"),
            why=_("It is %(time)s in %(place)s.", **local_time(contact, number)),
            tone="talking",
            icon="check",
        )
    why = explain_why(verdict, page_language())
    if isinstance(verdict, NotUntil):
        return Shown(
            verdict=verdict, word=opening(verdict, contact, number), why=why, tone="closed",
            icon="clock",
        )  # fmt: skip
    return Shown(verdict=verdict, word=_("May not be called"), why=why, tone="over", icon="ban")


def opening(verdict: NotUntil, contact: Contact, number: PhoneNumber) -> str:
    """When the window opens, in the customer's time, and how long that is from now."""
    zone = customer_zone(contact, number)
    local = verdict.instant.astimezone(zone)
    now = runtime().now()
    words = {"time": f"{local:%H:%M}", "place": place_name(zone)}
    wait = duration(int((verdict.instant - now).total_seconds()))
    if local.date() == now.astimezone(zone).date():
        return _("Opens %(time)s in %(place)s, in %(wait)s", wait=wait, **words)
    day = dates.format_skeleton("MMMEd", local, tzinfo=zone, locale=locale())
    return _("Opens %(day)s, %(time)s in %(place)s", day=day, **words)


def short_opening(verdict: Verdict, contact: Contact, number: PhoneNumber) -> str:
    """The same for a narrow list: when, in the reader's time, and where the customer is."""
    if isinstance(verdict, Allowed):
        return ""
    if isinstance(verdict, NotUntil):
        place = place_name(customer_zone(contact, number))
        return _("opens %(time)s (%(place)s)", time=when(verdict.instant), place=place)
    return _("may not be called")


def duration(seconds: int) -> str:
    """`1 h 12 min`, `4 h`, `5 min`."""
    hours, minutes = divmod(max(60, seconds + 59) // 60, 60)
    if hours and not minutes:
        return _("%(hours)s h", hours=hours)
    if hours:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    return ngettext("%(num)s min", "%(num)s min", minutes)


def customer_zone(contact: Contact | None, number: PhoneNumber) -> ZoneInfo:
    """In whose time a customer is spoken of: the best known zone, else the company's."""
    known = (contact.confirmed_zone or contact.stated_zone) if contact else None
    single = number.zones[0] if len(number.zones) == 1 else None
    return ZoneInfo(known or single or runtime().settings.business_time_zone)


def place_name(zone: ZoneInfo) -> str:
    """The city that names a zone, in the reader's language."""
    return dates.get_timezone_location(zone.key, locale=locale(), return_city=True)


def local_time(contact: Contact, number: PhoneNumber) -> dict[str, str]:
    """What o'clock it is where the customer is."""
    zone = customer_zone(contact, number)
    return {"time": f"{runtime().now().astimezone(zone):%H:%M}", "place": place_name(zone)}
