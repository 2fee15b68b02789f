"""Verdicts as sentences in the reader's language: codes and parameters in, one sentence out."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location
from babel.support import Translations

from dialer.domain.verdict import NotUntil, Verdict

CATALOGUES: Final = Path(__file__).parent / "translations"
LOCALES: Final[Mapping[str, str]] = {"zh-CN": "zh_Hans_CN", "zh-TW": "zh_Hant_TW"}
ENGLISH: Final = "en_US"

Translate = Callable[[str], str]

# By rule, or by rule and what decided within it.
SETTLED: Final[Mapping[str, Callable[[Translate], str]]] = {
    "ok": lambda _: _("The call may be placed now."),
    "ok.unsure": lambda _: _(
        "The call may be placed now; the hours of %(unsure)s rest on a weak source."
    ),
    "number.own": lambda _: _("Never: this is one of our own numbers."),
    "number.invalid": lambda _: _("Never: this is not a valid telephone number."),
    "number.premium_rate": lambda _: _("Never: premium-rate numbers are not dialled."),
    "number.satellite": lambda _: _("Never: satellite telephones are not dialled."),
    "number.emergency": lambda _: _("Never: emergency numbers are not dialled."),
    "number.short": lambda _: _("Never: short numbers are not dialled."),
    "number.country": lambda _: _("Never: this country is not one of those that may be dialled."),
    "suppressed": lambda _: _("Never: the person is not to be called (do-not-call entry)."),
    "no_zone": lambda _: _("Never: the time zone is not known; confirm it with the person."),
    "no_preset": lambda _: _("Never: there are no %(law_word)s rules for %(country)s."),
    "consent": lambda _: _("Never without consent: %(law)s demands it for this call."),
    "dnc_list": lambda _: _(
        "Never until the do-not-call list of %(country)s is imported again (last: %(checked_on)s)."
    ),
    "holiday_data": lambda _: _(
        "Never until the holiday table is renewed: %(law)s closes on holidays, and those of that "
        "day are not known."
    ),
    "never_open.law": lambda _: _("Never: %(law)s leaves no time for this purpose."),
    "never_open.zones": lambda _: _(
        "Never: no minute suits all of %(zones)s; confirm the person's time zone."
    ),
    "never_open.hours": lambda _: _("Never: the hours of the rules leave no common time."),
    "cool_off.ever": lambda _: _("Never again after this %(event_word)s: %(law)s."),
    "cap.ever": lambda _: _("Never: %(law)s allows %(limit)s calls (%(event_word)s) in all."),
}
REASONS: Final[Mapping[str, Callable[[Translate], str]]] = {
    "closure": lambda _: _("calls to %(region)s are banned until %(last_on)s (%(reason)s)."),
    "holiday": lambda _: _("%(date)s is a holiday in %(zone)s, and %(law)s closes on it."),
    "law_hours": lambda _: _("it is %(local)s in %(zone)s; hours of %(law)s: %(hours_word)s."),
    "purpose_hours": lambda _: _(
        "it is %(local)s in %(zone)s; hours for this purpose: %(hours_word)s."
    ),
    "person_hours": lambda _: _(
        "it is %(local)s in %(zone)s, and the person asked not to be called then."
    ),
    "cap": lambda _: _(
        "%(law)s allows %(limit)s calls (%(event_word)s) %(period)s, and %(count)s count."
    ),
    "cool_off": lambda _: _("%(law)s demands a pause of %(pause)s after a %(event_word)s."),
}
# Laws that are known by these names in English, and by their own where Chinese is read.
CHINESE_LAWS: Final[tuple[Callable[[Translate], str], ...]] = (
    lambda _: _("13-ministry plan 2018; MIIT 2020 draft; Civil Code 1033"),
    lambda _: _("GB/T 45251-2025; NIFA 2024; CBA 2026"),
    lambda _: _("bank association principles 2023-24"),
    lambda _: _("Outsourcing regs art. 14(3)"),
    lambda _: _("OFCA benchmark CoP 2024; HKAB/DTCA 2024-06-21"),
    lambda _: _("Code of Banking Practice"),
)
WORDS: Final[Mapping[str, Callable[[Translate], str]]] = {
    "sales": lambda _: _("sales"),
    "collection": lambda _: _("collection"),
    "service": lambda _: _("service"),
    "attempt": lambda _: _("attempt"),
    "connected": lambda _: _("connected call"),
    "contact": lambda _: _("contact"),
    "conversation": lambda _: _("conversation"),
    "refusal": lambda _: _("refusal"),
    "day": lambda _: _("a day"),
    "week": lambda _: _("a week"),
    "month": lambda _: _("a month"),
    "closed": lambda _: _("no calls on that day"),
}


class Lenient(dict[str, Any]):
    """Parameters of a verdict stored long ago may lack a name that a sentence has since got."""

    def __missing__(self, key: str) -> str:
        """Nothing to say."""
        return ""


def explain(verdict: Verdict, language: str) -> str:
    """One sentence: the rule, its source, and, where there is one, the next opening.

    A language without a catalogue reads English.
    """
    why = explain_why(verdict, language)
    if not isinstance(verdict, NotUntil):
        return why
    _ = translator(language)
    return _("Not before %(opening)s: %(why)s") % {
        "opening": opening(verdict, language),
        "why": why,
    }


def explain_why(verdict: Verdict, language: str) -> str:
    """The reason alone, for a page that shows the opening in its own way."""
    _ = translator(language)
    kind = verdict.rule.partition(":")[0]
    params = words(verdict, language, _)
    if isinstance(verdict, NotUntil):
        return REASONS[kind](_) % params
    return SETTLED[variant(kind, verdict.params)](_) % params


@lru_cache(maxsize=16)
def translator(language: str) -> Translate:
    """The catalogue of a language such as zh-CN."""
    return Translations.load(CATALOGUES, [LOCALES.get(language, ENGLISH)]).gettext


@lru_cache(maxsize=2_048)
def city(zone: str, language: str) -> str:
    """The city that names a zone, in the reader's language."""
    locale = LOCALES.get(language, ENGLISH)
    try:
        return get_timezone_location(zone, locale=locale, return_city=True)
    except LookupError:
        return zone


