"""In which language and zone a page is written."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from babel import Locale
from flask import g, has_request_context, request, session

from dialer.domain.words import Language
from dialer.floor.desk import zone_of
from dialer.web.context import runtime

# What a page's `lang` says; a screen reader and the choice of glyphs depend on it.
TAGS: Mapping[Language, str] = {
    Language.ZH_CN: "zh-Hans-CN",
    Language.ZH_TW: "zh-Hant-TW",
    Language.EN: "en",
}
TRADITIONAL = ("zh-tw", "zh-hk", "zh-mo", "zh-hant")
CHOSEN = "language"


def page_language() -> Language:
    """The user's own, else the one chosen before logging in, else what the browser asks for."""
    user = g.get("user")
    if user is not None:
        return Language(user.language)
    chosen = session.get(CHOSEN)
    if chosen in list(Language):
        return Language(chosen)
    return browser_language()


def browser_language() -> Language:
    """The first language of the browser's list that we speak."""
    for tag, _quality in request.accept_languages:
        lowered = tag.lower()
        if lowered.startswith(TRADITIONAL):
            return Language.ZH_TW
        if lowered.startswith("zh"):
            return Language.ZH_CN
        if lowered.startswith("en"):
            return Language.EN
    return Language.ZH_CN


def locale_name() -> str | None:
    """The name under which the translations stand."""
    return page_language().locale if has_request_context() else None


def page_zone() -> ZoneInfo:
    """The zone in which the reader reads times."""
    user = g.get("user")
    rt = runtime()
    return zone_of(rt, user) if user else ZoneInfo(rt.settings.business_time_zone)


def own_name(language: Language) -> str:
    """A language in its own words, so that whoever needs it can find it."""
    locale = Locale.parse(language.locale)
    key = f"{locale.language}_{locale.script}" if locale.script else locale.language
    return str(locale.languages[key])
