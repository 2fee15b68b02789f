"""How values look on a page: times in the reader's zone, seconds, numbers, money."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import phonenumbers
from babel import dates
from babel.core import Locale
from flask_babel import get_locale

from dialer.domain.lengths import Lengths
from dialer.domain.phone import mask
from dialer.domain.words import CallStatus, Language, LegRole, Outcome, Quality
from dialer.models.calls import Call, CallLeg
from dialer.models.customers import Account, PhoneNumber
from dialer.models.people import User
from dialer.models.visibility import may_edit_account, may_read_number
from dialer.web.context import current_user, runtime
from dialer.web.language import TAGS, page_language, page_zone
from dialer.web.legs import join_sentences, leg_sentence
from dialer.web.speech import gettext as _
from dialer.web.words import label
from dialer.wording import say_money

LEG_ORDER = (LegRole.REP, LegRole.CUSTOMER, LegRole.COLLEAGUE, LegRole.SUPERVISOR)
OUTCOME_TONES = {
    Outcome.TALKED: "talking",
    Outcome.VOICEMAIL: "waiting",
    Outcome.FAILED: "over",
    Outcome.REFUSED_BY_CARRIER: "over",
    Outcome.UNKNOWN: "late",
}
STATUS_TONES = {
    CallStatus.PLACING: "ringing",
    CallStatus.REP_RINGING: "ringing",
    CallStatus.CUSTOMER_RINGING: "ringing",
    CallStatus.TALKING: "talking",
    CallStatus.ENDED: "closed",
    CallStatus.UNCERTAIN: "late",
}


def locale() -> Locale:
    """The page's locale."""
    return get_locale() or Locale("en")


def clock(instant: datetime) -> str:
    """`20:10`, in the reader's zone."""
    return instant.astimezone(page_zone()).strftime("%H:%M")


def day(instant: datetime) -> str:
    """`Nov 18`, with the year where it is not this one."""
    local = instant.astimezone(page_zone())
    same_year = local.year == runtime().now().astimezone(page_zone()).year
    skeleton = "MMMd" if same_year else "yMMMd"
    return dates.format_skeleton(skeleton, local, tzinfo=page_zone(), locale=locale())


def when(instant: datetime) -> str:
    """`20:10` today, `Nov 18, 20:10` on another day."""
    today = runtime().now().astimezone(page_zone()).date()
    if instant.astimezone(page_zone()).date() == today:
        return clock(instant)
    return f"{day(instant)} {clock(instant)}"


def calendar_day(on: date) -> str:
    """`Nov 18`, of a day that is the same everywhere."""
    return day(datetime.combine(on, time(12), page_zone()))


def iso(instant: datetime) -> str:
    """RFC 3339 in UTC, for `datetime` attributes and scripts."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_the_second(instant: datetime) -> str:
    """`20:10:05`, in the reader's zone."""
    return instant.astimezone(page_zone()).strftime("%H:%M:%S")


def length(seconds: int | None) -> str:
    """`4:10`, `1:02:03`; a dash where there is none."""
    if not seconds:
        return "–"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def lengths() -> Lengths:
    """How long a talk should last."""
    return runtime().rules.lengths


def minutes(seconds: int) -> str:
    """`6`, or `5.5`."""
    return f"{seconds / 60:g}"


def over_words() -> str:
    """What a talk is that was too long."""
    return _("over %(minutes)s min", minutes=minutes(lengths().over))


def band_marks() -> dict[str, float]:
    """Where a picture of a talk's length changes, in percent of its width."""
    aim = lengths()
    marks = {"target": aim.target, "late": aim.late, "over": aim.over}
    return {name: round(100 * seconds / aim.whole, 3) for name, seconds in marks.items()}


def stage_label(stage: int) -> str:
    """The name of a floor of the stairs to a sale."""
    names = runtime().playbook.stages[page_language()]
    return names[stage - 1] if 1 <= stage <= len(names) else str(stage)


def telephone(number: PhoneNumber | None, account: Account | None) -> str:
    """A number as it is written in its country; masked for whoever may not read it."""
    if number is None or number.e164 is None:
        return "–"
    if not may_read_number(current_user(), account):
        return mask(number.e164)
    parsed = phonenumbers.parse(number.e164)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def money(minor: int | None, currency: str | None) -> str:
    """`$0.03`; a dash where nothing was billed yet."""
    if minor is None or currency is None:
        return "–"
    return say_money(minor, currency, page_language())


def legs_in_order(call: Call) -> list[CallLeg]:
    """The rep before the customer, then whoever joined them."""
    return sorted(call.legs, key=lambda leg: (LEG_ORDER.index(leg.role), leg.id))


def talked_seconds(call: Call) -> int:
    """How long the customer was on the line."""
    return max((leg.talk_seconds for leg in call.legs if leg.role == "customer"), default=0)


def person(user: User | None) -> str:
    """A user's name as colleagues know it."""
    return (user.full_name or user.name) if user else "–"


def initials(user: User) -> str:
    """One or two characters that stand for a user."""
    words = person(user).split()
    return "".join(word[0] for word in words[:2]).upper()


def html_lang() -> str:
    """The page's language as browsers write it."""
    return TAGS[page_language()]


FILTERS: Mapping[str, Any] = {
    "clock": clock,
    "day": day,
    "when": when,
    "date": calendar_day,
    "iso": iso,
    "seconds": to_the_second,
    "mmss": length,
    "minutes": minutes,
    "label": label,
    "stage": stage_label,
    "person": person,
    "initials": initials,
}
GLOBALS: Mapping[str, Any] = {
    "telephone": telephone,
    "money": money,
    "talked_seconds": talked_seconds,
    "legs_in_order": legs_in_order,
    "leg_sentence": leg_sentence,
    "join_sentences": join_sentences,
    "html_lang": html_lang,
    "outcome_tones": OUTCOME_TONES,
    "status_tones": STATUS_TONES,
    "languages": tuple(Language),
    "page_language": page_language,
    "may_read_number": may_read_number,
    "may_edit_account": may_edit_account,
    "quality_words": tuple(Quality),
    "lengths": lengths,
    "over_words": over_words,
    "band_marks": band_marks,
}