@lru_cache(maxsize=256)
def jurisdiction(code: str, language: str) -> str:
    """A preset or a region: `US-FL`; where Chinese is read, its country by name before the rest."""
    if language not in LOCALES or not code:
        return code
    country, *rest = code.split("-")
    names = Locale.parse(LOCALES[language]).territories
    name = names.get("GB" if country == "UK" else country, country)
    collection = word("collection", translator(language))
    return "·".join([name, *(collection if part == "debt" else part for part in rest)])


def variant(kind: str, params: Mapping[str, Any]) -> str:
    """Which of a rule's sentences fits."""
    detail = params.get("why") or params.get("cause")
    if kind == "ok" and params.get("unsure"):
        detail = "unsure"
    if kind in REASONS:
        detail = "ever"
    return f"{kind}.{detail}" if detail else kind


def opening(verdict: NotUntil, language: str) -> str:
    """The next opening on the clock that the rule spoke of."""
    zone = verdict.params.get("zone") or verdict.zones[0]
    local = verdict.instant.astimezone(ZoneInfo(zone))
    said = {"time": f"{local:%Y-%m-%d %H:%M}", "place": city(zone, language)}
    _ = translator(language)
    return _("%(time)s (%(place)s)") % said


def words(verdict: Verdict, language: str, _: Translate) -> Lenient:
    """The parameters, with those that are codes in words."""
    given = Lenient(verdict.params)
    given["zone"] = city(given["zone"], language) if given["zone"] else ""
    given["zones"] = ", ".join(city(zone, language) for zone in verdict.zones)
    given["unsure"] = ", ".join(jurisdiction(preset, language) for preset in given["unsure"])
    for name in ("country", "region", "preset"):
        given[name] = jurisdiction(given[name], language)
    source = given["source"]
    given["source"] = _(source) if source else ""
    given["count"] = len(given["counted"])
    given["law_word"] = word(given["law"], _)
    given["event_word"] = word(given["event"], _)
    given["hours_word"] = word(given["hours"], _)
    given["period"] = period(given, _)
    given["pause"] = pause(given, _)
    given["law"] = law(given, _)
    return given


def word(code: object, _: Translate) -> str:
    """A code in words, or as it is."""
    return WORDS[code](_) if isinstance(code, str) and code in WORDS else str(code)


def law(params: Lenient, _: Translate) -> str:
    """Which preset decides, on what text, and, where it is weak, how sure we are of it."""
    if not params["preset"]:
        return _("our own rule")
    if params["confidence"][:1] in ("A", "B"):
        return _("%(preset)s (%(source)s)") % params
    return _("%(preset)s (%(source)s; confidence %(confidence)s)") % params


def period(params: Lenient, _: Translate) -> str:
    """Within which time a cap counts."""
    if params["calendar"]:
        return word(params["calendar"], _)
    return _("in %(hours)s hours") % params


def pause(params: Lenient, _: Translate) -> str:
    """How long a cool-off lasts."""
    return _("%(days)s days") % params if params["days"] else _("%(hours)s hours") % params
