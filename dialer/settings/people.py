"""`people.toml`: who must prove more than a password, how fast people dial, whom we believe."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dialer.domain.words import UserRole
from dialer.settings.rule_file import read_rules

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, kw_only=True)
class PeopleRules:
    """Roles that need a second factor, calls by hand per user, and proxies that are believed."""

    second_factor_roles: frozenset[UserRole] = frozenset()
    dials_per_minute: int = 20
    dials_per_hour: int = 300
    trusted_proxies: tuple[Network, ...] = ()


class PeopleFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    second_factor_roles: frozenset[UserRole]
    # No person dials faster than this: more is a program that went wild, or a thief.
    dials_per_minute: Annotated[int, Field(ge=1, le=60)]
    dials_per_hour: Annotated[int, Field(ge=1, le=1200)]
    trusted_proxies: tuple[Network, ...]


def load_people_rules(directory: Path) -> PeopleRules:
    """Read and check `people.toml`. Raises SettingsError with one line."""
    parsed = read_rules(directory / "people.toml", PeopleFile)
    return PeopleRules(**dict(parsed))
