"""Whose law binds a call, and which consent it asks for."""

from typing import Any

import pytest

from dialer.domain.facts import Consent
from dialer.domain.limits import Basis
from dialer.domain.regions import UnknownRegionError
from dialer.domain.words import Mode
from tests.domain.asking import (
    BERLIN,
    CALGARY,
    CONTRACT,
    HARTFORD,
    HOUSTON,
    LONDON,
    MADRID,
    MEXICO,
    MIAMI,
    NEW_YORK,
    PARIS,
    SHANGHAI,
    TOLL_FREE,
    TORONTO,
    WRITTEN,
    ask,
    opens,
)

MONDAY = "2026-11-23 17:00"


def presets(to: str, purpose: str, **facts: Any) -> list[str]:
    """Which presets an allowance rests on, at a time when all of America is awake."""
    verdict = ask(to, purpose, "2026-11-23 19:00", **facts)
    assert verdict.rule == "ok", verdict
    return list(verdict.params["presets"])


def test_a_countrys_presets_bind_together_with_its_states() -> None:
    assert presets(MIAMI, "care") == ["US", "US-FL"]
    assert presets(MIAMI, "collection") == ["US-debt"]


def test_the_address_binds_beside_the_number() -> None:
    assert presets(MIAMI, "care", address_region="US-TX") == ["US", "US-FL", "US-TX"]
    assert presets(TORONTO, "care", address_region="US-TX") == ["CA", "US", "US-TX"]


def test_a_toll_free_number_has_its_countrys_presets_only() -> None:
    assert presets(TOLL_FREE, "collection") == ["US-debt"]


def test_new_york_city_binds_by_its_area_codes_and_by_address() -> None:
    assert presets(NEW_YORK, "collection") == ["US-debt", "US-NYC-debt"]
    assert presets("+15185550123", "collection") == ["US-debt"]
    assert presets(MIAMI, "collection", address_region="US-NYC") == ["US-debt", "US-NYC-debt"]


def test_an_area_code_counts_in_north_america_only() -> None:
    ufa = ask("+73472123456", "collection", "2026-11-23 12:00")
    assert ufa.params["presets"] == ["RU-debt"]


def test_territories_have_their_countrys_presets() -> None:
    assert presets("+17875550123", "collection") == ["US-debt"]
    jersey = ask("+447797123456", "collection", "2026-11-23 12:00")
    assert jersey.params["presets"] == ["UK-debt"]


def test_automated_presets_bind_the_machine_only() -> None:
    sioux_falls = "+16055550123"
    saturday = "2026-11-21 18:00"
    assert ask(sioux_falls, "follow_up", saturday).rule == "ok"
    machine = ask(sioux_falls, "follow_up", saturday, mode=Mode.MACHINE, consent=WRITTEN)
    assert opens(machine) == "law_hours:US-SD until 2026-11-23 16:00:00"


def test_a_service_call_keeps_within_sales_and_collection_hours() -> None:
    assert presets(TORONTO, "reminder") == ["CA", "CA-ON-debt"]
    sunday = ask(TORONTO, "reminder", "2026-11-22 16:00")
    assert opens(sunday) == "law_hours:CA-ON-debt until 2026-11-22 18:00:00"


def test_every_country_involved_needs_a_preset_for_the_law() -> None:
    assert ask(MEXICO, "care", MONDAY).rule == "no_preset:MX:sales"
    assert ask(CALGARY, "collection", MONDAY).rule == "no_preset:CA:collection"
    assert ask(MIAMI, "care", MONDAY, address_region="KE").rule == "no_preset:KE:sales"
    assert ask(MIAMI, "reminder", MONDAY, address_region="KE").rule == "no_preset:KE:service"


def test_a_missing_preset_names_country_law_and_zones() -> None:
    verdict = ask(MEXICO, "care", MONDAY)
    assert verdict.params == {"country": "MX", "law": "sales"}
    assert verdict.zones == ("America/Mexico_City",)


def test_a_states_preset_speaks_for_its_country_wherever_it_binds() -> None:
    verdict = ask(CALGARY, "collection", "2026-11-23 17:00", address_region="CA-ON")
    assert verdict.params["presets"] == ["CA-ON-debt"]


