"""Countries, their states and cities, and the zones that lie in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dialer.domain.countries import COUNTRY_ZONES

SUBDIVISION_FORM: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


class UnknownRegionError(ValueError):
    """Not a country (ISO 3166-1) or a subdivision (ISO 3166-2) that we know."""

    def __init__(self, region: str) -> None:
        """Remember which."""
        super().__init__(f"unknown region {region!r}; must be such as CN, US-FL or AU-NSW")
        self.region = region


@dataclass(frozen=True, kw_only=True)
class Regions:
    """Zones by subdivision, and the cities that have rules of their own by the state they are in.

    A country without rows has no need of any: wherever in it, all of its zones count.
    """

    zones: Mapping[str, tuple[str, ...]]
    cities: Mapping[str, str] = field(default_factory=dict)

    def lineage(self, region: str) -> tuple[str, ...]:
        """`US-NYC` → US, US-NY, US-NYC. Raises UnknownRegionError."""
        country = region[:2]
        if country not in COUNTRY_ZONES:
            raise UnknownRegionError(region)
        if region == country:
            return (country,)
        if region in self.cities:
            return (country, self.cities[region], region)
        tabled = any(known.startswith(f"{country}-") for known in self.zones)
        if region in self.zones or (not tabled and SUBDIVISION_FORM.fullmatch(region)):
            return (country, region)
        raise UnknownRegionError(region)

    def zones_of(self, region: str) -> tuple[str, ...]:
        """All zones in a region. Raises UnknownRegionError."""
        for place in reversed(self.lineage(region)):
            if place in self.zones:
                return self.zones[place]
        return COUNTRY_ZONES[region[:2]]
