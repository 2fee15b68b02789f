"""The rules that decide, as anybody here may read them: hours, caps, consent, with their source."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from dialer.domain.holidays import Calendar
from dialer.domain.policy import Law, Policy, Preset
from dialer.models.numbers import zone_data_version
from dialer.web import rule_words
from dialer.web.context import runtime
from dialer.web.language import page_zone
from dialer.web.security import everyone, guard

pages = guard(Blueprint("rules", __name__))

NEXT_HOLIDAYS = 4
SURE = "AB"


@pages.get("/rules")
@everyone
def rules_page() -> ResponseReturnValue:
    """Every preset, our own purposes, closures and holidays; by region and law."""
    rt = runtime()
    policy, today = rt.policy, rt.now().astimezone(page_zone()).date()
    country, law = read_filter(policy)
    presets = [preset for preset in policy.presets.values() if fits(preset, country, law)]
    return render_template(
        "rules/rules.html",
        policy=policy,
        presets=presets,
        purposes=policy.purposes.values(),
        closures=[row for row in policy.closures if country in ("", row.region[:2])],
        calendars=used_calendars(policy, presets),
        upcoming={id_: upcoming(row, today) for id_, row in policy.calendars.items()},
        wanted={"country": country, "law": law},
        laws=rule_words.LAWS,
        weak=sum(preset.confidence[0] not in SURE for preset in presets),
        zone_data=zone_data_version(),
        words=rule_words,
    )


def read_filter(policy: Policy) -> tuple[str, str]:
    """Country and law of the address; what it cannot mean is not asked for."""
    country, law = request.args.get("country", ""), request.args.get("law", "")
    known = {region[:2] for preset in policy.presets.values() for region in preset.regions}
    laws = (Law.SALES, Law.COLLECTION)
    return country if country in known else "", law if law in laws else ""


def fits(preset: Preset, country: str, law: str) -> bool:
    """Whether a preset speaks for a country and a law; an empty one asks for nothing."""
    in_country = not country or any(region[:2] == country for region in preset.regions)
    return in_country and (not law or law in preset.laws)


def used_calendars(policy: Policy, presets: list[Preset]) -> Mapping[str, Any]:
    """The holiday tables of these presets."""
    ids = {preset.calendar for preset in presets if preset.calendar}
    return {id_: row for id_, row in policy.calendars.items() if id_ in ids}


def upcoming(calendar: Calendar, today: date) -> list[date]:
    """The next few holidays of the whole country or region."""
    return sorted(day for day in calendar.days if day >= today)[:NEXT_HOLIDAYS]