@pytest.mark.parametrize("region", ["XX", "US-XX", "us-fl", "UK", "US-NYC-1", "KE-TOOLONG"])
def test_an_unknown_region_is_an_error_not_a_verdict(region: str) -> None:
    with pytest.raises(UnknownRegionError, match="must be such as"):
        ask(MIAMI, "care", MONDAY, address_region=region)


EVERY_BASIS = [None, Basis.EXPRESS, Basis.WRITTEN, Basis.CONTRACT]
BOTH = [Mode.REP, Mode.MACHINE]


@pytest.mark.parametrize(
    ("to", "mode", "accepted"),
    [
        (BERLIN, Mode.REP, {Basis.EXPRESS, Basis.WRITTEN}),
        (BERLIN, Mode.MACHINE, {Basis.EXPRESS, Basis.WRITTEN}),
        (HARTFORD, Mode.REP, {Basis.WRITTEN}),
        (HARTFORD, Mode.MACHINE, {Basis.WRITTEN}),
        (PARIS, Mode.REP, {Basis.EXPRESS, Basis.WRITTEN, Basis.CONTRACT}),
        (MADRID, Mode.REP, {Basis.EXPRESS, Basis.WRITTEN, Basis.CONTRACT}),
        (HOUSTON, Mode.REP, set(EVERY_BASIS)),
        (HOUSTON, Mode.MACHINE, {Basis.WRITTEN}),
        (TORONTO, Mode.REP, set(EVERY_BASIS)),
        (TORONTO, Mode.MACHINE, {Basis.EXPRESS, Basis.WRITTEN}),
        (SHANGHAI, Mode.REP, set(EVERY_BASIS)),
        (SHANGHAI, Mode.MACHINE, set(EVERY_BASIS)),
        (LONDON, Mode.MACHINE, set(EVERY_BASIS)),
    ],
)
def test_consent_is_asked_for_by_country_and_mode(
    to: str, mode: Mode, accepted: set[Basis | None]
) -> None:
    given = {
        basis
        for basis in EVERY_BASIS
        if not ask(
            to, "appointment", MONDAY, mode=mode, consent=basis and Consent(basis=basis)
        ).rule.startswith("consent")
    }
    assert given == accepted


@pytest.mark.parametrize(
    ("covers", "mode", "rule"),
    [
        (None, Mode.MACHINE, "ok"),
        (Mode.MACHINE, Mode.MACHINE, "ok"),
        (Mode.REP, Mode.MACHINE, "consent:US"),
        (Mode.MACHINE, Mode.REP, "ok"),
    ],
)
def test_a_consent_covers_the_mode_that_it_names(covers: Mode, mode: Mode, rule: str) -> None:
    consent = Consent(basis=Basis.WRITTEN, covers=covers)
    assert ask(HOUSTON, "care", MONDAY, mode=mode, consent=consent).rule == rule


def test_collection_and_service_need_no_consent() -> None:
    assert ask(HARTFORD, "collection", MONDAY, mode=Mode.MACHINE).rule == "ok"
    assert ask(HARTFORD, "reminder", MONDAY, mode=Mode.MACHINE).rule == "ok"


def test_consent_never_widens_the_hours() -> None:
    verdict = ask(BERLIN, "care", "2026-11-22 12:00", consent=WRITTEN)
    assert verdict.rule == "law_hours:DE"


def test_a_lacking_consent_names_who_asks_for_it() -> None:
    verdict = ask(PARIS, "care", MONDAY)
    assert (verdict.rule, verdict.params["preset"], verdict.zones) == (
        "consent:FR",
        "FR",
        ("Europe/Paris",),
    )
    assert ask(PARIS, "appointment", "2026-11-23 10:00", consent=CONTRACT).rule == "ok"


def test_a_preset_that_is_unsure_is_shown_wherever_it_decides() -> None:
    verdict = ask("+12075550123", "care", "2026-11-23 19:00", mode=Mode.MACHINE, consent=WRITTEN)
    assert verdict.params["unsure"] == ["US-ME"]
    assert ask(MIAMI, "care", "2026-11-23 19:00").params["unsure"] == []
