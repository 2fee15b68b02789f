"""The rules as sentences: hours, holidays, caps, pauses and consent in the reader's language."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from babel import dates
from flask_babel import lazy_gettext as _l

from dialer.domain.limits import Basis, Calendrical, Cap, ConsentRule, CoolOff, Event, Key
from dialer.domain.policy import Law, Preset, Treatment
from dialer.domain.windows import MIDNIGHT, Hours, Week, show_time
from dialer.domain.words import Mode
from dialer.web.speech import gettext as _
from dialer.web.speech import ngettext
from dialer.web.views import locale

SUNDAY = date(2026, 3, 1)
DAY_HOURS = 24

COUNTED = {
    Event.ATTEMPT: _l("tries"),
    Event.CONNECTED: _l("answered calls"),
    Event.CONTACT: _l("contacts (talk or voicemail)"),
    Event.CONVERSATION: _l("talks"),
    Event.REFUSAL: _l("refusals"),
}
AFTER = {
    Event.ATTEMPT: _l("a try"),
    Event.CONNECTED: _l("an answered call"),
    Event.CONTACT: _l("a contact (talk or voicemail)"),
    Event.CONVERSATION: _l("a talk"),
    Event.REFUSAL: _l("a refusal"),
}
PER = {
    Key.NUMBER: _l("number"),
    Key.PERSON: _l("person"),
    Key.DEBT: _l("debt"),
    Key.SUBJECT: _l("subject"),
    Key.CAMPAIGN: _l("campaign"),
}
BASES = {
    Basis.EXPRESS: _l("expressed"),
    Basis.WRITTEN: _l("in writing"),
    Basis.CONTRACT: _l("by a running contract"),
}
MODES = {Mode.REP: _l("by a rep"), Mode.MACHINE: _l("by machine")}
LAWS = {Law.SALES: _l("Sales"), Law.COLLECTION: _l("Collection"), Law.SERVICE: _l("Service")}
HOLIDAYS = {
    Treatment.SAME: _l("Holidays change nothing."),
    Treatment.CLOSED: _l("No calls on holidays."),
    Treatment.WEEKEND: _l("On holidays, Sunday's hours."),
}
SURENESS = {
    "A": _l("A: the official text was read"),
    "B": _l("B: several secondary sources agree"),
    "C": _l("C: one weak source"),
    "D": _l("D: from memory, or our own choice"),
}
# By the first word of a verdict's rule: why calls wait, in a word or two.
RULE_KINDS = {
    "number": _l("number not dialled"),
    "suppressed": _l("not to be called"),
    "no_zone": _l("zone unknown"),
    "no_preset": _l("no rules for the country"),
    "consent": _l("consent missing"),
    "dnc_list": _l("do-not-call list too old"),
    "holiday_data": _l("holidays unknown"),
    "never_open": _l("no common hour"),
    "closure": _l("banned for now"),
    "holiday": _l("holiday there"),
    "law_hours": _l("hours of the law"),
    "purpose_hours": _l("hours of the purpose"),
    "person_hours": _l("asked not to be called then"),
    "cap": _l("called often enough"),
    "cool_off": _l("pause after a call"),
}
PERIODS = {
    Calendrical.DAY: _l("a calendar day"),
    Calendrical.WEEK: _l("a calendar week"),
    Calendrical.MONTH: _l("a calendar month"),
}


def country_name(region: str) -> str:
    """A country in the reader's language, with the state's code behind it."""
    name = locale().territories.get(region[:2], region[:2])
    return f"{name} ({region})" if "-" in region else str(name)


def region_names(regions: Iterable[str]) -> str:
    """The names of a preset's regions."""
    return ", ".join(country_name(region) for region in sorted(regions))


def law_names(preset: Preset) -> str:
    """Sales, collection or both, and whether for machines alone."""
    named = " + ".join(str(LAWS[law]) for law in (Law.SALES, Law.COLLECTION) if law in preset.laws)
    if preset.modes == frozenset({Mode.MACHINE}):
        return _("%(laws)s, by machine only", laws=named)
    return named


def weekday_names() -> list[str]:
    """Monday first, short."""
    return [
        dates.format_date(SUNDAY + timedelta(days=day), "EEE", locale=locale())
        for day in range(1, 8)
    ]


def hours_sentences(week: Week) -> list[tuple[str, str]]:
    """`("Mon-Fri", "09:00-21:00")` …: days in a row with the same hours are said once."""
    names, found = weekday_names(), list[tuple[str, str]]()
    for first, last, hours in runs(week):
        days = names[first] if first == last else f"{names[first]}–{names[last]}"
        found.append((days, clock_hours(hours)))
    return found


def runs(week: Week) -> Iterator[tuple[int, int, Hours]]:
    """Stretches of days with the same hours: first day, last day, hours."""
    first = 0
    for day in range(1, 8):
        if day == 7 or week[day] != week[first]:
            yield first, day - 1, week[first]
            first = day


def clock_hours(hours: Hours) -> str:
    """`10:00–13:00, 14:00–20:00`, or a word for none."""
    spans = (f"{show_time(start)}–{show_time(end)}" for start, end in hours)
    return ", ".join(spans) or _("no calls")


def bars(week: Week) -> list[list[tuple[float, float]]]:
    """For each day where its bars begin and how long they are, in hours of a day of 24."""
    scale = MIDNIGHT / DAY_HOURS
    return [[(start / scale, (end - start) / scale) for start, end in hours] for hours in week]


def cap_sentence(cap: Cap) -> str:
    """`At most 4 tries per person in 30 days.`"""
    words = {"limit": cap.limit, "event": str(COUNTED[cap.event]), "key": str(PER[cap.per])}
    sentence = _(
        "At most %(limit)s %(event)s per %(key)s, %(period)s.", period=cap_period(cap), **words
    )
    if cap.cold:
        sentence = joined(sentence, _("Whoever has talked with us before is exempt."))
    if cap.place == "elsewhere":
        sentence = joined(sentence, _("Only telephones that are neither at home nor personal."))
    elif cap.place == "personal":
        sentence = joined(sentence, _("Only telephones at home and personal mobiles."))
    return sentence


def joined(first: str, second: str) -> str:
    """Two sentences in a row; some languages put no space between them."""
    return _("%(first)s %(second)s", first=first, second=second)


def cap_period(cap: Cap) -> str:
    """Within which time it counts."""
    if cap.calendar is not None:
        return str(PERIODS[cap.calendar])
    if cap.rolling_hours is None:
        return _("ever")
    return _("in any %(time)s", time=hours_or_days(cap.rolling_hours))


def hours_or_days(hours: int) -> str:
    """`48 hours`, `30 days`; up to two days in hours, as the rules say it."""
    if hours % 24 or hours <= 48:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    return ngettext("%(num)s day", "%(num)s days", hours // 24)


def pause_sentence(pause: CoolOff) -> str:
    """`After a refusal, the same person is left alone for 60 days.`"""
    words = {"event": str(AFTER[pause.after]), "key": str(PER[pause.per])}
    if pause.hours is not None:
        time = hours_or_days(pause.hours)
        return _("After %(event)s, no call for %(time)s (per %(key)s).", time=time, **words)
    if pause.local_days is not None:
        time = ngettext("%(num)s local day", "%(num)s local days", pause.local_days)
        return _("After %(event)s, no call for %(time)s (per %(key)s).", time=time, **words)
    return _("After %(event)s, never again (per %(key)s).", **words)


def consent_sentence(rule: ConsentRule) -> str:
    """Which consent is needed, or only advised."""
    bases = ", ".join(str(BASES[basis]) for basis in sorted(rule.bases))
    modes = ", ".join(str(MODES[mode]) for mode in sorted(rule.modes, reverse=True))
    if rule.blocks:
        return _("Sales calls (%(modes)s) need consent: %(bases)s.", modes=modes, bases=bases)
    return _(
        "Consent is advised for sales calls (%(modes)s), but a draft does not block: %(bases)s.",
        modes=modes, bases=bases,
    )  # fmt: skip


def consent_facts(told: Mapping[str, str]) -> str:
    """A contact's consent: what it rests on, which calls it covers, its day and its proof."""
    covers = told.get("covers", "all")
    modes = ", ".join(str(MODES[mode]) for mode in Mode if covers in ("all", mode))
    proof = (told.get(name) for name in ("given_on", "version", "proof"))
    return " · ".join(filter(None, [str(BASES[Basis(told["basis"])]), modes, *proof]))


def holiday_sentence(preset: Preset) -> str:
    """What holidays do to the hours."""
    sentence = str(HOLIDAYS[preset.holidays])
    if preset.eve:
        sentence = joined(sentence, _("On the eve of a holiday, Saturday's hours."))
    return sentence


def sureness(confidence: str) -> str:
    """How sure we are of a preset, in words."""
    return str(SURENESS[confidence[0]])


def country_choices(presets: Iterable[Preset]) -> list[tuple[str, str]]:
    """`(code, name)` of every country that has a preset, by name."""
    codes = {region[:2] for preset in presets for region in preset.regions}
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])


def day_name(on: date) -> str:
    """A date with its weekday."""
    return str(dates.format_skeleton("yMMMEd", on, locale=locale()))
